// Moving by keys: Space lifts the card in focus, the arrows choose a column, Space drops, Escape cancels.
import { columnOf, linkOf, listOf, nameOf, wayBack } from "./cards.js";

const SIDEWAYS = { ArrowLeft: -1, ArrowRight: 1 };
const ALONG = { ArrowUp: -1, ArrowDown: 1 };

export class Lifting {
  constructor(board) {
    this.board = board;
    this.held = null;
    board.addEventListener("keydown", (event) => this.key(event));
    // going elsewhere lets go; a card that moves in the document loses focus only for a moment
    board.addEventListener("focusout", () => setTimeout(() => this.held && !this.hasFocus() && this.cancel(false)));
  }

  hasFocus() {
    return this.held.card.contains(document.activeElement);
  }

  key(event) {
    const card = event.target.closest(".kc");
    if (!card || event.target !== linkOf(card) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.act(event.key, card)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  act(key, card) {
    if (key === " ") return this.held ? this.drop() : this.lift(card);
    if (key === "Escape" && this.held) return this.cancel();
    if (key in SIDEWAYS) return this.held ? this.shift(SIDEWAYS[key]) : aside(this.board, card, SIDEWAYS[key]);
    if (key in ALONG) return this.held !== null || along(card, ALONG[key]);
    if (key.toLowerCase() === "m" && !this.held) {
      card.querySelector(".mv")?.click();
      return true;
    }
    return false;
  }

  lift(card) {
    if (!card.dataset.move) return false;
    const item = card.parentElement;
    this.held = { card, item, home: columnOf(item), putBack: wayBack(item) };
    card.classList.add("held");
    this.board.refusing.ask(card);
    this.board.say("lifted", { name: nameOf(card) });
    return true;
  }

  shift(step) {
    const { card, item } = this.held;
    const columns = this.board.columns;
    const next = columns[columns.indexOf(columnOf(item)) + step];
    if (!next) return true;
    listOf(next).prepend(item);
    linkOf(card).focus();
    item.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.board.say("over", { stage: next.dataset.name });
    this.warn();
    return true;
  }

  // What the lane that the card hangs over has against it.
  warn() {
    const column = this.held && columnOf(this.held.item);
    const note = column && column !== this.held.home && this.board.refusing.note(column);
    if (note) this.board.live.append(` ${note}`);
  }

  drop() {
    const { card, item, home, putBack } = this.held;
    const column = columnOf(item);
    const reason = this.board.refusing.reason(column);
    if (column === home || reason) {
      this.cancel();
      if (reason) this.board.tell(reason);
      return true;
    }
    this.letGo();
    this.board.move(card, column.dataset, putBack).then(() => this.board.focusOn(item.id));
    return true;
  }

  cancel(refocus = true) {
    const { card, putBack } = this.held;
    this.letGo();
    putBack();
    if (refocus) linkOf(card).focus();
    this.board.say("cancelled");
    return true;
  }

  letGo() {
    this.held.card.classList.remove("held");
    this.held = null;
    this.board.refusing.forget();
  }
}

function along(card, step) {
  const item = card.parentElement;
  const next = step > 0 ? item.nextElementSibling : item.previousElementSibling;
  next?.querySelector("a")?.focus();
  return true;
}

// to the card at the same height of the nearest column that has any
function aside(board, card, step) {
  const columns = board.columns;
  const height = [...card.parentElement.parentElement.children].indexOf(card.parentElement);
  for (let at = columns.indexOf(columnOf(card)) + step; columns[at]; at += step) {
    const links = listOf(columns[at]).querySelectorAll("h3 a");
    if (!links.length) continue;
    links[Math.min(height, links.length - 1)].focus();
    break;
  }
  return true;
}
