// A field that looks records up: type two letters, or none for those lately used, and choose; the hidden input
// holds the reference. An option may also lead to a small form that makes the record in place. What is offered may
// depend on another field (`data-with`): when that changes, the only one that is left is chosen, or none.
import { accept } from "../combobox/accepting.js";
import { make } from "../combobox/making.js";

const PAUSE = 150;
const ENOUGH = 2;
let counted = 0;

class Combobox extends HTMLElement {
  connectedCallback() {
    // it is only put elsewhere, where a swap keeps it
    if (this.input) return;
    this.input = this.querySelector("[role='combobox']");
    this.held = this.querySelector(`input[type='hidden'][name='${CSS.escape(this.dataset.name)}']`);
    this.list = this.querySelector("[role='listbox']");
    this.list.hidden = false;
    this.list.popover = "manual";
    this.kind = this.querySelector("select[data-kind]");
    this.with = this.closest("form")?.elements[this.dataset.with];
    this.with?.addEventListener("change", () => this.follow());
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("click", () => this.isOpen || this.input.value || this.ask());
    this.kind?.addEventListener("change", () => this.look());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.left());
    this.told = document.createElement("span");
    this.told.className = "hint";
    this.told.role = "status";
    this.append(this.told);
    this.addEventListener("change", ({ target }) => target.matches("[data-namesakes] input") && this.hold(target.value));
    // pointerdown would take focus from the input and shut the list before the click
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role='option']")));
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  typed() {
    this.hold("");
    this.told.textContent = "";
    this.querySelector("[data-namesakes]")?.remove();
    clearTimeout(this.timer);
    const { length } = this.input.value.trim();
    if (length > 0 && length < ENOUGH) return this.shut();
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  look() {
    if (!this.held.value) this.input.focus();
    if (!this.held.value) this.ask();
  }

  async follow() {
    this.input.value = "";
    this.hold("");
    if (!this.with.value || !(await this.load())) return;
    const options = this.options();
    if (options.length === 1) this.choose(options[0]);
  }

  async ask() {
    if (!(await this.load())) return;
    if (document.activeElement === this.input && this.list.childElementCount) this.open();
    else this.shut();
  }

  // whether the list was brought up to date; a later question makes an earlier one void
  async load() {
    this.asking?.abort();
    this.asking = new AbortController();
    const address = new URL(this.dataset.url, location.href);
    const asked = this.input.value.trim();
    address.searchParams.set("q", asked);
    if (this.kind?.value) address.searchParams.set("kind", this.kind.value);
    if (this.with?.value) address.searchParams.set(this.with.name, this.with.value);
    try {
      const answer = await fetch(address, { signal: this.asking.signal, headers: { "HX-Request": "true" } });
      if (!answer.ok) {
        this.shut();
        return false;
      }
      this.list.innerHTML = await answer.text();
      this.asked = asked;
    } catch {
      return false;
    }
    for (const option of this.options()) option.id ||= `option-${(counted += 1)}`;
    return true;
  }

  options() {
    return [...this.list.querySelectorAll("[role='option']:not([aria-disabled='true'])")];
  }

  get isOpen() {
    return this.list.matches(":popover-open");
  }

  // in the top layer, so that no dialog cuts it off
  open() {
    if (!this.isOpen) this.list.showPopover();
    const at = this.input.getBoundingClientRect();
    const { style } = this.list;
    style.inset = "auto";
    style.minWidth = `${at.width}px`;
    style.left = `${at.left}px`;
    const height = this.list.getBoundingClientRect().height;
    const above = at.bottom + height + 8 > innerHeight && at.top > height;
    style.top = `${above ? at.top - height - 4 : at.bottom + 4}px`;
    this.input.ariaExpanded = "true";
    this.mark(this.options()[0]);
  }

  shut() {
    if (this.isOpen) this.list.hidePopover();
    this.input.ariaExpanded = "false";
    this.mark(null);
  }

  mark(option) {
    for (const other of this.options()) other.ariaSelected = String(other === option);
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  choose(option) {
    if (!option || option.ariaDisabled === "true") return;
    if (option.dataset.new) {
      this.shut();
      make(this, option.dataset.new);
      return;
    }
    this.querySelector("[data-namesakes]")?.remove();
    this.input.value = nameOf(option);
    this.hold(option.dataset.value);
    this.told.textContent = option.dataset.said ?? "";
    this.shut();
  }

  // Who leaves the field by Tab takes what is marked; who leaves it before anything was offered, the only one of the
  // name typed. Nothing is made by leaving, and a blank field stays blank.
  tab() {
    const marked = this.options().find((option) => option.ariaSelected === "true");
    const text = this.input.value.trim();
    if (text && this.asked === text && marked && !marked.dataset.new) this.choose(marked);
  }

  async left() {
    clearTimeout(this.timer);
    this.shut();
    const text = this.input.value.trim();
    if (this.held.value || !text) return;
    if (this.asked !== text && !(await this.load())) return;
    if (this.held.value || this.input.value.trim() !== text || this.querySelector("[data-made]")) return;
    const named = this.options().filter((option) => !option.dataset.new && alike(nameOf(option), text));
    if (named.length === 1 && document.activeElement !== this.input) this.choose(named[0]);
  }

  hold(reference) {
    if (this.held.value === reference) return;
    this.held.value = reference;
    if (reference) accept(this.input);
    this.held.dispatchEvent(new Event("change", { bubbles: true }));
  }

  key(event) {
    if (!this.isOpen) {
      const { length } = this.input.value.trim();
      if (event.key === "ArrowDown" && (length === 0 || length >= ENOUGH)) this.ask();
      return;
    }
    const options = this.options();
    const at = options.findIndex((option) => option.ariaSelected === "true");
    if (event.key === "Tab") {
      this.tab();
      return;
    }
    if (event.key === "Escape") this.shut();
    else if (event.key === "Enter" && at >= 0) this.choose(options[at]);
    else if (event.key === "ArrowDown") this.mark(options[Math.min(at + 1, options.length - 1)]);
    else if (event.key === "ArrowUp") this.mark(options[Math.max(at - 1, 0)]);
    else return;
    // Escape shuts the list, not the dialog around it
    event.preventDefault();
    event.stopPropagation();
  }
}

// the name alone, without the note in <small> that tells namesakes apart
function nameOf(option) {
  if (option.dataset.label) return option.dataset.label;
  const copy = option.cloneNode(true);
  copy.querySelectorAll("small, .av").forEach((note) => note.remove());
  return copy.textContent.trim();
}

function alike(one, other) {
  return one.replace(/\s+/g, " ").localeCompare(other.replace(/\s+/g, " "), undefined, { sensitivity: "base" }) === 0;
}

customElements.define("op-combobox", Combobox);
