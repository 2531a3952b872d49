// Letters are compared as the server's search compares them: without case and without accents.
const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ł: "l", ı: "i", "’": "'" };

function folded(letter) {
  const bare = letter.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "");
  return [...bare].map((one) => LETTERS[one] ?? one).join("");
}

export function fold(text) {
  return [...text].map(folded).join("");
}

export function wordsIn(text) {
  return fold(text).split(/\s+/).filter(Boolean);
}

export function matches(text, words) {
  const plain = fold(text);
  return words.every((word) => plain.includes(word));
}

// Which of the letters are in one of the words: folding may make two of one, or none.
function hits(letters, words) {
  const origins = [];
  let plain = "";
  for (const [index, letter] of letters.entries()) {
    const bare = folded(letter);
    plain += bare;
    origins.push(...Array(bare.length).fill(index));
  }
  const marked = new Set();
  for (const word of words) {
    for (let at = plain.indexOf(word); at >= 0; at = plain.indexOf(word, at + word.length)) {
      for (let offset = at; offset < at + word.length; offset += 1) marked.add(origins[offset]);
    }
  }
  return marked;
}

function markText(node, words) {
  const letters = [...node.data];
  const marked = hits(letters, words);
  if (!marked.size) return;
  const parts = [];
  for (const [index, letter] of letters.entries()) {
    const isMarked = marked.has(index);
    if (!parts.length || parts.at(-1).isMarked !== isMarked) parts.push({ isMarked, text: "" });
    parts.at(-1).text += letter;
  }
  node.replaceWith(
    ...parts.map(({ isMarked, text }) => {
      if (!isMarked) return text;
      const mark = document.createElement("mark");
      mark.textContent = text;
      return mark;
    }),
  );
}

export function mark(element, words) {
  for (const old of element.querySelectorAll("mark")) old.replaceWith(old.textContent);
  element.normalize();
  if (!words.length) return;
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  for (const node of nodes) markText(node, words);
}
