// Asked for first and waited for by nothing: single keys pressed before the other scripts run wait for them, in their order.
if (!performance.getEntriesByType("navigation")[0]?.domContentLoadedEventStart) {
  const CHARACTER = /^[\p{L}\p{N}\p{P}\p{S}]$/u;
  const FIELDS = "input, select, textarea, [contenteditable]";
  const pressed = [];

  const keep = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !CHARACTER.test(event.key)) return;
    if (event.target instanceof Element && event.target.closest(FIELDS)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pressed.push(event);
  };

  window.addEventListener("keydown", keep, true);
  // modules run before it
  document.addEventListener("DOMContentLoaded", () => {
    window.removeEventListener("keydown", keep, true);
    for (const event of pressed) {
      const target = event.target.isConnected ? event.target : document.body;
      target.dispatchEvent(new KeyboardEvent(event.type, event));
    }
  });
}
