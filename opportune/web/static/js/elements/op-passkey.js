// A passkey's ceremony: what the server asks goes to the browser, its answer into the form. Bytes travel as base64url.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const known = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

function asked(options, alone) {
  const key = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
  if (key.user) {
    key.user = { ...key.user, id: bytes(key.user.id) };
    key.excludeCredentials = known(key.excludeCredentials);
    if (alone) {
      const selection = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
      key.authenticatorSelection = { ...key.authenticatorSelection, ...selection };
    }
  } else {
    key.allowCredentials = known(key.allowCredentials);
  }
  return key;
}

function answered(credential) {
  const response = {};
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  for (const name of names) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

class Passkey extends HTMLElement {
  connectedCallback() {
    if (!window.PublicKeyCredential) {
      this.hidden = true;
      return;
    }
    this.querySelector("[data-passkey]").addEventListener("click", () => this.begin());
  }

  async begin() {
    const failed = this.querySelector("[data-failed]");
    const form = this.closest("form");
    failed.hidden = true;
    try {
      const alone = form.elements.passwordless?.checked ?? false;
      const publicKey = asked(await this.options(), alone);
      const credential = await navigator.credentials[this.dataset.way]({ publicKey });
      this.querySelector("[name='credential']").value = JSON.stringify(answered(credential));
      form.submit();
    } catch {
      failed.hidden = false;
    }
  }

  async options() {
    if (this.dataset.options) return JSON.parse(this.dataset.options);
    const answer = await fetch(this.dataset.url, { headers: { Accept: "application/json" } });
    return (await answer.json()).request_options;
  }
}

customElements.define("op-passkey", Passkey);
