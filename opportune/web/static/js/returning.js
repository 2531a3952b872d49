// A command that loads its page anew gives the focus back: to what its form names (`data-then`, ids), to the control
// that was used or what stands in its place, else to the heading. Who points sees no ring appear and needs none.
const KEY = "opportune:returning";
const SOON = 30_000;
const CONTROLS = "a[href], button:not([disabled])";
let byKeyboard = true;

document.addEventListener("keydown", () => (byKeyboard = true), { capture: true });
document.addEventListener("pointerdown", () => (byKeyboard = false), { capture: true });
document.addEventListener("submit", ({ target, submitter }) => {
  if (target.method === "post") remember(submitter ?? target, target.dataset.then);
});
document.addEventListener("htmx:beforeRequest", ({ detail: { elt, requestConfig } }) => {
  if (requestConfig.verb === "post" && !elt.matches("form")) remember(elt, elt.dataset.then);
});
document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  if (!xhr.getResponseHeader("HX-Redirect")) sessionStorage.removeItem(KEY);
});

function remember(element, then = "") {
  if (!byKeyboard) return sessionStorage.removeItem(KEY);
  const dialog = element.closest("op-dialog");
  const used = dialog?.opener ?? element;
  const left = { path: location.pathname, at: Date.now(), then: then.split(" ").filter(Boolean), ...whereIs(used) };
  sessionStorage.setItem(KEY, JSON.stringify(left));
}

function whereIs(control) {
  const same = [];
  const quoted = (name) => `[${name}="${CSS.escape(control.getAttribute(name))}"]`;
  if (control.id) same.push(`#${CSS.escape(control.id)}`);
  for (const name of ["href", "hx-get", "popovertarget", "data-menu"]) if (control.hasAttribute(name)) same.push(quoted(name));
  const action = control.form?.getAttribute("action");
  if (action) same.push(`form[action="${CSS.escape(action)}"] button${control.name ? quoted("name") + quoted("value") : ""}`);
  const row = control.closest("tbody > tr");
  const table = row && [...document.querySelectorAll("#main tbody")].indexOf(row.parentElement);
  const around = control.closest("[id]:not(#main, #main [data-at])")?.id;
  const at = row && [...row.parentElement.children].indexOf(row);
  return { same, row: row && { table, at, alike: control.form ? "form button" : CONTROLS }, around };
}

function goBack() {
  const left = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  sessionStorage.removeItem(KEY);
  if (left?.path !== location.pathname || Date.now() - left.at > SOON || document.activeElement !== document.body) return;
  const named = left.then.map((id) => document.getElementById(id));
  const found = [...named, ...(named.some(isShown) ? [] : successors(left)), document.querySelector("#main h1") ?? document.getElementById("main")];
  const next = found.find(isShown);
  if (next && next.tabIndex < 0) next.tabIndex = -1;
  next?.focus();
}

function successors({ then, same, row, around }) {
  const found = same.flatMap((selector) => [...document.querySelectorAll(selector)]);
  if (then.length) return found;
  const rows = row ? [...(document.querySelectorAll("#main tbody")[row.table]?.children ?? [])] : [];
  const beside = (rows[row?.at] ?? rows.at(-1))?.querySelectorAll(row.alike) ?? [];
  const within = (around && document.getElementById(around)?.querySelectorAll(CONTROLS)) || [];
  return [...found, ...beside, ...within];
}

function isShown(element) {
  return element?.getClientRects().length > 0;
}

goBack();
