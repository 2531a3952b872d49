// Moving by keys: Space on the grip lifts, the arrows move, Space or Enter drops, Escape cancels.
import { gripOf, itemsOf, listsOf, put } from "./lists.js";

const STEPS = { ArrowUp: -1, ArrowDown: 1 };

export class Lifting {
  constructor(order) {
    this.order = order;
    this.held = null;
    order.addEventListener("keydown", (event) => this.key(event));
    // Firefox clicks a button when Space comes up
    order.addEventListener("keyup", (event) => event.key === " " && event.target.matches(".gr") && event.preventDefault());
    // going elsewhere lets go; a thing that moves in the document loses focus only for a moment
    order.addEventListener("focusout", () => setTimeout(() => this.held && !this.hasFocus() && this.cancel(false)));
  }

  hasFocus() {
    return this.held.item.contains(document.activeElement);
  }

  key(event) {
    if (!event.target.matches(".gr") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.act(event.key, event.target.closest("[data-move]"))) return;
    event.preventDefault();
    event.stopPropagation();
  }

  act(key, item) {
    if (key === " ") return this.held ? this.drop() : this.lift(item);
    if (!this.held) return false;
    if (key === "Enter") return this.drop();
    if (key === "Escape") return this.cancel();
    if (key in STEPS) return this.shift(STEPS[key]);
    return false;
  }

  lift(item) {
    const list = item.parentElement;
    this.held = { item, list, place: itemsOf(list).indexOf(item), before: this.order.look(item) };
    item.classList.add("held");
    this.order.say("lifted", { name: item.dataset.name });
    return true;
  }

  // one place on; beyond the edge of a list lies the next one of its name
  shift(step) {
    const { item } = this.held;
    const list = item.parentElement;
    const place = itemsOf(list).indexOf(item) + step;
    if (place >= 0 && place < itemsOf(list).length) put(item, list, place);
    else {
      const lists = listsOf(this.order, list.dataset.order);
      const next = lists[lists.indexOf(list) + step];
      if (!next) return true;
      this.order.enter(next);
      put(item, next, step > 0 ? 0 : itemsOf(next).length);
    }
    gripOf(item).focus();
    item.scrollIntoView({ block: "nearest" });
    const now = item.parentElement;
    const there = { place: itemsOf(now).indexOf(item) + 1, count: itemsOf(now).length, list: now.dataset.name };
    this.order.say(there.list ? "in" : "over", there);
    return true;
  }

  drop() {
    const { item, list, place, before } = this.held;
    const moved = item.parentElement !== list || itemsOf(list).indexOf(item) !== place;
    if (!moved) return this.cancel();
    this.letGo();
    this.order.move(item, before, () => put(item, list, place));
    return true;
  }

  cancel(refocus = true) {
    const { item, list, place } = this.held;
    this.letGo();
    put(item, list, place);
    if (refocus) gripOf(item).focus();
    this.order.say("cancelled");
    return true;
  }

  letGo() {
    this.held.item.classList.remove("held");
    this.held = null;
  }
}
