// The list of deals: rows are chosen, walked and edited where they stand; without script it is a table and a form.
import { within } from "../addresses.js";
import { Choosing } from "../list/choosing.js";
import { Dressing } from "../list/dressing.js";
import { News } from "../news.js";
import { Theirs } from "../list/theirs.js";
import { Editing } from "../editing.js";
import { Walking } from "../list/walking.js";
import { openerOf } from "../popovers.js";
import { wordsOf } from "../words.js";

class List extends HTMLElement {
  connectedCallback() {
    this.words = wordsOf(this);
    this.toggleAttribute("data-live", true);
    this.dressing = new Dressing(this);
    this.choosing = new Choosing(this);
    this.editing = new Editing(this);
    this.walking = new Walking(this);
    this.live = document.createElement("p");
    this.live.className = "vh";
    this.live.ariaLive = "polite";
    this.append(this.live);
    this.news = new News(new Theirs(this), this);
    this.listen = new AbortController();
    const options = { signal: this.listen.signal };
    document.addEventListener("keydown", (event) => this.walking.key(event), options);
    document.addEventListener("click", (event) => this.chosen(event), options);
  }

  disconnectedCallback() {
    this.listen.abort();
    this.news.stop();
    this.live.remove();
  }

  // A stage of a row's menu.
  async chosen(event) {
    const choice = event.target.closest("#menu [data-lane]:not([aria-disabled='true'])");
    const row = choice && openerOf(choice.closest("#menu"))?.closest("tr");
    if (!row || !this.contains(row)) return;
    const { id } = row;
    row.setAttribute("aria-busy", "true");
    await htmx.ajax("POST", within(row, "move/"), {
      source: row,
      target: row,
      swap: "outerHTML",
      values: {
        stage: choice.dataset.lane,
        version: row.dataset.version,
        from: "list",
        query: this.dataset.query,
      },
    });
    row.removeAttribute("aria-busy");
    if (!document.querySelector("dialog[open]")) document.getElementById(id)?.querySelector(".mv")?.focus();
  }

  assign(row) {
    const address = this.choosing.bar?.action;
    if (!address || !this.choosing.bar.querySelector("[value='owner']")) return;
    htmx.ajax("GET", address, {
      source: row.querySelector("td.t a"),
      target: "#dialog-body",
      swap: "innerHTML",
      values: { what: "owner", id: row.id.replace("row-", "") },
    });
  }
}

customElements.define("op-list", List);
