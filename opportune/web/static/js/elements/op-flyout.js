// The steps of a stage open under its part of the process bar, and close by their cross or Escape.
import { keepTyped } from "../keeping.js";

const GAP = 4;
const FIELDS = "[aria-invalid='true'], li input:not([type='hidden']), li select, li textarea";
const PHONE = matchMedia("(max-width: 640px)");
let fresh = false;
let scrolled = 0;

const shown = () => document.querySelector("#flyout .flyout");

// the bar is not swapped with the flyout: the stage is found by its name
function stageOf(flyout) {
  const stages = [...document.querySelectorAll(".proc > a")];
  return stages.find((stage) => stage.querySelector(".nm")?.textContent === flyout.ariaLabel);
}

function settle() {
  const flyout = shown();
  const stage = flyout && stageOf(flyout);
  for (const other of document.querySelectorAll(".proc > a")) other.ariaExpanded = String(other === stage);
  if (!stage) return;
  const room = flyout.parentElement.parentElement.clientWidth - flyout.offsetWidth;
  // on a phone it is a sheet at the bottom
  if (!PHONE.matches) flyout.style.left = `${Math.max(0, Math.min(stage.offsetLeft + GAP, room))}px`;
  if (!fresh) flyout.querySelector("ul").scrollTop = scrolled;
  if (fresh && !flyout.contains(document.activeElement)) {
    // a field in focus would bring up a keyboard over the sheet
    const first = PHONE.matches ? null : flyout.querySelector(FIELDS);
    (first ?? flyout.querySelector("[data-close-flyout]"))?.focus();
  }
  fresh = false;
}

function close() {
  keepTyped(shown().querySelector("form[data-keeps]"));
  const stage = stageOf(shown());
  shown().remove();
  settle();
  (PHONE.matches ? document.querySelector(".procs") : stage)?.focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest(".proc > a, .procs")) fresh = true;
  if (!shown() || !event.target.closest("[data-close-flyout]")) return;
  event.preventDefault();
  close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !shown()) return;
  if (event.target.closest("dialog, [popover]")) return;
  close();
});

// Enter saves the step it is pressed in, as its button does.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.defaultPrevented || !event.target.matches("#steps li input:not([type='checkbox'])")) return;
  event.preventDefault();
  event.target.closest("li").querySelector("button[id^='save']")?.click();
});

// A step that was saved or refused comes with its flyout anew, or with the whole header around it.
document.addEventListener("htmx:beforeSwap", () => (scrolled = shown()?.querySelector("ul").scrollTop ?? 0));
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!["flyout", "record-head"].includes(detail.target.id)) return;
  settle();
  // who was first, and the choice below it
  if (detail.xhr.status === 409) document.querySelector("#flyout li:has([role='alert'])")?.scrollIntoView({ block: "nearest" });
  if (detail.xhr.status === 422) document.activeElement.closest(".flyout li")?.querySelector("[aria-invalid='true']")?.focus();
});
settle();
