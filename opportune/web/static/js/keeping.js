// What is typed in a form that says so (`data-keeps`, the word of it) and not saved yet outlives the form: another stage
// that is opened in its place, an undo, a move. It is kept in this tab only, by where the form is sent, and is there again
// when the form is. With a step goes the version it was compared with, so that nothing newer is overwritten unseen.
import { differs } from "./unsaved.js";

const KEY = "opportune:typed";
const PLAIN = ["csrfmiddlewaretoken"];
const forms = (within = document) => [...within.querySelectorAll("form[data-keeps]")];
const nameOf = (form) => form.getAttribute("action");
const controlsOf = (unit) => [...unit.querySelectorAll("input, select, textarea")].filter(({ name, type }) => name && type !== "checkbox" && !PLAIN.includes(name));
const person = document.querySelector("op-palette")?.dataset.person ?? "";
let isLeft = false;
let taken = null;
let left = [];

// The rows of a form are kept one by one.
function units(form) {
  const rows = [...form.querySelectorAll("li[id]")];
  return rows.length ? rows : [form];
}

const isTyped = (unit) => unit.matches("[data-unsaved]") || controlsOf(unit).some((control) => control.type !== "hidden" && differs(control));

function kept() {
  try {
    const { whose, forms } = JSON.parse(sessionStorage.getItem(KEY)) ?? {};
    return whose === person ? forms : {};
  } catch {
    return {};
  }
}

function keep(form, isOpen) {
  const values = units(form).filter(isTyped).flatMap(controlsOf).map(({ name, value }) => [name, value]);
  const all = kept();
  delete all[nameOf(form)];
  if (values.length) all[nameOf(form)] = { path: location.pathname, isOpen, values };
  write(all);
  return values.length > 0;
}

function write(all) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ whose: person, forms: all }));
  } catch {
    // full, or switched off: nothing outlives its form then
  }
}

function forget(name) {
  const all = kept();
  delete all[name];
  write(all);
}

function restore(form) {
  const name = nameOf(form);
  for (const [field, value] of kept()[name]?.values ?? []) {
    const control = form.elements[field];
    if (control && "value" in control) control.value = value;
  }
  forget(name);
}

function tell(form) {
  document.querySelector("op-toasts")?.show(form.dataset.keeps, "done");
}

// Before a form leaves the page: what is typed in it is kept, and that is said.
export function keepTyped(form) {
  if (form && keep(form, false)) tell(form);
}

document.addEventListener("submit", ({ target }) => {
  if (!target.matches("[data-forget]")) return;
  isLeft = true;
  sessionStorage.removeItem(KEY);
});
document.addEventListener("htmx:afterRequest", ({ detail: { elt, requestConfig, xhr } }) => {
  if (requestConfig.verb === "get" || !xhr.getResponseHeader("HX-Redirect")) return;
  taken = elt.closest("form[data-keeps]");
});
document.addEventListener("htmx:beforeSwap", ({ detail: { target, requestConfig } }) => {
  if (target.id === "flyout" && requestConfig.verb === "get") left = forms(target).filter((form) => keep(form, false));
});
document.addEventListener("htmx:afterSwap", ({ detail: { requestConfig } }) => {
  if (requestConfig.verb !== "get") return;
  forms(document.getElementById("flyout") ?? document.createElement("div")).forEach(restore);
  for (const form of left) if (nameOf(form) in kept()) tell(form);
  left = [];
});
// what was taken is not typed any more
addEventListener("pagehide", () => {
  if (isLeft) return;
  for (const form of forms()) form === taken ? forget(nameOf(form)) : keep(form, true);
});

forms().forEach(restore);

// The stage in which something was typed opens again where the page comes anew.
document.addEventListener("DOMContentLoaded", () => {
  const open = Object.entries(kept()).find(([, { path, isOpen }]) => isOpen && path === location.pathname)?.[0];
  if (!open || document.querySelector("#flyout .flyout")) return;
  document.querySelector(`.proc > a[hx-get="${CSS.escape(open)}"]`)?.click();
});
