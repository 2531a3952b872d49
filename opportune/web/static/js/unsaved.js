// What is typed in a form and not saved yet; also what the server gave back to be mended.

export function changed(form) {
  return [...form.elements].some((control) => control.name && control.type !== "hidden" && differs(control));
}

// A selection in a list is none of it.
export function isUnsaved(within, but = null) {
  const forms = [...within.querySelectorAll("form[method='post']")].filter((form) => form !== but);
  return forms.some((form) => form.querySelector("[data-unsaved], [aria-invalid='true']") || changed(form));
}

// an impossible date has no value at all, but it was typed
export function differs(control) {
  if (control instanceof HTMLSelectElement) {
    return [...control.options].some((option) => option.selected !== option.defaultSelected) && control.value !== firstOf(control);
  }
  if (["checkbox", "radio"].includes(control.type)) return control.checked !== control.defaultChecked;
  return "defaultValue" in control && (control.value !== control.defaultValue || control.validity.badInput);
}

// without a chosen option a browser shows the first one, which is no change
function firstOf(select) {
  const chosen = [...select.options].find((option) => option.defaultSelected) ?? select.options[0];
  return chosen?.value;
}
