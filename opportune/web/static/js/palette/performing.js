// What choosing an option does: a page, a dialog, a command sent to the server, or a click on the page's own link.
export function perform(option, source, inNewTab) {
  const { href, dialog, send, values } = option.dataset;
  const address = href ?? option.commands?.href;
  if (inNewTab && address) return window.open(address, "_blank", "noopener");
  if (option.commands) return option.commands.click();
  if (href) return location.assign(href);
  const target = { source, target: "#dialog-body", swap: "innerHTML" };
  if (dialog) return htmx.ajax("GET", dialog, target);
  return htmx.ajax("POST", send, { ...target, values: values ? JSON.parse(values) : {} });
}
