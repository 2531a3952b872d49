// The order of a list's columns: each can be moved up and down in the form that chooses them.
import { wordsOf } from "../words.js";

class Columns extends HTMLElement {
  connectedCallback() {
    const words = wordsOf(this);
    for (const item of this.querySelectorAll("li:not(:has(button))")) {
      const name = item.textContent.trim();
      item.append(
        arrow("↑", `${words.up}: ${name}`, () => item.previousElementSibling?.before(item)),
        arrow("↓", `${words.down}: ${name}`, () => item.nextElementSibling?.after(item)),
      );
    }
  }
}

function arrow(sign, label, move) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn ghost icon sm";
  button.textContent = sign;
  button.ariaLabel = label;
  button.addEventListener("click", () => {
    move();
    button.focus();
  });
  return button;
}

customElements.define("op-columns", Columns);
