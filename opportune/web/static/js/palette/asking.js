// Questions to the server: the last one counts, and somebody who is signed out goes to the sign-in page.
export class Asking {
  async ask(address) {
    this.stop();
    const mine = new AbortController();
    this.running = mine;
    const answer = await fetch(address, { signal: mine.signal, headers: { "HX-Request": "true" } });
    const elsewhere = answer.headers.get("HX-Redirect");
    if (elsewhere) location.assign(elsewhere);
    return answer.ok && answer.status !== 204 ? answer.text() : "";
  }

  stop() {
    this.running?.abort();
  }
}
