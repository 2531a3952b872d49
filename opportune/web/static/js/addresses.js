// What belongs to a thing lies below its address, which stands on it once: `data-at`.

export function within(element, path) {
  const at = element.closest("[data-at]")?.dataset.at ?? "/";
  return new URL(path, new URL(at, location.origin)).pathname + new URL(path, location.origin).search;
}
