// Sentences come translated from the server, as JSON in `data-words`; `{name}` stands for what is filled in.

export function wordsOf(element) {
  return JSON.parse(element.dataset.words || "{}");
}

export function fill(sentence, values) {
  return (sentence ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
