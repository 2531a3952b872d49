// The bell asks now and then how many reminders are due. Without an answer it stays as it was.
const EVERY = 60_000;

class Bell extends HTMLElement {
  connectedCallback() {
    this.link = this.querySelector("a");
    this.count = this.querySelector(".cnt");
    this.timer = setInterval(() => document.hidden || this.ask(), EVERY);
    this.ask();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async ask() {
    try {
      const answer = await fetch(this.dataset.url, { redirect: "manual", headers: { "X-Unattended": "true" } });
      if (answer.ok) this.show(await answer.json());
    } catch {
      // offline: the next time
    }
  }

  show(counts) {
    const { count, label } = counts;
    document.dispatchEvent(new CustomEvent("counts", { detail: counts }));
    this.count.hidden = count === 0;
    this.count.textContent = String(count);
    this.link.ariaLabel = label;
  }
}

customElements.define("op-bell", Bell);
