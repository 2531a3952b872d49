// On a phone a record shows one section at a time: `[data-section-tab]` says which.

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-section-tab]");
  if (!tab) return;
  event.preventDefault();
  tab.closest(".rec").dataset.section = tab.dataset.sectionTab;
  for (const other of tab.parentElement.querySelectorAll("[data-section-tab]")) {
    if (other === tab) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
});
