// Things that unfold where they stand. What is unfolded is kept in the address, for the server and for going back.
const PATIENCE = 450;

class Folds extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("order:over", ({ detail }) => this.over(detail));
    this.addEventListener("order:into", ({ detail }) => this.fold(detail.list.closest(".stc"), true));
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  clicked(event) {
    const head = event.target.closest(".sth");
    const thing = head?.closest(".stc");
    const busy = event.ctrlKey || event.metaKey || event.shiftKey || String(getSelection()) !== "";
    if (!thing || busy || event.target.closest("a:not(.fold), button, input")) return;
    event.preventDefault();
    this.fold(thing, !thing.classList.contains("open"));
  }

  // a link in the role of a button is pressed by Space, too
  key(event) {
    if (event.key !== " " || !event.target.matches("[role='button']:not(.gr)")) return;
    event.preventDefault();
    event.target.click();
  }

  fold(thing, isOpen) {
    if (!thing || thing.classList.contains("open") === isOpen) return;
    thing.classList.toggle("open", isOpen);
    thing.querySelector(".stb").hidden = !isOpen;
    thing.querySelector(".fold").ariaExpanded = String(isOpen);
    const address = new URL(location);
    address.searchParams.delete("open");
    for (const one of this.querySelectorAll(".stc.open")) address.searchParams.append("open", one.dataset.id);
    history.replaceState(history.state, "", address);
  }

  // what is dragged over something folded waits a moment for it to open
  over({ element, order }) {
    const thing = order === "steps" ? element?.closest(".stc:not(.open)") : null;
    if (thing === this.waiting) return;
    clearTimeout(this.timer);
    this.waiting = thing ?? null;
    if (thing) this.timer = setTimeout(() => this.fold(thing, true), PATIENCE);
  }
}

customElements.define("op-folds", Folds);
