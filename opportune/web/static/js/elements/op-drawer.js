// On narrow screens the navigation is a drawer.
const app = () => document.querySelector(".app");
const button = () => document.querySelector("[data-drawer]");

function set(open) {
  app().toggleAttribute("data-drawer-open", open);
  button().setAttribute("aria-expanded", String(open));
  if (open) document.querySelector(".side a")?.focus();
  else button().focus();
}

document.addEventListener("click", (event) => {
  const isOpen = app()?.hasAttribute("data-drawer-open");
  if (event.target.closest("[data-drawer]")) set(!isOpen);
  else if (isOpen && !event.target.closest(".side")) set(false);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && app()?.hasAttribute("data-drawer-open")) set(false);
});
