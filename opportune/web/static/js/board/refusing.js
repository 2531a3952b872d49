// Lanes that would refuse the card in somebody's hand, and why: asked of the server when it is taken up.
import { linkOf } from "./cards.js";

export class Refusing {
  constructor(board) {
    this.board = board;
    this.lanes = {};
    this.card = null;
  }

  // Once a card is taken up: what comes back greys the lanes while it is still held.
  async ask(card) {
    this.card = card;
    this.lanes = {};
    const address = new URL(this.board.dataset.ask, linkOf(card).href);
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      const { lanes } = answer.ok ? await answer.json() : { lanes: {} };
      if (this.card !== card) return;
      this.lanes = lanes;
      this.show();
      this.board.lifting.warn();
    } catch {
      // without an answer nothing is greyed; the move itself says what is wrong
    }
  }

  forget() {
    this.card = null;
    this.lanes = {};
    this.show();
  }

  // Why a lane refuses the card whatever is filled in, nothing if it may be tried.
  reason(column) {
    const found = this.lanes[column?.dataset.lane];
    return found && !found.asks ? found.reason : "";
  }

  // What a lane says to the card: a refusal, or what it will ask for.
  note(column) {
    return this.lanes[column.dataset.lane]?.reason ?? "";
  }

  // A card that is merely clicked greys nothing.
  show() {
    const lanes = this.board.isHolding ? this.lanes : {};
    for (const column of this.board.columns) {
      const found = lanes[column.dataset.lane];
      const refuses = found?.asks === false;
      column.classList.toggle("no", refuses);
      // the card may be over the lane already when its answer comes
      if (refuses) column.classList.remove("over");
      column.classList.toggle("asks", found?.asks === true);
      if (found) column.dataset.reason = found.reason;
      else delete column.dataset.reason;
    }
  }
}
