// Single keys, never in a field: / searches, C creates, G then a letter goes to the link `data-go` of that letter.
import { typing } from "../focus.js";

const PATIENCE = 1500;
let going = 0;

function act(key) {
  if (Date.now() - going < PATIENCE) {
    going = 0;
    return document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  }
  if (key === "g") going = Date.now();
  if (key === "c") return document.querySelector("[data-quick-create]");
  return null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
    return;
  }
  const link = event.key.length === 1 ? act(event.key.toLowerCase()) : null;
  if (!link) return;
  event.preventDefault();
  link.click();
});
