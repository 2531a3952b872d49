// Things put in order by people: `[data-order]` lists of `[data-move]` items, moved by their grip, which also opens a
// menu. A move is shown at once; the server draws `data-target` anew, or the thing goes back and it is said why.
import { send } from "../board/send.js";
import { Dragging } from "../order/dragging.js";
import { Lifting } from "../order/lifting.js";
import { gripOf, idsOf, itemsOf, listsOf } from "../order/lists.js";
import { fill, wordsOf } from "../words.js";

class Order extends HTMLElement {
  connectedCallback() {
    this.words = wordsOf(this);
    this.live = document.createElement("p");
    this.live.className = "vh";
    this.live.ariaLive = "polite";
    this.append(this.live);
    this.dragging = new Dragging(this);
    this.lifting = new Lifting(this);
  }

  disconnectedCallback() {
    this.dragging.stop();
    this.live.remove();
  }

  say(word, values = {}) {
    this.live.textContent = fill(this.words[word], values);
  }

  // how every list stands before an item moves
  look(item) {
    return new Map(listsOf(this, item.parentElement.dataset.order).map((list) => [list, idsOf(list)]));
  }

  // something is held over an element, or over nothing any more
  hover(element, order) {
    this.dispatchEvent(new CustomEvent("order:over", { bubbles: true, detail: { element, order } }));
  }

  enter(list) {
    this.dispatchEvent(new CustomEvent("order:into", { bubbles: true, detail: { list } }));
  }

  async move(item, before, putBack) {
    const list = item.parentElement;
    item.setAttribute("aria-busy", "true");
    const values = { position: itemsOf(list).indexOf(item), into: list.dataset.into ?? "", seen: before.get(list).join(",") };
    const status = await send(item, values, { target: this.dataset.target, swap: "outerHTML" });
    item.removeAttribute("aria-busy");
    if (status >= 200 && status < 300) return;
    const inside = item.contains(document.activeElement);
    putBack();
    if (inside) gripOf(item).focus();
    this.say("back", { name: item.dataset.name });
    // 409 and 422 explain themselves in what they swap in
    if (![409, 422].includes(status)) document.querySelector("op-toasts")?.show(this.words.offline);
  }
}

// Escape in a form that stands in the place of a thing brings the thing back.
document.addEventListener("keydown", (event) => {
  const cancel = event.key === "Escape" && event.target.closest?.("[data-escapes]")?.querySelector("[data-cancel]");
  if (!cancel) return;
  event.preventDefault();
  event.stopPropagation();
  cancel.click();
});

customElements.define("op-order", Order);
