// Menus and other popovers: `[data-menu]` fetches one into #menu, `[popovertarget]` opens one of the page.
import { within } from "../addresses.js";
import { bookmark } from "../focus.js";
import { openAt, openerOf, opens, place } from "../popovers.js";

const ITEMS = ".mi:not([aria-disabled='true'], :disabled)";
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
let goBack = () => {};

async function openMenu(button) {
  const menu = document.getElementById("menu");
  menu.replaceChildren();
  const query = button.closest("[data-query]")?.dataset.query;
  await htmx.ajax("GET", within(button, button.dataset.menu), {
    source: button,
    target: menu,
    swap: "innerHTML",
    values: query === undefined ? {} : { query },
  });
  if (!menu.childElementCount) return;
  describe(menu);
  openAt(menu, button);
  menu.querySelector(ITEMS)?.focus();
}

// items of a menu need one around them, named by its title
function describe(menu) {
  const title = menu.querySelector(".ttl");
  menu.role = menu.querySelector("[role='menuitem']") ? "menu" : null;
  menu.ariaLabel = title?.textContent ?? null;
  if (title) title.role = "presentation";
  for (const line of menu.querySelectorAll(".sep")) line.role = "separator";
}

document.addEventListener("click", (event) => {
  const named = event.target.closest("[popovertarget]");
  if (named && named.popoverTargetAction !== "hide") opens(named);
  const button = event.target.closest("[data-menu]");
  if (button) {
    event.preventDefault();
    openMenu(button);
    return;
  }
  // after the click has done its work: a hidden button would not submit its form
  const chosen = event.target.closest(".pop[popover] .mi");
  if (chosen) setTimeout(() => chosen.closest("[popover]")?.hidePopover());
});

// `toggle` does not bubble; capturing sees it all the same
document.addEventListener(
  "toggle",
  ({ target, newState }) => {
    if (!target.matches?.(".pop[popover]")) return;
    const opener = openerOf(target);
    opener?.setAttribute("aria-expanded", String(newState === "open"));
    if (newState === "open") {
      goBack = bookmark(opener);
      if (opener) place(target, opener);
    } else if (document.activeElement === document.body || target.contains(document.activeElement)) {
      goBack();
    }
  },
  true,
);

// what is fetched when it opens makes it grow
document.addEventListener("htmx:afterSettle", ({ target }) => {
  const open = target.closest?.(".pop:popover-open");
  const opener = open && openerOf(open);
  if (opener) place(open, opener);
});

document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.(".pop .mi");
  if (!item) return;
  const items = [...item.closest(".pop").querySelectorAll(ITEMS)];
  const last = items.length - 1;
  const at = items.indexOf(item);
  const next = { Home: 0, End: last }[event.key] ?? at + (STEPS[event.key] ?? 0);
  if (next === at && !(event.key in STEPS)) return;
  event.preventDefault();
  items[next < 0 ? last : next > last ? 0 : next].focus();
});
