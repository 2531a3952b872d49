// A button that writes date, time and name into a text, where the caret is.
import { fill, wordsOf } from "../words.js";

class Stamp extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.querySelector("button").addEventListener("click", () => this.insert());
  }

  insert() {
    const area = document.getElementById(this.dataset.for);
    const at = area.selectionEnd;
    const before = area.value.slice(0, at);
    const line = before && !before.endsWith("\n") ? "\n" : "";
    area.setRangeText(line + this.stamp(), at, at, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  stamp() {
    const { lang } = document.documentElement;
    const options = { dateStyle: "short", timeStyle: "short", timeZone: this.dataset.zone };
    const moment = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, options).format(new Date());
    return fill(wordsOf(this).stamp, { moment, name: this.dataset.name });
  }
}

customElements.define("op-stamp", Stamp);
