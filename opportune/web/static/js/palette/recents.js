// The records a person opened last, kept by the browser: what one looks at is no change, so the server keeps no note
// of it. Signing out forgets them, and nobody finds those of somebody else.
const NAME = "opportune.recents.";
const KEPT = 8;

export class Recents {
  constructor(person) {
    this.name = `${NAME}${person}`;
    for (const other of this.everybody()) if (other !== this.name) localStorage.removeItem(other);
  }

  everybody() {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(NAME));
    } catch {
      return []; // the browser keeps nothing
    }
  }

  all() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.name) ?? "[]");
      return Array.isArray(kept) ? kept.filter(({ href }) => href?.startsWith?.("/")) : [];
    } catch {
      return [];
    }
  }

  keep(records) {
    try {
      localStorage.setItem(this.name, JSON.stringify(records.slice(0, KEPT)));
    } catch {
      // full, or switched off: there are no recents then
    }
  }

  add(record) {
    this.keep([record, ...this.all().filter(({ href }) => href !== record.href)]);
  }

  // A page that could not be shown is not offered again.
  drop(href) {
    const kept = this.all();
    if (kept.some((record) => record.href === href)) this.keep(kept.filter((record) => record.href !== href));
  }

  forget() {
    for (const name of this.everybody()) localStorage.removeItem(name);
  }
}
