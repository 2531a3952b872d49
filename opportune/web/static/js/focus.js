// Where keys are text, and where focus goes back to.

export function typing(target) {
  return target instanceof Element && target.closest("input, select, textarea, [contenteditable]") !== null;
}

// An element is forgotten when a swap replaces it: its nearest named ancestor finds the successor.
export function bookmark(element) {
  if (!element || element === document.body) return () => {};
  const named = element.id ? element : element.closest("[id]");
  return () => {
    if (element.isConnected && element.getClientRects().length) element.focus();
    if (document.activeElement === element) return;
    const successor = named && document.getElementById(named.id);
    const control = successor?.matches("a, button, input") ? successor : successor?.querySelector("a, button");
    control?.focus();
  };
}
