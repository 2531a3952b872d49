// Light, dark or the system's: seen at once, kept by the server in the background.

class Theme extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target.closest("button[name='theme']");
      if (!button) return;
      event.preventDefault();
      this.apply(button.value);
      this.keep(button.closest("form") ?? this.querySelector("form"), button.value);
    });
  }

  apply(theme) {
    const root = document.documentElement;
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const button of this.querySelectorAll("button[name='theme']")) {
      button.ariaPressed = String(button.value === theme);
    }
  }

  keep(form, theme) {
    if (!form) return;
    const data = new FormData(form);
    data.set("theme", theme);
    fetch(form.action, { method: "POST", body: data, redirect: "manual" }).catch(() => {});
  }
}

customElements.define("op-theme", Theme);
