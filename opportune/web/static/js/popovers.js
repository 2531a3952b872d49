// Popovers stand next to the control that opened them and give focus back to it.
const openers = new WeakMap();
const EDGE = 8;
const PHONE = matchMedia("(max-width: 640px)");

export function openerOf(popover) {
  const named = popover.id && document.querySelector(`[popovertarget="${CSS.escape(popover.id)}"]`);
  return openers.get(popover) ?? named ?? null;
}

// Two buttons may open the same popover, one of them on phones only.
export function opens(button) {
  const popover = document.getElementById(button.getAttribute("popovertarget"));
  if (popover) openers.set(popover, button);
}

export function openAt(popover, opener) {
  openers.set(popover, opener);
  if (popover.matches(":popover-open")) popover.hidePopover();
  popover.showPopover();
}

// Below the opener and inside the window; its right edges meet when it hangs in the right half. On a phone a form is a
// sheet at the bottom.
export function place(popover, opener) {
  if (PHONE.matches && popover.matches(".form")) {
    popover.style.inset = "";
    return;
  }
  popover.style.inset = "auto";
  const at = opener.getBoundingClientRect();
  const size = popover.getBoundingClientRect();
  const fromRight = at.left + at.width / 2 > innerWidth / 2;
  const left = fromRight ? at.right - size.width : at.left;
  const below = at.bottom + 4;
  const top = below + size.height > innerHeight - EDGE ? at.top - size.height - 4 : below;
  const within = (value, room) => Math.max(EDGE, Math.min(value, room));
  popover.style.left = `${within(left, innerWidth - size.width - EDGE)}px`;
  popover.style.top = `${within(top, innerHeight - size.height - EDGE)}px`;
}
