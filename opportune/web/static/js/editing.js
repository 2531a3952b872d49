// A cell becomes its form where it stands. Enter saves and stays, Tab goes on, Shift Enter goes down, Escape restores.
// A row is whatever comes anew after a change (`data-at`): a row of a list, or the header of a record (`data-fresh`).
// Without script a cell's `data-edit` is a link to the whole form.
import { within } from "./addresses.js";
import { changed } from "./unsaved.js";

export class Editing {
  constructor(list) {
    this.list = list;
    const { query = "", place = "" } = list.dataset;
    this.values = { query, place };
    this.was = new Map();
    list.addEventListener("click", (event) => this.clicked(event));
    list.addEventListener("keydown", (event) => this.key(event));
    list.addEventListener("focusout", (event) => this.left(event));
    list.addEventListener("submit", ({ target }) => target.matches(".celled") && target.toggleAttribute("data-sent", true));
    list.addEventListener("htmx:afterSettle", () => this.settled());
    list.addEventListener("htmx:sendError", ({ target }) => target.closest?.(".celled")?.removeAttribute("data-sent"));
  }

  clicked(event) {
    if (event.target.closest("[data-restore]")) {
      this.fresh(event.target.closest("[data-at]"));
      return;
    }
    const cell = event.target.closest("[data-cell]");
    const edit = event.target.closest("[data-edit]");
    const busy = event.ctrlKey || event.metaKey || event.shiftKey || event.target.closest("a:not([data-edit]), button, form");
    if (!cell || busy || (!edit && String(getSelection()) !== "")) return;
    if (edit) event.preventDefault();
    this.open(cell);
  }

  async open(cell) {
    if (!cell || cell.querySelector(".celled")) return;
    this.was.set(cell, [...cell.childNodes]);
    await this.ask(within(cell, `cells/${cell.dataset.cell}/`), cell, "innerHTML");
    this.focus(cell.querySelector(".celled"));
  }

  focus(form) {
    const control = form?.querySelector("input:not([type='hidden']), select");
    control?.focus();
    if (control?.type !== "date") control?.select?.();
  }

  restore(cell) {
    const inside = cell.contains(document.activeElement);
    const nodes = this.was.get(cell);
    this.was.delete(cell);
    if (nodes) cell.replaceChildren(...nodes);
    if (inside) this.rest(cell);
  }

  // The focus waits on the cell, which is no stop of its own when one tabs through the page.
  rest(cell) {
    const link = cell?.querySelector("[data-edit]");
    if (link) link.focus();
    if (!cell || link) return;
    cell.tabIndex = -1;
    cell.focus();
  }

  fresh(row) {
    this.ask(within(row, row.dataset.fresh ?? "row/"), row, "outerHTML");
  }

  // Without an answer the toasts say so, and what stands there stays.
  ask(address, target, swap) {
    return htmx.ajax("GET", address, { source: target, target, swap, values: this.values }).catch(() => {});
  }

  key(event) {
    const form = event.target.closest(".celled");
    if (!form) {
      const cell = event.target.matches("[data-cell], [data-edit]") && event.target.closest("[data-cell]");
      if (!cell || !["Enter", "F2"].includes(event.key)) return;
      event.preventDefault();
      this.open(cell);
      return;
    }
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.leave(form);
    } else if (event.key === "Tab" && !form.querySelector("[data-restore]")) {
      event.preventDefault();
      this.save(form, event.shiftKey ? "left" : "right");
    } else if (event.key === "Enter" && !event.target.matches("button")) {
      event.preventDefault();
      this.save(form, event.shiftKey ? "down" : "stay");
    }
  }

  left(event) {
    const form = event.target.closest(".celled");
    if (!form || form.hasAttribute("data-sent") || form.contains(event.relatedTarget)) return;
    if (form.querySelector("[data-restore]")) return;
    if (changed(form)) this.save(form, "");
    else if (form.isConnected) this.leave(form);
  }

  // Back to what was there; after a refusal the row is asked for again.
  leave(form) {
    // taking the form away takes its focus, which would be saved otherwise
    form.toggleAttribute("data-sent", true);
    const cell = form.closest("[data-cell]");
    if (this.was.has(cell)) this.restore(cell);
    else this.fresh(cell.closest("[data-at]"));
  }

  save(form, then) {
    const cell = form.closest("[data-cell]");
    const next = { name: cell.dataset.cell, row: cell.closest("[data-at]").id, then };
    if (!changed(form) && !form.querySelector(".err, [data-restore]")) {
      this.leave(form);
      this.go(next);
      return;
    }
    this.next = next;
    // who types fast is here before htmx has taken the form in
    htmx.process(form);
    form.requestSubmit();
  }

  // The answer is the row anew, or the form with what is wrong with it.
  settled() {
    if (!this.next) return;
    const { next } = this;
    const form = cellOf(next)?.querySelector(".celled");
    if (form?.hasAttribute("data-sent")) return;
    this.next = null;
    if (form) this.focus(form);
    else this.go(next);
  }

  go(next) {
    const { row, then } = next;
    const at = cellOf(next);
    const cells = [...(document.getElementById(row)?.querySelectorAll("[data-cell]") ?? [])];
    const place = cells.indexOf(at);
    if (then === "stay") this.rest(at);
    else if (then === "right" || then === "left") {
      const beside = cells[place + (then === "right" ? 1 : -1)];
      if (beside) this.open(beside);
      else this.rest(at);
    } else if (then === "down") {
      const below = document.getElementById(row)?.nextElementSibling?.querySelectorAll("[data-cell]")[place];
      if (below) this.open(below);
      else this.rest(at);
    }
  }
}

function cellOf({ row, name }) {
  return document.getElementById(row)?.querySelector(`[data-cell="${CSS.escape(name)}"]`);
}
