// Search and commands in one field, on Ctrl K or from the field at the top: what the page knows shows at once, what
// the server finds follows. `>` asks for commands only, `@` for people.
import { Asking } from "../palette/asking.js";
import { matches, mark, wordsIn } from "../palette/marking.js";
import { commandsOfPage, made, make } from "../palette/options.js";
import { perform } from "../palette/performing.js";
import { Recents } from "../palette/recents.js";
import { typing } from "../focus.js";
import { fill, wordsOf } from "../words.js";

const PAUSE = 150;
const SIGNS = { opportunity: "o", account: "a", contact: "c" };
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

class Palette extends HTMLElement {
  connectedCallback() {
    this.words = wordsOf(this);
    this.dialog = this.querySelector("dialog");
    this.input = this.querySelector("[role='combobox']");
    this.list = this.querySelector("[role='listbox']");
    this.said = this.querySelector("[role='status']");
    this.recents = new Recents(this.dataset.person);
    [this.search, this.record] = [new Asking(), new Asking()];
    [this.found, this.commands, this.only] = [[], [], ""];
    this.remember();
    this.listen();
  }

  disconnectedCallback() {
    this.listening.abort();
  }

  listen() {
    this.listening = new AbortController();
    const options = { signal: this.listening.signal };
    const field = document.querySelector("[data-search]");
    document.addEventListener("keydown", (event) => this.called(event), options);
    document.addEventListener("submit", (event) => event.target.matches("[data-forget]") && this.recents.forget(), options);
    field?.addEventListener("click", () => this.open(field.value), options);
    field?.addEventListener("input", () => this.goOn(field), options);
    this.input.addEventListener("input", () => this.typed());
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("close", () => this.closed());
    this.list.addEventListener("pointerdown", (event) => {
      // it would take focus from the input
      event.preventDefault();
      [this.pressed, this.lost] = [event.target.closest("[role='option']"), null];
    });
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role='option']");
      if (option) this.choose(option, event.ctrlKey || event.metaKey);
    });
    this.list.addEventListener("pointerup", (event) => {
      if (this.lost) this.choose(this.lost, event.ctrlKey || event.metaKey);
    });
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog || event.target.closest("[data-close]")) this.dialog.close();
    });
  }

  // What was begun in the field at the top goes on here, behind its last letter.
  goOn(field) {
    this.open(field.value);
    this.input.setSelectionRange(field.value.length, field.value.length);
    field.value = field.defaultValue;
  }

  remember() {
    const href = location.pathname;
    const title = document.querySelector(".main h1")?.textContent.trim();
    if (this.dataset.kind && document.querySelector(".main .rec") && title) {
      this.recents.add({ href, title, kind: this.dataset.kind });
    } else {
      this.recents.drop(href);
    }
  }

  called(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    if (document.querySelector("dialog[open]") && !this.dialog.open) return;
    event.preventDefault();
    if (this.dialog.open) this.dialog.close();
    else this.open(typing(event.target) && event.target.matches("[data-search]") ? event.target.value : "");
  }

  // `only` narrows it to one act on the record, such as its moves
  open(text = "", only = "") {
    if (this.dialog.open) return;
    this.only = only;
    this.found = [];
    this.page = { do: commandsOfPage("do"), create: commandsOfPage("create"), go: commandsOfPage("go") };
    this.lately = this.recents.all().filter(({ href }) => href !== location.pathname).map((one) => this.recent(one));
    this.input.value = text;
    this.dialog.showModal();
    this.input.select();
    this.typed();
    if (!only) this.learn().then(() => this.dialog.open && this.show());
  }

  recent({ href, title, kind }) {
    const sign = document.querySelector(`[data-go="${SIGNS[kind] ?? "o"}"] .ic`);
    const option = make(title, sign, this.words[kind] ?? "");
    option.dataset.href = href;
    return option;
  }

  // What may be done with the record of this page, as it stands now.
  async learn() {
    if (!this.dataset.commands) return;
    try {
      this.commands = made(await this.record.ask(this.dataset.commands));
    } catch {
      this.commands = [];
    }
  }

  // One act on the record, by its key: at once if there is one way to do it, else to choose from.
  async act(does) {
    if (!this.dataset.commands || this.dialog.open) return;
    await this.learn();
    const ways = this.commands.filter((option) => option.dataset.does === does);
    if (does !== "move" && ways.length === 1) perform(ways[0], this);
    else if (ways.length && !document.querySelector("dialog[open]")) this.open("", does);
  }

  get text() {
    return this.input.value.trim();
  }

  typed() {
    clearTimeout(this.timer);
    this.search.stop();
    this.isHasty = false;
    this.show();
    if (this.only || !this.text || this.text.startsWith(">")) {
      this.found = [];
      this.show();
      return;
    }
    this.timer = setTimeout(() => this.find(this.text), PAUSE);
  }

  async find(text) {
    const address = new URL(this.dataset.url, location.href);
    address.searchParams.set("q", text);
    this.list.ariaBusy = "true";
    try {
      const html = await this.search.ask(address);
      if (this.text !== text) return;
      this.found = made(html);
      this.answered = text;
      this.show();
      if (this.isHasty && this.chosen) this.choose(this.chosen);
    } catch (error) {
      if (error.name !== "AbortError") this.said.textContent = this.words.offline;
    } finally {
      this.list.ariaBusy = "false";
    }
  }

  groups() {
    const { text, words } = this;
    if (this.only) {
      const named = wordsIn(text);
      return { do: this.commands.filter((one) => one.dataset.does === this.only && matches(one.textContent, named)) };
    }
    if (text.startsWith("@")) return { people: this.found.filter(() => this.answered === text) };
    const asked = wordsIn(text.replace(/^>/, ""));
    const fits = (options) => options.filter((one) => matches(textOf(one), asked));
    const commands = {
      do: fits(this.commands),
      create: fits(this.page.create),
      go: fits(this.page.go),
      more: fits(this.page.do),
    };
    commands.go.push(...commands.more);
    delete commands.more;
    if (text.startsWith(">")) return commands;
    if (!text) return { recent: this.lately, ...commands };
    const records = this.answered === text ? this.found : fits([...this.lately, ...this.found]);
    return { records: unlike(records), ...commands };
  }

  show() {
    const chosen = this.chosen;
    const isMoved = this.isMoved && chosen;
    const words = wordsIn(this.text.replace(/^[>@]/, ""));
    // an answer draws the list anew under a button held down, and no click comes: what was pressed is meant
    this.lost = this.pressed;
    const shown = Object.entries(this.groups()).filter(([, options]) => options.length);
    this.list.replaceChildren(...shown.map(([name, options]) => this.group(name, options, words)));
    const options = this.options();
    for (const [index, option] of options.entries()) option.id = `palette-${index}`;
    const count = options.length;
    const waits = this.text && !this.only && !this.text.startsWith(">") && this.answered !== this.text;
    this.input.ariaExpanded = String(count > 0);
    this.list.hidden = !count;
    this.said.textContent = count ? fill(count === 1 ? this.words.one : this.words.many, { count }) : waits ? "" : this.words.none;
    this.said.classList.toggle("vh", count > 0);
    this.point(isMoved && options.includes(chosen) ? chosen : options[0]);
  }

  group(name, options, words) {
    const group = document.createElement("div");
    const title = document.createElement("p");
    group.role = "group";
    title.id = `palette-${name}`;
    title.className = "ttl";
    title.role = "presentation";
    title.textContent = this.words[name];
    group.setAttribute("aria-labelledby", title.id);
    for (const option of options) mark(option.querySelector(".grow"), words);
    group.append(title, ...options);
    return group;
  }

  options() {
    return [...this.list.querySelectorAll("[role='option']")];
  }

  get chosen() {
    return this.list.querySelector("[aria-selected='true']");
  }

  point(option) {
    for (const other of this.options()) other.ariaSelected = String(other === option);
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    // Tab has nowhere to go but the close button of a phone
    if (event.key === "Tab" && event.target === this.input) event.preventDefault();
    if (event.target !== this.input || event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (this.chosen) this.choose(this.chosen, event.ctrlKey || event.metaKey);
      // quicker than the server: its first answer is meant
      else this.isHasty = true;
    }
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    const options = this.options();
    const at = options.indexOf(this.chosen) + STEPS[event.key];
    this.isMoved = true;
    this.point(options.at(at === options.length ? 0 : at));
  }

  choose(option, inNewTab) {
    this.dialog.close();
    perform(option, this, inNewTab);
  }

  closed() {
    clearTimeout(this.timer);
    this.search.stop();
    this.list.replaceChildren();
    this.isMoved = this.isHasty = false;
    this.answered = this.pressed = this.lost = undefined;
  }
}

// Its name, and the other words that people use for it.
function textOf(option) {
  return `${option.querySelector(".grow").textContent} ${option.commands?.dataset.also ?? ""}`;
}

// A record that is both found and recent shows once.
function unlike(options) {
  const seen = new Set();
  return options.filter(({ dataset }) => !seen.has(dataset.href) && seen.add(dataset.href));
}

customElements.define("op-palette", Palette);
