// Dragging by mouse, pen or finger, by the grip alone, so that text can be selected and a page be scrolled.
import Sortable from "../../vendor/sortablejs-1.15.7/sortable.esm.js";
import { listsOf, put, itemsOf } from "./lists.js";

const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const OPTIONS = {
  draggable: ">[data-move]",
  handle: ".gr",
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 4,
  ghostClass: "ghosted",
  fallbackClass: "flying",
  scrollSensitivity: 60,
};

export class Dragging {
  constructor(order) {
    this.order = order;
    this.sortables = listsOf(order).map((list) =>
      Sortable.create(list, {
        ...OPTIONS,
        animation: CALM.matches ? 0 : 160,
        group: list.dataset.order,
        onStart: ({ item }) => this.start(item),
        onEnd: ({ item }) => this.end(item),
      }),
    );
  }

  stop() {
    for (const sortable of this.sortables) sortable.destroy();
    this.following?.abort();
  }

  start(item) {
    const list = item.parentElement;
    this.before = this.order.look(item);
    this.home = { list, place: itemsOf(list).indexOf(item) };
    this.cancelled = false;
    this.following = new AbortController();
    const options = { signal: this.following.signal, capture: true };
    document.addEventListener("pointermove", (event) => this.follow(event), options);
    document.addEventListener("keydown", (event) => this.cancel(event), options);
  }

  // a list that is folded opens under a thing that could lie in it
  follow({ clientX, clientY }) {
    const under = document.elementFromPoint(clientX, clientY);
    if (under && this.order.contains(under)) this.order.hover(under, this.home.list.dataset.order);
  }

  cancel(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.cancelled = true;
    document.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
  }

  end(item) {
    this.following.abort();
    this.order.hover(null);
    const { list, place } = this.home;
    const putBack = () => put(item, list, place);
    if (this.cancelled) {
      putBack();
      this.order.say("cancelled");
    } else if (item.parentElement !== list || itemsOf(list).indexOf(item) !== place) {
      this.order.move(item, this.before, putBack);
    }
  }
}
