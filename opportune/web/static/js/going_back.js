// Going back shows a page as it was left. Where this browser has written something since, it is asked for anew; what is
// typed there and not saved stays, under a word that the page is an older one.
import { isUnsaved } from "./unsaved.js";

const KEY = "opportune:written";
const SENT = "opportune:sent";
const SAVED = "opportune:saved";
const HOUR = 3_600_000;
const [navigation] = performance.getEntriesByType("navigation");
let current = Date.now();
let isLeft = false;
let sent = null;
let at = "";

// a page that is left by a command has not shown what came of it
document.addEventListener("submit", ({ target }) => {
  if (target.getAttribute("method") !== "post") return;
  isLeft = true;
  sent = target;
  at = String(Date.now());
  sessionStorage.setItem(SENT, at);
  written();
});
document.addEventListener("htmx:afterRequest", ({ target, detail: { requestConfig, xhr } }) => {
  if (requestConfig.verb === "get") return;
  isLeft = Boolean(xhr.getResponseHeader("HX-Redirect"));
  if (!isLeft) sent = null;
  else at ||= String(Date.now());
  if (isLeft) sessionStorage.setItem(SAVED, at);
  written();
});
addEventListener("pagehide", () => {
  if (!isLeft) current = Date.now();
});
// a page that comes from the cache does not say when it was drawn
addEventListener("pageshow", ({ persisted }) => {
  const isCached = navigation?.type === "back_forward" && !navigation.transferSize;
  if (persisted ? lastWritten() >= current : isCached && lastWritten() > Date.now() - HOUR) older();
});

// the page that comes after a form that was sent says whether it was taken
if (sessionStorage.getItem(SENT)) {
  if (!(navigation?.responseStatus >= 400)) sessionStorage.setItem(SAVED, sessionStorage.getItem(SENT));
  sessionStorage.removeItem(SENT);
}

function older() {
  const saved = sent && sessionStorage.getItem(SAVED) === at ? sent : null;
  if (isUnsaved(document, saved)) document.querySelector("op-toasts")?.tellOlder();
  else location.reload();
}

function written() {
  localStorage.setItem(KEY, String(Date.now()));
}

function lastWritten() {
  return Number(localStorage.getItem(KEY) ?? 0);
}
