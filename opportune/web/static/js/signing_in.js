// Signing in gives forms another token. A page that was there before asks for it, so that what was typed can be saved:
// when one comes back to it after a dialog sent its person to sign in, and when one goes back to it.
async function renew() {
  const address = document.querySelector("[data-form-token]")?.dataset.formToken;
  if (!address) return false;
  const answer = await fetch(address, { redirect: "manual" });
  if (!answer.ok) return false;
  const token = await answer.text();
  document.querySelectorAll("input[name='csrfmiddlewaretoken']").forEach((input) => (input.value = token));
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  return true;
}

async function comeBack() {
  const dialog = document.getElementById("sign-in-again")?.closest("dialog");
  if (document.hidden || !dialog?.open) return;
  if (await renew().catch(() => false)) dialog.close();
}

document.addEventListener("visibilitychange", comeBack);
addEventListener("focus", comeBack);

addEventListener("pageshow", ({ persisted }) => {
  const [arrival] = performance.getEntriesByType("navigation");
  if (persisted || arrival?.type === "back_forward") renew().catch(() => {});
});
