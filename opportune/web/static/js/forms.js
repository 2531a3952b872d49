// A form that says all its faults at once leaves them to the server, where a browser would stop at the first.
// What is half typed into a date never gets there: that alone the browser says itself.

function leaveToServer({ target }) {
  const form = target instanceof Element && target.closest("form[data-at-once]");
  if (form) form.noValidate = true;
}

document.addEventListener("focusin", leaveToServer);
document.addEventListener("pointerdown", leaveToServer);
document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.matches("form[data-at-once]")) return;
    const half = [...event.target.elements].find((control) => control.validity?.badInput);
    if (!half) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    half.reportValidity();
  },
  { capture: true },
);
