// Rows come with what is read. What the mouse and the keys need is put on them here: which cells can be edited
// (`data-cell`, where the head of the column has `data-edits`), the address all that lies below (`data-at`), and the
// button of the row's menu.
import { fill } from "../words.js";

export class Dressing {
  constructor(list) {
    this.list = list;
    const heads = [...list.querySelectorAll("thead th")];
    this.edited = heads.flatMap((head, place) => (head.dataset.edits ? [[place, head.dataset.edits]] : []));
    this.dress(list);
    // rows that are loaded or drawn anew
    new MutationObserver(() => this.dress(list)).observe(list.querySelector("tbody"), { childList: true });
  }

  dress(within) {
    for (const row of within.querySelectorAll("tbody tr[id]:not([data-at])")) {
      const link = row.querySelector("td.t a");
      row.dataset.at = link.pathname;
      if ("open" in row.dataset) for (const [place, name] of this.edited) row.cells[place].dataset.cell = name;
      row.lastElementChild.append(this.button(link.textContent));
    }
  }

  button(subject) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "mv";
    button.dataset.menu = "move/?from=list";
    button.ariaHasPopup = "menu";
    button.ariaLabel = fill(this.list.words.menu, { subject });
    return button;
  }
}
