// Keys are named as they are on the keyboard: an Apple one has ⌘ for Ctrl.
const isApple = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);

export function name(root) {
  if (!isApple) return;
  for (const key of root.querySelectorAll("kbd")) key.textContent = key.textContent.replace(/^Ctrl\b/, "⌘");
}
