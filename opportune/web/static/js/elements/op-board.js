// The board: a card dropped in another column asks the server to move the deal, and comes back if it refuses.
import { within } from "../addresses.js";
import { linkOf, listOf, nameOf, wayBack } from "../board/cards.js";
import { fullest, makeRoom } from "../board/lanes.js";
import { Dragging } from "../board/dragging.js";
import { Lifting } from "../board/lifting.js";
import { Refusing } from "../board/refusing.js";
import { send } from "../board/send.js";
import { Theirs } from "../board/theirs.js";
import { News } from "../news.js";
import { openerOf } from "../popovers.js";
import { fill, wordsOf } from "../words.js";

class Board extends HTMLElement {
  connectedCallback() {
    this.words = wordsOf(this);
    this.area = this.closest(".main") ?? this.parentElement;
    // outside the board, whose scrolling would carry them away
    this.live = document.createElement("p");
    this.live.className = "vh";
    this.live.ariaLive = "polite";
    this.dock = this.querySelector(".dock");
    this.area.append(this.live, ...(this.dock ? [this.dock] : []));
    this.refusing = new Refusing(this);
    this.dragging = new Dragging(this);
    this.lifting = new Lifting(this);
    this.news = new News(new Theirs(this), this);
    this.listen = new AbortController();
    const options = { signal: this.listen.signal };
    document.addEventListener("click", (event) => this.chosen(event), options);
    // what is swapped into a lane needs the lane first
    document.body.addEventListener("htmx:beforeOnLoad", ({ detail }) => this.receive(detail.xhr), options);
  }

  disconnectedCallback() {
    this.listen.abort();
    this.news.stop();
    this.dragging.stop();
    this.live.remove();
    this.dock?.remove();
  }

  get columns() {
    return [...this.querySelectorAll(".kcol[data-lane]")];
  }

  say(word, values = {}) {
    this.live.textContent = fill(this.words[word], values);
  }

  // Whether a card is in somebody's hand.
  get isHolding() {
    return this.hasAttribute("data-dragging") || this.lifting.held !== null;
  }

  tell(sentence) {
    document.querySelector("op-toasts")?.show(sentence);
  }

  receive({ status, responseText }) {
    if (status !== 200 || !responseText.includes("data-order")) return;
    const order = new DOMParser().parseFromString(responseText, "text/html").querySelector("[data-order]");
    if (order) makeRoom(this, order);
  }

  // A lane of a card's menu, which need not be on the board yet.
  chosen(event) {
    const choice = event.target.closest("#menu [data-lane]:not([aria-disabled='true'])");
    const card = choice && openerOf(choice.closest("#menu"))?.closest(".kc");
    if (!card || !this.contains(card)) return;
    const { lane } = choice.dataset;
    const column = this.columns.find((one) => one.dataset.lane === lane);
    const item = card.parentElement;
    const putBack = wayBack(item);
    if (column) listOf(column).prepend(item);
    this.move(card, column?.dataset ?? { lane, name: choice.textContent.trim() }, putBack).then((moved) => moved && this.focusOn(item.id));
  }

  // After a move the answer has drawn the card anew, unless a filter hides it now.
  focusOn(itemId) {
    if (document.querySelector("dialog[open]")) return;
    const card = document.getElementById(itemId)?.querySelector(".kc");
    if (card) linkOf(card).focus();
  }

  // Ask for the move of a card into a lane, by its key and name; `putBack` undoes what was shown.
  async move(card, { lane, name }, putBack) {
    const names = { name: nameOf(card), stage: name };
    card.setAttribute("aria-busy", "true");
    const status = await send(card, {
      [this.dataset.field]: lane === "none" ? "" : lane,
      version: card.dataset.version,
      query: this.dataset.query ?? "",
      most: fullest(this),
    });
    card.removeAttribute("aria-busy");
    if (status >= 200 && status < 300) {
      this.say("moved", names);
      return true;
    }
    putBack();
    this.say("back", names);
    // somebody was first: what they did is shown at once
    if (status === 409) this.news.soon();
    // 409 and 422 explain themselves in what they swap in
    if (![409, 422].includes(status)) this.tell(this.words.offline);
    return false;
  }

  close(card, outcome) {
    const address = `${within(card, "close/")}?outcome=${outcome}`;
    htmx.ajax("GET", address, { source: linkOf(card), target: "#dialog-body", swap: "innerHTML" });
  }
}

customElements.define("op-board", Board);
