// Cards and the columns they lie in, the same for pointer and keys.

export function linkOf(card) {
  return card.querySelector("h3 a");
}

export function nameOf(card) {
  return linkOf(card).textContent.trim();
}

// Stages that would refuse the card whatever is filled in: their ids, and why.
export function refusalsOf(card) {
  return JSON.parse(card.dataset.refused || "{}");
}

export function columnOf(element) {
  return element?.closest(".kcol[data-stage]") ?? null;
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

export function greyOut(columns, refusals) {
  for (const column of columns) {
    const reason = refusals[column.dataset.stage];
    column.classList.toggle("no", reason !== undefined);
    if (reason === undefined) delete column.dataset.reason;
    else column.dataset.reason = reason;
  }
}
