/** Pure: what changed between two texts, by words. */

const MOST_STEPS = 4_000_000; // cells of the table; beyond, the whole text counts as changed

/** @typedef {{kind: "same" | "gone" | "new", text: string}} Change */

/** @param {string} before @param {string} after @returns {Change[]} */
export function changes(before, after) {
  const a = wordsOf(before);
  const b = wordsOf(after);
  if (a.length * b.length > MOST_STEPS) return [{ kind: "gone", text: before }, { kind: "new", text: after }];
  return joined(walk(a, b, commonLengths(a, b)));
}

/** Words and the blanks between them, so that together they are the text again. @param {string} text */
function wordsOf(text) {
  return text.match(/\s+|[^\s]+/gu) ?? [];
}

/** How many words the rests from each pair of places have in common. @param {string[]} a @param {string[]} b */
function commonLengths(a, b) {
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const same = a[i] === b[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1));
      /** @type {Uint16Array} */ (table[i])[j] = same;
    }
  }
  return table;
}

/** @param {Uint16Array[]} table @param {number} i @param {number} j */
function at(table, i, j) {
  return table[i]?.[j] ?? 0;
}

/** @param {string[]} a @param {string[]} b @param {Uint16Array[]} table @returns {Change[]} */
function walk(a, b, table) {
  /** @type {Change[]} */
  const found = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      found.push({ kind: "same", text: a[i] ?? "" });
      [i, j] = [i + 1, j + 1];
    } else if (j >= b.length || (i < a.length && at(table, i + 1, j) >= at(table, i, j + 1))) {
      found.push({ kind: "gone", text: a[i] ?? "" });
      i += 1;
    } else {
      found.push({ kind: "new", text: b[j] ?? "" });
      j += 1;
    }
  }
  return found;
}

/** @param {Change[]} pieces @returns {Change[]} */
function joined(pieces) {
  /** @type {Change[]} */
  const result = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last?.kind === piece.kind) last.text += piece.text;
    else result.push({ ...piece });
  }
  return result;
}
