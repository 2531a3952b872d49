// Options of the palette made from the page: its own links and buttons are the commands.
export function make(text, sign, note = "") {
  const option = document.createElement("div");
  option.className = "pi";
  option.role = "option";
  option.ariaSelected = "false";
  if (sign) option.append(sign.cloneNode(true));
  const name = document.createElement("span");
  name.className = "grow ell";
  name.textContent = text;
  option.append(name);
  if (note) {
    const kind = document.createElement("span");
    kind.className = "mut";
    kind.textContent = note;
    option.append(kind);
  }
  return option;
}

// What the page's own commands are, by group: to go to, to create, to do.
export function commandsOfPage(group) {
  return [...document.querySelectorAll(`[data-command="${group}"]`)].map((link) => {
    const option = make(link.querySelector("span")?.textContent ?? link.textContent, link.querySelector(".ic"));
    option.querySelector(".ic")?.classList.remove("s", "l");
    const letters = keysOf(link);
    for (const letter of letters) {
      const key = document.createElement("kbd");
      key.ariaHidden = "true";
      key.textContent = letter.toUpperCase();
      option.append(key);
    }
    option.commands = link;
    return option;
  });
}

function keysOf(link) {
  if (document.querySelector("[data-single-keys='off']")) return [];
  if (link.dataset.go) return ["g", link.dataset.go];
  if (link.dataset.create) return ["c", link.dataset.create];
  return link.matches("[data-keys]") ? ["?"] : [];
}

export function made(html) {
  const box = document.createElement("div");
  box.innerHTML = html;
  return [...box.querySelectorAll("[role='option']")];
}
