// A property is text until one clicks it; then it is its form. Leaving saves what changed, Escape restores.
import { changed } from "../unsaved.js";

class Inline extends HTMLElement {
  connectedCallback() {
    for (const value of this.querySelectorAll(".v:not([tabindex])")) value.tabIndex = 0;
    this.addEventListener("click", (event) => {
      if (!event.target.closest("a, form")) this.open(event.target.closest(".v") ?? this.only(event.target));
    });
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("focusout", (event) => this.left(event));
    this.addEventListener("submit", (event) => event.target.toggleAttribute("data-sent", true));
  }

  // the cell around a value is as good as the value
  only(target) {
    return target.closest("dd")?.querySelector(".v") ?? null;
  }

  formOf(value) {
    return (value.closest("dd") ?? this).querySelector("form");
  }

  valueOf(form) {
    return (form.closest("dd") ?? this).querySelector(".v");
  }

  open(value) {
    const form = value && this.formOf(value);
    if (!form?.hidden) return;
    form.hidden = false;
    const control = form.querySelector("input:not([type='hidden']), select, textarea");
    control?.focus();
    control?.select?.();
  }

  shut(form) {
    const inside = form.contains(document.activeElement);
    form.reset();
    form.hidden = true;
    if (inside) this.valueOf(form)?.focus();
  }

  key(event) {
    const form = event.target.closest("form");
    if (event.key === "Escape" && form && !form.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.shut(form);
    } else if (!form && ["Enter", "F2"].includes(event.key) && event.target.matches(".v")) {
      event.preventDefault();
      this.open(event.target);
    }
  }

  left(event) {
    const form = event.target.closest("form");
    if (!form || form.hidden || form.hasAttribute("data-sent") || form.contains(event.relatedTarget)) return;
    if (changed(form)) form.requestSubmit();
    else this.shut(form);
  }
}

customElements.define("op-inline", Inline);
