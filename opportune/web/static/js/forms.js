// A form that says all its faults at once leaves them to the server, where a browser would stop at the first.
// What is half typed into a date never gets there: that alone the browser says itself.

function leaveToServer(within) {
  const forms = [within.closest?.("form[data-at-once]"), ...within.querySelectorAll("form[data-at-once]")];
  for (const form of forms) if (form) form.noValidate = true;
}

leaveToServer(document);
document.addEventListener("htmx:load", ({ detail }) => leaveToServer(detail.elt));
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
