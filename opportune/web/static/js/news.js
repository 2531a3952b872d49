// What colleagues have changed: asked every few seconds while the page is looked at and nothing is in somebody's hand.
// The answer is almost always that nothing has; then nothing is drawn.
const EVERY = 5000;
const LONGEST = 60000;
const MOST = 800;

export class News {
  // `screen` has what is shown (`items`: element and version), whether it is busy, and takes in what is new (`take`).
  constructor(screen, element) {
    this.screen = screen;
    this.element = element;
    this.since = element.dataset.since;
    this.mark = "";
    this.pause = EVERY;
    this.listen = new AbortController();
    const options = { signal: this.listen.signal };
    document.addEventListener("visibilitychange", () => this.soon(), options);
    addEventListener("pageshow", ({ persisted }) => persisted && this.soon(), options);
    this.arm();
  }

  stop() {
    this.listen.abort();
    clearTimeout(this.timer);
  }

  arm() {
    clearTimeout(this.timer);
    if (!this.listen.signal.aborted) this.timer = setTimeout(() => this.look(), this.pause);
  }

  soon() {
    if (!document.hidden) this.look();
  }

  get isBusy() {
    return document.hidden || this.screen.isBusy || document.querySelector("dialog[open], .pop:popover-open") !== null;
  }

  async look() {
    if (this.isBusy || this.asking) return this.arm();
    this.asking = true;
    const shown = this.shown();
    try {
      const answer = await fetch(this.address(shown), {
        cache: "no-store",
        headers: { "If-None-Match": `"${this.mark}"`, "HX-Request": "true", "X-Unattended": "true" },
        signal: this.listen.signal,
      });
      if (answer.status >= 400) throw new Error(answer.statusText);
      this.pause = EVERY;
      const html = await answer.text();
      // what was changed here while the answer was on its way is newer: it is asked for again
      const isTaken = answer.status === 200 && !this.isBusy && this.shown() === shown;
      if (isTaken) this.take(html, answer.headers.get("ETag"));
      if (isTaken || answer.status === 304) this.since = answer.headers.get("Opportune-Read-At") ?? this.since;
    } catch {
      this.pause = Math.min(this.pause * 2, LONGEST);
    } finally {
      this.asking = false;
      this.arm();
    }
  }

  address(shown) {
    const { news, query } = this.element.dataset;
    const parameters = new URLSearchParams(query);
    parameters.set("since", this.since);
    parameters.set("shown", shown);
    return `${news}?${parameters}`;
  }

  // `lane:id.version,…;lane:…`
  shown() {
    const lanes = new Map();
    for (const { lane, id, version } of this.screen.items.slice(0, MOST)) {
      lanes.set(lane, [...(lanes.get(lane) ?? []), `${id}.${version}`]);
    }
    return [...lanes].map(([lane, deals]) => `${lane}:${deals}`).join(";");
  }

  take(html, etag) {
    const told = new DOMParser().parseFromString(html, "text/html").querySelector("[data-by]");
    // somebody who has been signed out, or another page
    if (!told) return;
    this.mark = (etag ?? "").replaceAll(/^W\/|"/g, "");
    this.screen.take(told, JSON.parse(told.dataset.by));
  }
}

// The focus stays where it was though what had it is drawn anew: `find` leads to the successor.
export function keepingFocus(find, draw) {
  const had = document.activeElement;
  const successor = find(had);
  draw();
  if (had?.isConnected && had === document.activeElement) return;
  successor()?.focus({ preventScroll: true });
}
