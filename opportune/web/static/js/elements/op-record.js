// The record: figures are edited where they stand, J and K or ] and [ walk the list one came from, tabs on a phone.
import { Editing } from "../editing.js";
import { typing } from "../focus.js";

const OF_PANEL = /^(opened|step\d+_.*)$/;
const STEPS = { j: "next", "]": "next", k: "previous", "[": "previous" };

class Record extends HTMLElement {
  connectedCallback() {
    this.editing = new Editing(this);
    this.listen = new AbortController();
    const options = { signal: this.listen.signal };
    document.addEventListener("keydown", (event) => this.key(event), options);
    document.addEventListener("click", (event) => event.target.closest("[data-print]") && print(), options);
    window.addEventListener("hashchange", () => this.tab(), options);
    this.addEventListener("htmx:afterSettle", () => this.offerPrinting());
    this.addEventListener("htmx:configRequest", (event) => this.keepPanel(event));
    this.remember();
    this.offerPrinting();
    this.tab();
  }

  disconnectedCallback() {
    this.listen.abort();
  }

  // What was followed here is forgotten when the page is sent back to itself: the address keeps it.
  remember() {
    const address = new URL(location);
    if (!this.dataset.query || address.searchParams.has("from")) return;
    address.searchParams.set("from", this.dataset.query);
    history.replaceState(history.state, "", address);
  }

  offerPrinting() {
    for (const button of this.querySelectorAll("[data-print]")) button.hidden = false;
  }

  // The header comes anew with a figure: the panel of a stage stays open in it, with what is typed there.
  keepPanel({ target, detail }) {
    const panel = document.getElementById("steps");
    if (!panel || !(target.matches(".celled") || target.id === "record-head")) return;
    const values = detail.verb === "get" ? [["opened", panel.elements.opened.value]] : new FormData(panel);
    for (const [name, value] of values) if (OF_PANEL.test(name)) detail.parameters[name] = value;
  }

  tab() {
    const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
    const shown = target?.closest(".rb > *")?.id ?? "timeline";
    for (const link of this.querySelectorAll(".rtabs a")) {
      if (link.hash === `#${shown}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.repeat || typing(event.target)) return;
    if (document.querySelector("dialog[open], [popover]:popover-open")) return;
    const link = this.querySelector(`[data-step="${STEPS[event.key.toLowerCase()]}"]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  }
}

customElements.define("op-record", Record);
