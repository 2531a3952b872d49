// Going back shows a page as it was left. Where this browser has written something since, it is asked for anew.
const KEY = "opportune:written";
const HOUR = 3_600_000;
let current = Date.now();
let isLeft = false;

// a page that is left by a command has not shown what came of it
document.addEventListener("submit", ({ target }) => {
  if (target.method !== "post") return;
  isLeft = true;
  written();
});
document.addEventListener("htmx:afterRequest", ({ detail: { requestConfig, xhr } }) => {
  if (requestConfig.verb === "get") return;
  isLeft = Boolean(xhr.getResponseHeader("HX-Redirect"));
  written();
});
addEventListener("pagehide", () => {
  if (!isLeft) current = Date.now();
});
addEventListener("pageshow", ({ persisted }) => {
  if (persisted && lastWritten() >= current) location.reload();
});

// a page that comes from the cache does not say when it was drawn
const [navigation] = performance.getEntriesByType("navigation");
if (navigation?.type === "back_forward" && !navigation.transferSize && lastWritten() > Date.now() - HOUR) location.reload();

function written() {
  localStorage.setItem(KEY, String(Date.now()));
}

function lastWritten() {
  return Number(localStorage.getItem(KEY) ?? 0);
}
