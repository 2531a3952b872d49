// What colleagues have changed: asked every few seconds while the page is looked at and nothing is in somebody's hand.
// The answer is almost always that nothing has; then nothing is drawn.
const EVERY = 5000;
const LONGEST = 60000;
// What is named of a screen at most, so that its address stays below the 8 KB that servers take.
const MOST = 600;

export class News {
  // `screen` has what is shown (`items`: element and version; `most`: in the fullest lane), whether it is busy, takes in
  // what is new (`take`), and has a place for a notice that the page must be loaded anew (`notify`).
  constructor(screen, element) {
    this.screen = screen;
    this.element = element;
    this.since = element.dataset.since;
    this.first = this.since;
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
      if (isTaken ? this.take(html) : answer.status === 304) {
        this.mark = (answer.headers.get("ETag") ?? "").replaceAll(/^W\/|"/g, "");
        this.since = answer.headers.get("Opportune-Read-At") ?? this.since;
      }
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
    parameters.set("first", this.first);
    parameters.set("most", this.screen.most);
    parameters.set("shown", shown);
    return `${news}?${parameters}`;
  }

  // `lane_id-version.…*lane_…`, of signs that an address takes as they are
  shown() {
    const lanes = new Map();
    for (const { lane, id, version } of this.screen.items.slice(0, MOST)) {
      lanes.set(lane, [...(lanes.get(lane) ?? []), `${short(id)}-${short(version)}`]);
    }
    return [...lanes].map(([lane, deals]) => `${lane}_${deals.join(".")}`).join("*");
  }

  take(html) {
    const told = new DOMParser().parseFromString(html, "text/html").querySelector("[data-by]");
    // somebody who has been signed out, or another page
    if (!told) return false;
    if (told.hasAttribute("data-much")) this.notify(told.querySelector(".notice"));
    else this.screen.take(told, JSON.parse(told.dataset.by));
    return true;
  }

  // It stays until the page is loaded anew.
  notify(notice) {
    if (!document.getElementById(notice.id)) this.screen.notify(notice);
  }
}

function short(number) {
  return Number(number).toString(36);
}

// The focus stays where it was though what had it is drawn anew: `find` leads to the successor.
export function keepingFocus(find, draw) {
  const had = document.activeElement;
  const successor = find(had);
  draw();
  if (had?.isConnected && had === document.activeElement) return;
  successor()?.focus({ preventScroll: true });
}
