// Cards and the columns they lie in, the same for pointer and keys.

export function linkOf(card) {
  return card.querySelector("h3 a");
}

export function nameOf(card) {
  return linkOf(card).textContent.trim();
}

export function columnOf(element) {
  return element?.closest(".kcol[data-lane]") ?? null;
}

export function listOf(column) {
  return column.querySelector(":scope > ul");
}

// The way back to where an item lies now, even if its neighbour has left in between.
export function wayBack(item) {
  const list = item.parentElement;
  const next = item.nextElementSibling;
  return () => list.insertBefore(item, next?.parentElement === list ? next : null);
}
