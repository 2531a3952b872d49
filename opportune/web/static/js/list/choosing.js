// Choosing rows: by their boxes, with Shift a range, with Ctrl or ⌘ one more, with Ctrl A all that match.
import { fill } from "../words.js";

export class Choosing {
  constructor(list) {
    this.list = list;
    this.bar = list.querySelector("form.bulk");
    if (!this.bar) return;
    this.all = this.bar.elements.namedItem("all");
    this.every = list.querySelector("[data-every]");
    this.chosen = new Set();
    this.last = null;
    list.addEventListener("click", (event) => this.clicked(event));
    list.addEventListener("change", (event) => this.changed(event));
    this.bar.addEventListener("reset", () => setTimeout(() => this.clear()));
    // rows that were loaded or drawn anew stay chosen
    new MutationObserver(() => this.show()).observe(list.querySelector("tbody"), { childList: true });
    this.show();
  }

  get rows() {
    return [...this.list.querySelectorAll("tbody tr[id]")];
  }

  clicked(event) {
    const row = event.target.closest("tbody tr[id]");
    if (!row || event.target.closest("a, button, form, input:not(.check), select")) return;
    const withBox = event.target.matches(".check");
    if (withBox) {
      this.isRange = event.shiftKey && this.last !== null;
    } else if (event.shiftKey && this.last) {
      event.preventDefault();
      this.range(row);
    } else if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.toggle(row);
    }
  }

  changed({ target }) {
    if (target === this.every) {
      for (const row of this.rows) this.set(row, target.checked);
      this.all.checked &&= target.checked;
    } else if (target.name === "id") {
      const row = target.closest("tr");
      if (this.isRange) this.range(row, target.checked);
      else this.set(row, target.checked);
      this.isRange = false;
    } else if (target !== this.all) {
      return;
    }
    this.show();
  }

  toggle(row) {
    this.set(row, !this.chosen.has(row.id));
    this.show();
  }

  range(row, isChosen = true) {
    const rows = this.rows;
    const from = rows.findIndex((one) => one.id === this.last);
    const to = rows.indexOf(row);
    const within = rows.slice(Math.min(from, to), Math.max(from, to) + 1);
    for (const one of from < 0 ? [row] : within) this.set(one, isChosen);
    this.last = row.id;
    this.show();
  }

  set(row, isChosen) {
    if (isChosen) this.chosen.add(row.id);
    else this.chosen.delete(row.id);
    if (!isChosen) this.all.checked = false;
    this.last = row.id;
  }

  chooseAll() {
    this.all.checked = true;
    this.show();
  }

  clear() {
    this.chosen.clear();
    this.all.checked = false;
    this.show();
  }

  get isEmpty() {
    return !this.bar || (this.chosen.size === 0 && !this.all.checked);
  }

  show() {
    const rows = this.rows;
    for (const row of rows) {
      const isChosen = this.all.checked || this.chosen.has(row.id);
      row.classList.toggle("sel", isChosen);
      const box = row.querySelector("input[name='id']");
      if (box) box.checked = isChosen;
    }
    const some = rows.filter((row) => row.classList.contains("sel")).length;
    this.every.checked = some > 0 && some === rows.length;
    this.every.indeterminate = some > 0 && some < rows.length;
    this.bar.hidden = this.isEmpty;
    const words = this.list.words;
    const { count, countShown } = this.list.dataset;
    this.bar.querySelector("[data-chosen]").textContent = this.all.checked
      ? fill(words.all, { count: countShown ?? count })
      : fill(words.chosen, { count: this.chosen.size });
  }
}
