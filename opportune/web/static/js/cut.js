// The words of a task, and what stands in a cell, may be cut off or left out where there is no room. Who points at them
// reads them in full.

document.addEventListener("pointerover", ({ target }) => {
  const next = target.closest?.(".next:not([title])");
  const words = next?.querySelector(".what");
  if (words) next.title = words.textContent;
  const cell = target.closest?.(".tbl td:not([title])");
  if (cell && cell.scrollWidth > cell.clientWidth) cell.title = cell.innerText.trim();
});
