// On narrow screens the navigation is a drawer.
const app = () => document.querySelector(".app");
let opener = null;

function set(open) {
  app().toggleAttribute("data-drawer-open", open);
  for (const button of document.querySelectorAll("[data-drawer]")) button.ariaExpanded = String(open);
  if (open) document.querySelector(".side a")?.focus();
  else opener?.focus();
}

document.addEventListener("click", (event) => {
  const isOpen = app()?.hasAttribute("data-drawer-open");
  const button = event.target.closest("[data-drawer]");
  opener = button ?? opener;
  if (button) set(!isOpen);
  else if (isOpen && !event.target.closest(".side")) set(false);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && app()?.hasAttribute("data-drawer-open")) set(false);
});
