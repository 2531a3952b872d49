// The words of a task may be cut off or left out where there is no room. Who points at them reads them in full.

document.addEventListener("pointerover", ({ target }) => {
  const next = target.closest?.(".next:not([title])");
  const words = next?.querySelector(".what");
  if (words) next.title = words.textContent;
});
