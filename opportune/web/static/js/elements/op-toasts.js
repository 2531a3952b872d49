// One message at a time. It leaves after a while, errors stay; Ctrl or ⌘ Z undoes what it tells of.
import { typing } from "../focus.js";
import { wordsOf } from "../words.js";

const STAYS = 8000;
// answers that htmx swaps carry their own message
const SPEAKS_FOR_ITSELF = [409, 422, 503];

class Toasts extends HTMLElement {
  connectedCallback() {
    this.words = wordsOf(this);
    this.watch = new MutationObserver(() => this.arrived());
    this.watch.observe(this, { childList: true });
    this.addEventListener("click", (event) => event.target.closest("[data-dismiss]") && this.clear());
    this.addEventListener("click", (event) => event.target.closest("[data-reload]") && location.reload());
    for (const name of ["pointerenter", "focusin"]) this.addEventListener(name, () => this.wait());
    for (const name of ["pointerleave", "focusout"]) this.addEventListener(name, () => this.arm());
    this.listen = new AbortController();
    const options = { signal: this.listen.signal };
    document.addEventListener("keydown", (event) => this.undo(event), options);
    document.body.addEventListener("htmx:sendError", (event) => this.failed(event, this.words.offline), options);
    document.body.addEventListener("htmx:responseError", (event) => this.failed(event, this.words.failed), options);
    this.arrived();
  }

  disconnectedCallback() {
    this.watch.disconnect();
    this.listen.abort();
    this.wait();
  }

  // Tell a sentence that did not come from the server.
  show(sentence, kind = "error") {
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.dataset.kind = kind;
    const text = document.createElement("span");
    text.textContent = sentence;
    const dismiss = document.createElement("button");
    dismiss.type = "button";
    dismiss.className = "btn ghost icon sm";
    dismiss.dataset.dismiss = "";
    dismiss.textContent = "×";
    if (this.words.dismiss) dismiss.ariaLabel = this.words.dismiss;
    toast.append(text, dismiss);
    this.replaceChildren(toast);
  }

  // Say that the page is an older one, and how to have it anew.
  tellOlder() {
    this.replaceChildren(this.nextElementSibling.content.cloneNode(true));
  }

  arrived() {
    const toasts = [...this.querySelectorAll(".toast")];
    toasts.slice(0, -1).forEach((toast) => toast.remove());
    this.arm();
  }

  arm() {
    this.wait();
    const toast = this.querySelector(".toast");
    if (!toast || toast.matches("[data-kind='error'], [data-stays]") || this.matches(":hover, :focus-within")) return;
    this.timer = setTimeout(() => this.clear(), STAYS);
  }

  wait() {
    clearTimeout(this.timer);
  }

  clear() {
    if (this.contains(document.activeElement)) document.getElementById("main")?.focus();
    this.replaceChildren();
  }

  failed(event, sentence) {
    const { elt, xhr } = event.detail;
    const told = elt?.matches?.(".kc[data-move], [data-order] > [data-move]") || SPEAKS_FOR_ITSELF.includes(xhr?.status);
    if (sentence && !told) this.show(sentence);
  }

  undo(event) {
    const wanted = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
    if (!wanted || typing(event.target)) return;
    const form = this.querySelector("form") ?? document.getElementById("undo-last");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  }
}

customElements.define("op-toasts", Toasts);
