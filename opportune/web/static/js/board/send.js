// The status of the answer to a move, 0 when there was none. What the answer swaps, and where, is htmx's business.
import { within } from "../addresses.js";

const NO_ANSWER = ["htmx:sendError", "htmx:timeout", "htmx:sendAbort"];

export function send(card, values, where = {}) {
  return new Promise((resolve) => {
    const listening = new AbortController();
    const settle = (status) => {
      listening.abort();
      resolve(status);
    };
    const listen = (name, handle) =>
      document.body.addEventListener(name, ({ detail }) => detail.elt === card && handle(detail), {
        signal: listening.signal,
      });
    listen("htmx:beforeOnLoad", ({ xhr }) => settle(xhr.status));
    for (const name of NO_ANSWER) listen(name, () => settle(0));
    htmx.ajax("POST", within(card, card.dataset.move), { source: card, swap: "none", values, ...where }).catch(() => settle(0));
  });
}
