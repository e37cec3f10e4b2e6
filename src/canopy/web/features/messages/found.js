/** Pure: the part of a text around the words that were looked for, and those words in it. */

const BEFORE = 60; // characters
const MOST = 240;

/** @param {string} asked @returns {RegExp | null} words by their beginnings, quoted ones side by side */
function pattern(asked) {
  const terms = [...asked.matchAll(/"([^"]+)"|([^\s"]+)/gu)].map(([, quoted, bare]) => (quoted ?? bare ?? "").trim()).filter(Boolean);
  const safe = terms.map((term) => term.replace(/[.*+?^${}()|[\]\\/]/gu, "\\$&"));
  return safe.length > 0 ? new RegExp(`(?<![\\p{L}\\p{N}])((?:${safe.join("|")})[\\p{L}\\p{N}]*)`, "giu") : null;
}

/** @param {string} text @param {string} asked */
export function around(text, asked) {
  const line = text.replace(/\s+/gu, " ").trim();
  const first = pattern(asked)?.exec(line)?.index ?? 0;
  const from = first > BEFORE ? line.indexOf(" ", first - BEFORE) + 1 : 0;
  const part = line.slice(from, from + MOST);
  return `${from > 0 ? "…" : ""}${part}${from + MOST < line.length ? "…" : ""}`;
}

/** @param {string} text @param {string} asked @returns {{text: string, hit: boolean}[]} */
export function pieces(text, asked) {
  const wanted = pattern(asked);
  if (!wanted) return [{ text, hit: false }];
  return text.split(wanted).map((piece, index) => ({ text: piece, hit: index % 2 === 1 })).filter((piece) => piece.text !== "");
}
