/**
 * How a line of Markdown looks while it is typed. Pure, and without any meaning: what a text comes to is the node's
 * to say, this only lets the eye find the marks. Line by line, so that a key costs one line and not the whole text.
 */

const FENCE = /^([ \t>]*)(`{3,}|~{3,})(.*)$/u;
const BEGINNING = /^(\s*)(>+|#{1,6}(?=\s)|[-*+](?=\s)|\d{1,9}[.)](?=\s))/u;
const RULE = /^\s*([-*_])(?:\s*\1){2,}\s*$/u;
const LONGEST = 2_000; // characters of a line that is looked at; a longer one is no prose
const DEEPEST = 4; // marks within marks

// Spans reach at most 400 characters, so that a line of marks without partners stays cheap.
const SPAN = new RegExp(
  [
    String.raw`(?<escaped>\\[!-/:-@[-\x60{-~])`,
    String.raw`(?<ticks>\x60+)(?<code>[^\x60].{0,399}?(?<!\x60)|[^\x60])\k<ticks>(?!\x60)`,
    String.raw`(?<double>\*\*|~~|(?<![\p{L}\p{N}_])__)(?=\S)(?<strong>.{1,400}?)(?<=\S)\k<double>(?!_[\p{L}\p{N}])`,
    String.raw`(?<single>\*|(?<![\p{L}\p{N}_])_)(?=[^\s*_])(?<em>.{1,400}?)(?<=[^\s\\])\k<single>(?!(?<=_)[\p{L}\p{N}_])(?!\*)`,
    String.raw`(?<open>!?\[)(?<label>[^[\]]{0,400})(?<turn>\]\()(?<where>[^\s()]{0,400}(?:\([^\s()]{0,400}\))?[^\s()]{0,400})(?<close>\))`,
    String.raw`(?<address>\bhttps?://[^\s<>"'\x60]{0,2000}[^\s<>"'\x60.,;:!?)*_~])`,
  ].join("|"),
  "gu",
);

/** @typedef {{text: string, tone: string}} Piece tone: words of a class, "" for plain text */
/** @typedef {{kind: "" | "quote" | "heading" | "code", pieces: Piece[], fence: string}} Line fence: what is open behind it */

/** @param {string} text a line @param {string} fence the code fence that is open before it, or "" @returns {Line} */
export function lineOf(text, fence) {
  const found = FENCE.exec(text);
  const [, before = "", marks = "", rest = ""] = found ?? [];
  if (fence) {
    const closes = marks.startsWith(fence) && rest.trim() === "";
    return { kind: "code", pieces: [{ text, tone: closes ? "mark" : "" }], fence: closes ? "" : fence };
  }
  if (found && !(marks[0] === "`" && rest.includes("`"))) {
    return { kind: "code", pieces: filled([{ text: before + marks, tone: "mark" }, { text: rest, tone: "lang" }]), fence: marks };
  }
  return { ...prose(text), fence: "" };
}

/** @param {string} text @returns {Omit<Line, "fence">} */
function prose(text) {
  if (text.length > LONGEST) return { kind: "", pieces: [{ text, tone: "" }] };
  if (RULE.test(text)) return { kind: "", pieces: [{ text, tone: "mark" }] };
  /** @type {Piece[]} */
  const pieces = [];
  /** @type {Line["kind"]} */
  let kind = "";
  let rest = text;
  for (let hit = BEGINNING.exec(rest); hit && kind !== "heading"; hit = BEGINNING.exec(rest)) {
    const [whole, blank = "", mark = ""] = hit;
    const item = mark[0] !== ">" && mark[0] !== "#";
    if (mark[0] === ">") kind = "quote";
    if (mark[0] === "#") kind = "heading";
    pieces.push({ text: blank, tone: "" }, { text: mark, tone: item ? "item" : "mark" });
    rest = rest.slice(whole.length);
    if (item) break; // what follows is the entry
  }
  return { kind, pieces: filled([...pieces, ...spans(rest, kind === "heading" ? "strong" : "", 0)]) };
}

/** @param {string} text @param {string} tone of what is around it @param {number} depth @returns {Piece[]} */
function spans(text, tone, depth) {
  /** @type {Piece[]} */
  const pieces = [];
  let at = 0;
  for (const hit of text.matchAll(SPAN)) {
    pieces.push({ text: text.slice(at, hit.index), tone }, ...span(hit.groups ?? {}, tone, depth));
    at = hit.index + hit[0].length;
  }
  return [...pieces, { text: text.slice(at), tone }];
}

/** @param {Record<string, string | undefined>} found @param {string} tone @param {number} depth @returns {Piece[]} */
function span(found, tone, depth) {
  const mark = (/** @type {string} */ text) => ({ text, tone: "mark" });
  const inner = (/** @type {string} */ text, /** @type {string} */ more) => {
    const both = [tone, more].filter(Boolean).join(" ");
    return depth < DEEPEST ? spans(text, both, depth + 1) : [{ text, tone: both }];
  };
  if (found.escaped) return [mark("\\"), { text: found.escaped.slice(1), tone }];
  if (found.ticks) return [{ text: found.ticks, tone: "mark code" }, { text: found.code ?? "", tone: "code" }, { text: found.ticks, tone: "mark code" }];
  if (found.double) return [mark(found.double), ...inner(found.strong ?? "", found.double === "~~" ? "gone" : "strong"), mark(found.double)];
  if (found.single) return [mark(found.single), ...inner(found.em ?? "", "em"), mark(found.single)];
  if (found.address) return [{ text: found.address, tone: "link" }];
  return [mark(found.open ?? ""), ...inner(found.label ?? "", "link"), mark(`${found.turn}${found.where}${found.close}`)];
}

/** @param {Piece[]} pieces without those that say nothing */
function filled(pieces) {
  return pieces.filter(({ text }) => text !== "");
}

/** Marks what an input method is still composing, so that it can be seen. @param {Piece[]} pieces @param {number} from @param {number} to @returns {Piece[]} */
export function composing(pieces, from, to) {
  let at = 0;
  return pieces.flatMap(({ text, tone }) => {
    const [begin, end] = [from - at, to - at].map((place) => Math.max(0, Math.min(place, text.length)));
    at += text.length;
    const inside = { text: text.slice(begin, end), tone: `${tone} composed`.trim() };
    return filled([{ text: text.slice(0, begin), tone }, inside, { text: text.slice(end), tone }]);
  });
}
