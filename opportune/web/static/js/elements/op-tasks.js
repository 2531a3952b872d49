// How many tasks there are to do, beside their link: the bell asks, this shows.
class Tasks extends HTMLElement {
  connectedCallback() {
    this.show = ({ detail }) => {
      const { label, late } = detail.tasks;
      this.hidden = this.matches(".dot") ? !late : !label;
      this.classList.toggle("late", late > 0);
      if (!this.matches(".dot")) this.textContent = label;
    };
    document.addEventListener("counts", this.show);
  }

  disconnectedCallback() {
    document.removeEventListener("counts", this.show);
  }
}

customElements.define("op-tasks", Tasks);
