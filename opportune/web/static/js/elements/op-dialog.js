// The page's dialog opens when something is swapped into it and empties when it closes.
import { bookmark } from "../focus.js";
import { openerOf } from "../popovers.js";

const FIELDS = "input:not([type='hidden'], :disabled), select:not(:disabled), textarea:not(:disabled)";

class Dialog extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.content = this.dialog.firstElementChild;
    this.goBack = () => {};
    this.watch = new MutationObserver(() => this.filled());
    this.watch.observe(this.content, { childList: true });
    this.dialog.addEventListener("close", () => this.closed());
    this.addEventListener("click", (event) => {
      if (!event.target.closest("[data-close-dialog]")) return;
      event.preventDefault();
      this.dialog.close();
    });
    this.close = () => this.dialog.open && this.dialog.close();
    this.remember = ({ detail }) => {
      if (detail.target !== this.content || this.dialog.open) return;
      // an answer may have been meant for elsewhere
      this.opener = startOf(detail.requestConfig?.elt ?? detail.elt);
      this.goBack = bookmark(this.opener);
    };
    document.body.addEventListener("dialog:close", this.close);
    document.body.addEventListener("htmx:beforeRequest", this.remember);
    document.body.addEventListener("htmx:beforeSwap", this.remember);
    if (this.content.childElementCount) this.filled();
  }

  disconnectedCallback() {
    this.watch.disconnect();
    document.body.removeEventListener("dialog:close", this.close);
    document.body.removeEventListener("htmx:beforeRequest", this.remember);
    document.body.removeEventListener("htmx:beforeSwap", this.remember);
  }

  filled() {
    if (!this.content.childElementCount) {
      this.close();
      return;
    }
    const invalid = this.content.querySelector("[aria-invalid='true']");
    // htmx would give it back to the field that asks for it
    if (invalid) for (const field of this.content.querySelectorAll("[autofocus]")) field.autofocus = field === invalid;
    const first = this.content.querySelector("[autofocus]") ?? this.content.querySelector(FIELDS);
    if (!this.dialog.open) this.dialog.showModal();
    else if (!invalid && this.content.contains(document.activeElement)) return;
    (invalid ?? first)?.focus();
  }

  closed() {
    this.content.replaceChildren();
    this.goBack();
    this.goBack = () => {};
  }
}

// An item of a menu is gone when the dialog closes; the menu's own button is still there.
function startOf(element) {
  const popover = element.closest("[popover]");
  return (popover && openerOf(popover)) ?? element;
}

customElements.define("op-dialog", Dialog);
