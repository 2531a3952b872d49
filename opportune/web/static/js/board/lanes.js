// The lanes of a board: those that an answer brings stand in the order it names, of which a board may show some only.

// Make room for the lanes of an answer that the board lacks. Those that are made.
export function makeRoom(board, answer) {
  const order = answer.dataset.order.split(" ");
  const made = [];
  for (const fresh of answer.querySelectorAll(".kcol")) {
    const { lane } = fresh.dataset;
    if (board.columns.some((one) => one.dataset.lane === lane)) continue;
    const later = order.slice(order.indexOf(lane) + 1);
    const next = board.columns.find((one) => later.includes(one.dataset.lane));
    for (const part of fresh.querySelectorAll("[hx-swap-oob]")) part.removeAttribute("hx-swap-oob");
    if (next) next.before(fresh);
    else if (board.columns.length) board.columns.at(-1).after(fresh);
    else board.prepend(fresh);
    made.push(fresh);
  }
  if (made.length) board.dataset.columns = board.columns.length;
  return made;
}

// How many cards the fullest lane shows.
export function fullest(board) {
  return Math.max(0, ...board.columns.map((lane) => lane.querySelectorAll(".kc").length));
}
