// A record made in place: the small form comes from the server and stands below the picker, inside the form that
// needs the record. Its fields belong to no form, so the one around keeps what was typed and is not sent.
export async function make(picker, address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  show(picker, await answer.text());
}

// What was typed for the new record would be lost with the answer to the form around: that one waits.
document.addEventListener(
  "submit",
  (event) => {
    const notice = event.target.querySelector("op-combobox [data-made] [data-first]");
    if (!notice) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    notice.hidden = true;
    // shown anew each time, so that it is said each time
    requestAnimationFrame(() => (notice.hidden = false));
    notice.closest("[data-made]").querySelector("[data-make]").focus();
  },
  { capture: true },
);

function show(picker, html) {
  leave(picker);
  const box = document.createElement("div");
  box.dataset.made = "";
  box.innerHTML = html;
  picker.append(box);
  box.addEventListener("click", (event) => {
    if (event.target.closest("[data-leave]")) leave(picker, true);
    if (event.target.closest("[data-make]")) send(picker, box, event.target.closest("[data-make]").dataset.confirm);
    if (event.target.closest("[data-take]")) take(picker, event.target.closest("[data-take]"));
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    if (event.key === "Enter" && event.target.closest("button")) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") send(picker, box);
    else leave(picker, true);
  });
  (box.querySelector("[aria-invalid='true'], [data-take], [data-confirm]") ?? box.querySelector("input"))?.focus();
}

async function send(picker, box, confirmed) {
  const button = box.querySelector("[data-make]");
  if (button.disabled) return;
  button.disabled = true;
  const body = new FormData();
  for (const field of box.querySelectorAll("[data-field]")) body.set(field.dataset.field, field.value);
  if (confirmed) body.set(confirmed, "on");
  const { address } = box.querySelector("[data-address]").dataset;
  const token = document.querySelector("input[name='csrfmiddlewaretoken']").value;
  try {
    const answer = await fetch(address, {
      method: "POST",
      body,
      headers: { "HX-Request": "true", "X-CSRFToken": token },
    });
    const html = await answer.text();
    if (answer.status === 201) choose(picker, html);
    else if (answer.status === 422) show(picker, html);
  } finally {
    button.disabled = false;
  }
}

function choose(picker, html) {
  const list = document.createElement("ul");
  list.innerHTML = html;
  take(picker, list.querySelector("[role='option']"));
}

function take(picker, option) {
  leave(picker);
  picker.choose(option);
  picker.input.focus();
}

function leave(picker, isGivenUp = false) {
  picker.querySelector("[data-made]")?.remove();
  if (isGivenUp) picker.input.focus();
}
