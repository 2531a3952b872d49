// Single keys in a list: J and K walk the rows, X chooses, E edits, M opens the menu, A assigns, Ctrl A means all.
import { typing } from "../focus.js";

const STEPS = { j: 1, arrowdown: 1, k: -1, arrowup: -1 };

export class Walking {
  constructor(list) {
    this.list = list;
  }

  get row() {
    return document.activeElement?.closest?.("tbody tr[id]") ?? null;
  }

  key(event) {
    if (event.defaultPrevented || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open], [popover]:popover-open")) return;
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (key === "a" && this.list.choosing.bar) this.done(event, () => this.list.choosing.chooseAll());
      return;
    }
    if (key === "escape" && !this.list.choosing.isEmpty) {
      this.done(event, () => this.list.choosing.clear());
    } else if (key in STEPS) {
      if (key.startsWith("arrow") && !this.row) return;
      this.done(event, () => this.walk(STEPS[key]));
    } else if (this.row) {
      this.act(event, key, this.row);
    }
  }

  act(event, key, row) {
    const { choosing, editing } = this.list;
    if (key === "x" && choosing.bar) {
      this.done(event, () => (event.shiftKey && choosing.last ? choosing.range(row) : choosing.toggle(row)));
    } else if (key === "e" || key === "f2") {
      const focused = document.activeElement.closest("td[data-cell]");
      const first = row.querySelector("td[data-cell]:not(.t)") ?? row.querySelector("td[data-cell]");
      this.done(event, () => editing.open(focused && !focused.matches(".t") ? focused : first));
    } else if (key === "m") {
      this.done(event, () => row.querySelector("[data-menu]")?.click());
    } else if (key === "a") {
      this.done(event, () => this.list.assign(row));
    }
  }

  done(event, act) {
    event.preventDefault();
    act();
  }

  walk(step) {
    const rows = [...this.list.querySelectorAll("tbody tr[id]")];
    const at = rows.indexOf(this.row);
    const next = at < 0 ? rows[0] : rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    next?.querySelector("td.t a")?.focus();
  }
}
