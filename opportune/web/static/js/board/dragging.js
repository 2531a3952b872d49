// Dragging by mouse, pen or finger. Where the pointer is decides, not where the library left the placeholder.
import Sortable from "../../vendor/sortablejs-1.15.7/sortable.esm.js";
import { columnOf, linkOf, listOf, wayBack } from "./cards.js";

const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const OPTIONS = {
  draggable: "li:has(> .kc[data-move])",
  filter: ".mv",
  preventOnFilter: false,
  sort: false,
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 6,
  delay: 250,
  delayOnTouchOnly: true,
  touchStartThreshold: 6,
  ghostClass: "ghost",
  fallbackClass: "fly",
  scrollSensitivity: 60,
};

export class Dragging {
  constructor(board) {
    this.board = board;
    this.lists = new Map();
    this.watch = new MutationObserver(() => this.attach());
    this.watch.observe(board, { childList: true, subtree: true });
    this.attach();
  }

  stop() {
    this.watch.disconnect();
    for (const sortable of this.lists.values()) sortable.destroy();
    this.lists.clear();
    this.following?.abort();
  }

  // an answer replaces whole lists
  attach() {
    for (const [list, sortable] of this.lists) {
      if (list.isConnected) continue;
      sortable.destroy();
      this.lists.delete(list);
    }
    for (const column of this.board.columns) {
      const list = listOf(column);
      if (list && !this.lists.has(list)) this.lists.set(list, Sortable.create(list, this.options()));
    }
  }

  options() {
    return {
      ...OPTIONS,
      animation: CALM.matches ? 0 : 160,
      group: { name: "deals", pull: true, put: (to) => !this.board.refusing.reason(columnOf(to.el)) },
      onChoose: ({ item }) => this.board.refusing.ask(item.querySelector(".kc")),
      onUnchoose: () => this.card ?? this.board.refusing.forget(),
      onStart: ({ item }) => this.start(item),
      onEnd: ({ item }) => this.end(item),
    };
  }

  start(item) {
    this.card = item.querySelector(".kc");
    this.home = columnOf(item);
    this.putBack = wayBack(item);
    this.drop = null;
    this.at = null;
    this.cancelled = false;
    this.board.toggleAttribute("data-dragging", true);
    if (this.board.dock) this.board.dock.hidden = false;
    this.board.refusing.show();
    this.following = new AbortController();
    const options = { signal: this.following.signal, capture: true };
    document.addEventListener("pointermove", (event) => this.follow(event), options);
    // at the edge the lanes move while the pointer rests
    document.addEventListener("scroll", () => this.at && this.follow(this.at), options);
    // a call that comes in is no drop
    for (const lost of ["pointercancel", "touchcancel"]) document.addEventListener(lost, () => (this.cancelled = true), options);
    document.addEventListener("keydown", (event) => this.cancel(event), options);
  }

  follow({ clientX, clientY }) {
    this.at = { clientX, clientY };
    const under = document.elementFromPoint(clientX, clientY);
    const zone = under?.closest("[data-outcome]") ?? null;
    const column = zone || !this.board.contains(under) ? null : columnOf(under);
    this.drop = { zone, column };
    for (const one of this.board.dock?.querySelectorAll("[data-outcome]") ?? []) {
      one.classList.toggle("on", one === zone);
    }
    const open = column && column !== this.home && !this.board.refusing.reason(column);
    for (const one of this.board.columns) one.classList.toggle("over", open && one === column);
  }

  cancel(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.cancelled = true;
    document.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
  }

  end(item) {
    const { card, home, drop, putBack } = this;
    const reason = this.board.refusing.reason(drop?.column);
    this.tidy();
    if (this.cancelled || !drop || (!drop.zone && !drop.column) || drop.column === home) {
      putBack();
      if (this.cancelled) this.board.say("cancelled");
    } else if (drop.zone) {
      putBack();
      linkOf(card).focus();
      this.board.close(card, drop.zone.dataset.outcome);
    } else if (reason) {
      putBack();
      this.board.tell(reason);
    } else {
      const list = listOf(drop.column);
      if (item.parentElement !== list) list.prepend(item);
      this.board.move(card, drop.column.dataset, putBack);
    }
  }

  tidy() {
    this.following.abort();
    this.card = null;
    this.board.removeAttribute("data-dragging");
    if (this.board.dock) this.board.dock.hidden = true;
    this.board.refusing.forget();
    for (const column of this.board.columns) column.classList.remove("over");
  }
}
