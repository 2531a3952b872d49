// What was wrong with a field is put right: the field says it no longer, nor does the summary above the form.
export function accept(input) {
  if (input.getAttribute("aria-invalid") !== "true") return;
  const field = input.closest(".field");
  field?.querySelector(`#err-${CSS.escape(input.id.slice(2))}`)?.remove();
  input.removeAttribute("aria-invalid");
  const hint = field?.querySelector(":scope > .hint");
  if (hint?.id) input.setAttribute("aria-describedby", hint.id);
  else input.removeAttribute("aria-describedby");
  settle(input);
}

function settle(input) {
  const item = input.form?.querySelector(`.notice li:has(a[href="#${CSS.escape(input.id)}"])`);
  if (!item) return;
  const notice = item.closest(".notice");
  const items = [...notice.querySelectorAll("li[data-left]")];
  const sentences = items.map((one) => one.dataset.left);
  item.remove();
  const left = items.filter((one) => one !== item);
  if (left.length === 0) {
    notice.remove();
    return;
  }
  left.forEach((one, at) => (one.dataset.left = sentences[at]));
  notice.querySelector("b").textContent = sentences[left.length - 1];
}
