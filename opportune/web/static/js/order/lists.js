// Lists whose items are put in order, the same for pointer and keys. Lists of the same name exchange items.

export function listsOf(root, name) {
  const lists = [...root.querySelectorAll("[data-order]")];
  return name === undefined ? lists : lists.filter((list) => list.dataset.order === name);
}

export function itemsOf(list) {
  return [...list.children].filter((item) => item.matches("[data-move]"));
}

export function idsOf(list) {
  return itemsOf(list).map((item) => item.dataset.id);
}

export function gripOf(item) {
  return item.querySelector(".gr");
}

// An item among the others of a list, at a place from 0; what is no item stays behind them.
export function put(item, list, place) {
  const others = itemsOf(list).filter((other) => other !== item);
  list.insertBefore(item, others[place] ?? others.at(-1)?.nextSibling ?? list.firstChild);
}
