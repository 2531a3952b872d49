// Single keys, never in a field: / filters or searches, ? shows them all, G goes to and C creates with a second letter,
// J and K walk a list, M, A and E act on the record. All of them, those of other elements too, can be turned off.
import { typing } from "../focus.js";
import { name } from "../keys/apple.js";
import { walk } from "../keys/walking.js";

const PATIENCE = 1500;
const FIRST = { g: "go", c: "create" };
const STEPS = { j: 1, k: -1 };
const ACTS = { m: "move", a: "assign", e: "edit" };
const CHARACTER = /^[\p{L}\p{N}\p{P}\p{S}]$/u;
let begun = { what: "", at: 0 };

const palette = () => document.getElementById("palette");

function press(selector) {
  const link = document.querySelector(selector);
  link?.click();
  return link !== null;
}

// The filter of a list may stand in a popover, which its button opens.
function filter() {
  const field = document.querySelector(".main form:not([method='post']) :is([name='text'], [type='search'])");
  const around = field?.closest("[popover]");
  if (around && !around.matches(":popover-open")) press(`[popovertarget="${CSS.escape(around.id)}"]`);
  field?.focus();
  field?.select();
  if (!field) palette()?.open();
  return true;
}

function help() {
  htmx.ajax("GET", document.querySelector("[data-keys]").href, {
    source: palette(),
    target: "#dialog-body",
    swap: "innerHTML",
  });
  return true;
}

function second(letter) {
  const { what, at } = begun;
  begun = { what: "", at: 0 };
  return what && Date.now() - at < PATIENCE ? press(`[data-${what}="${CSS.escape(letter)}"]`) : false;
}

function act(letter) {
  if (second(letter)) return true;
  if (letter === "/") return filter();
  if (letter === "?") return help();
  if (letter in FIRST) {
    begun = { what: FIRST[letter], at: Date.now() };
    return true;
  }
  if (letter in STEPS) return walk(STEPS[letter]);
  if (letter in ACTS && palette()?.dataset.kind && document.querySelector(".main .rec")) {
    palette().act(ACTS[letter]);
    return true;
  }
  return false;
}

// before any other element sees the key
window.addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !CHARACTER.test(event.key) || typing(event.target)) return;
    if (document.querySelector("[data-single-keys='off']")) {
      event.stopPropagation();
      return;
    }
    if (event.repeat || document.querySelector("dialog[open]") || !act(event.key.toLowerCase())) return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

name(document);
document.addEventListener("htmx:load", ({ detail }) => name(detail.elt));
