// A list was edited beside a form: its selects offer what it offers now, and keep what was chosen.
document.addEventListener("list:changed", ({ detail }) => {
  for (const select of document.querySelectorAll(`select[data-list="${CSS.escape(detail.key)}"]`)) {
    htmx.ajax("GET", select.dataset.options, {
      source: select,
      target: select,
      swap: "innerHTML",
      values: { chosen: select.value },
    });
  }
});
