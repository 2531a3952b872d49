// What colleagues did to the list: a row that changed is drawn anew where it stands, unless one is editing it.
import { keepingFocus } from "../news.js";
import { fill } from "../words.js";

export class Theirs {
  constructor(list) {
    this.list = list;
    // rows that changed while they were being edited, by their ids
    this.waiting = new Map();
    list.addEventListener("focusout", () => setTimeout(() => this.drawWaiting()));
  }

  get rows() {
    return [...this.list.querySelectorAll("tbody tr[id]:not(.gone)")];
  }

  get isBusy() {
    return this.list.querySelector("tr[aria-busy='true'], .celled[data-sent]") !== null;
  }

  get items() {
    return this.rows.map((row) => {
      const waiting = this.waiting.get(row.id)?.dataset.version;
      return { lane: "", id: row.id.replace("row-", ""), version: waiting ?? row.dataset.version };
    });
  }

  get most() {
    return this.rows.length;
  }

  notify(notice) {
    this.list.querySelector(".scroll").before(notice);
  }

  take(told, by) {
    this.list.dressing.dress(told);
    keepingFocus(successor, () => {
      for (const fresh of told.querySelectorAll("tbody tr[id]")) this.draw(fresh, by[fresh.id.replace("row-", "")]);
      for (const id of told.dataset.gone.split(" ").filter(Boolean)) this.lose(id, told.dataset.goneWord);
      document.getElementById("list-sums")?.replaceWith(told.querySelector("#list-sums"));
      this.arrived(told.querySelector("#list-arrived"));
    });
    this.tell(by);
  }

  draw(fresh, said) {
    const row = document.getElementById(fresh.id);
    const isOwn = row.dataset.version === fresh.dataset.version;
    if (row.querySelector(".celled")) {
      if (isOwn) return;
      this.waiting.set(row.id, fresh);
      if (said) note(row, said);
      return;
    }
    if (isOwn && row.textContent.trim() === fresh.textContent.trim()) return;
    row.replaceWith(fresh);
    htmx.process(fresh);
    if (said) note(fresh, said);
  }

  drawWaiting() {
    for (const [id, fresh] of this.waiting) {
      const row = document.getElementById(id);
      if (row?.querySelector(".celled")) continue;
      this.waiting.delete(id);
      if (!row || Number(row.dataset.version) >= Number(fresh.dataset.version)) continue;
      const said = row.querySelector(".by")?.textContent;
      keepingFocus(successor, () => row.replaceWith(fresh));
      htmx.process(fresh);
      if (said) note(fresh, said);
    }
  }

  // A row that is gone stays in its place, so that nothing moves below one's hand.
  lose(id, word) {
    const row = document.getElementById(`row-${id}`);
    if (!row || row.classList.contains("gone")) return;
    row.classList.add("gone");
    for (const control of row.querySelectorAll("input, button")) control.disabled = true;
    for (const cell of row.querySelectorAll("[data-cell]")) delete cell.dataset.cell;
    note(row, word);
  }

  // How many have come since the page was loaded, all told.
  arrived(notice) {
    document.getElementById("list-arrived")?.remove();
    if (notice) this.notify(notice);
  }

  tell(by) {
    const told = Object.entries(by).filter(([id]) => document.getElementById(`row-${id}`));
    if (!told.length) return;
    const [[id, said]] = told;
    const name = document.querySelector(`#row-${id} td.t a`)?.textContent ?? "";
    const { theirs, many } = this.list.words;
    this.list.live.textContent = told.length > 1 ? fill(many, { count: told.length }) : fill(theirs, { name, by: said });
  }
}

// What is said of a row stands behind its subject.
function note(row, said) {
  row.classList.add("theirs");
  row.querySelector(".by")?.remove();
  const by = document.createElement("span");
  by.className = "by";
  by.textContent = said;
  by.title = said;
  row.querySelector("td.t").append(by);
}

function successor(had) {
  const row = had?.closest?.("tr[id]")?.id;
  const place = had?.closest?.("td")?.cellIndex;
  const inside = had?.matches?.("td") ? "" : had?.localName;
  return () => {
    const cell = row && document.getElementById(row)?.cells[place];
    return inside ? cell?.querySelector(inside) : cell;
  };
}
