// What colleagues did to a board: lanes are brought up to date card by card, so that scroll and focus stay.
import { keepingFocus } from "../news.js";
import { columnOf, linkOf, listOf, nameOf } from "./cards.js";
import { fullest, makeRoom } from "./lanes.js";

export class Theirs {
  constructor(board) {
    this.board = board;
  }

  get isBusy() {
    return this.board.isHolding || this.board.querySelector("[aria-busy='true']") !== null;
  }

  get items() {
    return [...this.board.querySelectorAll(".kc[data-id]")].map((card) => ({
      lane: columnOf(card).dataset.lane,
      id: card.dataset.id,
      version: card.dataset.version,
    }));
  }

  get most() {
    return fullest(this.board);
  }

  notify(notice) {
    this.board.before(notice);
  }

  take(told, by) {
    keepingFocus(successor, () => {
      document.getElementById("board-sum")?.replaceWith(told.querySelector("#board-sum"));
      const made = makeRoom(this.board, told);
      // a card stands once, though it comes with its new lane before it leaves the old one
      for (const lane of made) this.fill(lane);
      for (const lane of [...told.querySelectorAll(".kcol")]) this.draw(lane);
    });
    this.mark(by);
  }

  draw(fresh) {
    const lane = this.board.columns.find((one) => one.dataset.lane === fresh.dataset.lane);
    const head = fresh.querySelector("header");
    lane.querySelector("header").replaceWith(head);
    htmx.process(head);
    merge(listOf(lane), listOf(fresh));
  }

  fill(lane) {
    for (const item of lane.querySelectorAll("li[id]")) {
      for (const old of this.board.querySelectorAll(`[id="${item.id}"]`)) if (old !== item) old.remove();
    }
    htmx.process(lane);
  }

  // Who changed a card stands on it until it is drawn anew.
  mark(by) {
    const changed = Object.entries(by).flatMap(([id, said]) => {
      const card = document.getElementById(`card-${id}`)?.querySelector(".kc");
      return card ? [{ card, said }] : [];
    });
    for (const { card, said } of changed) {
      card.classList.add("theirs");
      card.querySelector(".by")?.remove();
      const note = document.createElement("p");
      note.className = "by";
      note.textContent = said;
      card.querySelector("footer").before(note);
    }
    if (changed.length === 1) this.board.say("theirs", { name: nameOf(changed[0].card), by: changed[0].said });
    else if (changed.length) this.board.say("many", { count: changed.length });
  }
}

function successor(had) {
  const id = had?.closest?.("li[id]")?.id;
  const isMenu = had?.matches?.(".mv");
  return () => {
    const card = id && document.getElementById(id)?.querySelector(".kc");
    return card && (isMenu ? card.querySelector(".mv") : linkOf(card));
  };
}

// The cards of a lane as they should be, each left alone that is as it was.
function merge(list, fresh) {
  const wanted = [...fresh.children];
  let at = list.firstElementChild;
  for (const next of wanted) {
    const old = next.id ? document.getElementById(next.id) : null;
    const item = old && isSame(old, next) ? old : next;
    if (item === at) {
      at = at.nextElementSibling;
      continue;
    }
    if (old === at) at = at?.nextElementSibling ?? null;
    if (item === next) old?.remove();
    list.insertBefore(item, at);
    if (item === next) htmx.process(item);
  }
  while (at) {
    const gone = at;
    at = at.nextElementSibling;
    gone.remove();
  }
}

function isSame(old, next) {
  const [was, is] = [old, next].map((item) => item.querySelector(".kc"));
  return was?.dataset.version === is?.dataset.version && was?.textContent.trim() === is?.textContent.trim();
}
