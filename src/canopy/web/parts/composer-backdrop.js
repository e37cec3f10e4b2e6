/**
 * What stands behind the text box of a composer: the same text with its marks dimmed. The text in the box itself is
 * then transparent; caret, selection, spelling and input methods stay the browser's. Loaded when a box first has text.
 */

import { composing, lineOf } from "./composer-light.js";

const MOST = 10_000; // characters; above that the box shows its own text, or keys would wait
const GROWS_BY_ITSELF = CSS.supports("field-sizing", "content");
const LETTERS = /^[\p{Script=Latin}\p{M}\p{N}'’-]*$/u;

/** @typedef {{text: string, before: string, after: string, composed: boolean, element: HTMLElement}} Shown */

export class Backdrop {
  /** @param {HTMLElement} element @param {HTMLTextAreaElement} box */
  constructor(element, box) {
    this.element = element;
    this.box = box;
    /** @type {Shown[]} */
    this.shown = [];
    /** What an input method is composing, as places in the text. @type {{from: number, to: number} | null} */
    this.composed = null;
    /** Whether the input method has to draw in the box itself. */
    this.aside = false;
    box.addEventListener("compositionstart", () => (this.composed = { from: box.selectionStart, to: box.selectionStart }));
    box.addEventListener("compositionupdate", ({ data }) => this.#composes(data));
    box.addEventListener("compositionend", () => this.#composes(null));
  }

  /** Draws what the box holds now. */
  draw() {
    const { value } = this.box;
    const light = value !== "" && value.length <= MOST && !this.aside;
    this.box.classList.toggle("is-light", light);
    if (light) this.#show(value.split("\n"));
    else this.#replace(0, this.shown.length, []);
    if (!GROWS_BY_ITSELF) grow(this.box);
  }

  /**
   * Scripts that are composed in parts (kana, hangul) need the marks of their input method, which are drawn in the
   * colour of the text. A word of letters, as telephones compose each one, is underlined here and keeps its looks.
   * @param {string | null} data
   */
  #composes(data) {
    const aside = data !== null && !LETTERS.test(data);
    if (data === null) this.composed = null;
    else if (this.composed) this.composed.to = this.composed.from + data.length;
    if (aside === this.aside && data !== null) return; // the input event draws
    this.aside = aside;
    this.draw();
  }

  /** Touches only lines that are new or follow another fence than before. @param {string[]} texts */
  #show(texts) {
    const { shown } = this;
    const most = Math.min(shown.length, texts.length);
    let same = 0;
    while (same < most && isLike(shown[same], texts[same])) same += 1;
    let tail = 0;
    while (tail < most - same && isLike(shown.at(-1 - tail), texts.at(-1 - tail))) tail += 1;
    let fence = shown[same - 1]?.after ?? "";
    let at = texts.slice(0, same).reduce((sum, text) => sum + text.length + 1, 0);
    const fresh = texts.slice(same, texts.length - tail).map((text) => {
      const line = this.#line(text, fence, at);
      at += text.length + 1;
      fence = line.after;
      return line;
    });
    this.#replace(same, shown.length - tail, fresh);
    this.#mend(same + fresh.length, fence);
  }

  /** A fence that opened or closed changes what follows, up to where it does not. @param {number} index @param {string} fence */
  #mend(index, fence) {
    let open = fence;
    for (let here = index; here < this.shown.length && this.shown[here]?.before !== open; here += 1) {
      const line = this.#line(this.shown[here]?.text ?? "", open, -1);
      open = line.after;
      this.#replace(here, here + 1, [line]);
    }
  }

  /** @param {number} from @param {number} to @param {Shown[]} fresh */
  #replace(from, to, fresh) {
    for (const { element } of this.shown.slice(from, to)) element.remove();
    const next = this.shown[to]?.element ?? null;
    for (const { element } of fresh) this.element.insertBefore(element, next);
    this.shown.splice(from, to - from, ...fresh);
  }

  /** @param {string} text @param {string} before the fence that is open there @param {number} at where the line begins @returns {Shown} */
  #line(text, before, at) {
    const { kind, pieces, fence } = lineOf(text, before);
    const element = document.createElement("div");
    element.className = `light-line${kind ? ` is-${kind}` : ""}`;
    const { composed } = this;
    const touched = composed !== null && at >= 0 && composed.from < at + text.length && composed.to > at;
    for (const piece of touched ? composing(pieces, composed.from - at, composed.to - at) : pieces) element.append(nodeOf(piece));
    return { text, before, after: fence, composed: touched, element };
  }
}

/** As high as its text, without moving what is in view. @param {HTMLTextAreaElement} box */
function grow(box) {
  const field = /** @type {HTMLElement} */ (box.parentElement);
  const { scrollTop } = field;
  box.style.blockSize = "auto";
  box.style.blockSize = `${box.scrollHeight}px`;
  field.scrollTop = scrollTop;
}

/** What was drawn with an underline has to be drawn again without. @param {Shown | undefined} line @param {string | undefined} text */
function isLike(line, text) {
  return line?.text === text && line?.composed === false;
}

/** @param {import("./composer-light.js").Piece} piece */
function nodeOf({ text, tone }) {
  if (!tone) return document.createTextNode(text);
  const span = document.createElement("span");
  span.className = tone.split(" ").map((word) => `is-${word}`).join(" ");
  span.textContent = text;
  return span;
}
