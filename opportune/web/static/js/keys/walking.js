// J and K walk the rows of a list that has no keys of its own.
const LINKS = ".main tbody td.t a[href], .main .hits a[href]";

export function walk(step) {
  if (document.querySelector(".main op-list, .main op-board")) return false;
  const links = [...document.querySelectorAll(LINKS)].filter((link) => link.getClientRects().length);
  if (!links.length) return false;
  const row = document.activeElement?.closest("tr, li");
  const at = links.findIndex((link) => row?.contains(link));
  const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1);
  links[next].focus();
  return true;
}
