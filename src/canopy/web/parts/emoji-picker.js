/** Choosing an emoji: a small dialog that does not take the page away. Search, the latest ones, then all by kind. */

import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { GROUPS, findEmoji } from "./emoji-data.js";
import { placeBeside } from "./float.js";
import { recentEmoji, rememberEmoji } from "./recent-emoji.js";
import { emojiGroups, words } from "./strings.js";

const COLUMNS = 8;

/** @typedef {{emoji: string, name: string}} Choice */

export class EmojiPicker extends LightElement {
  static properties = { asked: { state: true }, current: { state: true } };

  constructor() {
    super();
    this.asked = "";
    /** Which emoji Tab reaches. */
    this.current = 0;
    /** In the order in which they are drawn. @type {string[]} */
    this.shown = [];
    /** @type {HTMLElement} */
    this.anchor = document.body;
    /** @type {(emoji: string) => void} */
    this.onPick = () => {};
  }

  connectedCallback() {
    super.connectedCallback();
    this.className = "picker";
    this.popover = "auto";
    this.setAttribute("role", "dialog");
    this.setAttribute("aria-label", words.chooseEmoji);
    this.stops.listen(this, "toggle", (/** @type {ToggleEvent} */ event) => event.newState === "closed" && this.#closed());
  }

  firstUpdated() {
    const place = this.anchor.getBoundingClientRect();
    this.showPopover();
    placeBeside(this, place);
    this.querySelector("input")?.focus();
  }

  render() {
    this.shown = [];
    return html`<input class="picker-search" type="search" role="searchbox" aria-label=${words.searchEmoji} placeholder=${words.searchEmoji}
        autocomplete="off" spellcheck="false" .value=${this.asked} @input=${this.#typed} @keydown=${this.#pressedInSearch}>
      <div class="picker-grid" role="grid" aria-label=${words.emoji} @keydown=${this.#pressed}>
        ${this.asked.trim() ? this.#found() : this.#groups()}
      </div>`;
  }

  #found() {
    const found = findEmoji(this.asked, 64);
    return found.length > 0 ? this.#rows(found) : html`<p class="picker-none" role="status">${words.noEmoji}</p>`;
  }

  #groups() {
    const recent = recentEmoji().map((emoji) => ({ emoji, name: nameOf(emoji) }));
    const all = [{ group: "Recent", emoji: recent }, ...GROUPS];
    return all.map(({ group, emoji }) => html`<div class="picker-head" aria-hidden="true">${emojiGroups[group] ?? group}</div>${this.#rows(emoji)}`);
  }

  /** @param {Choice[]} choices */
  #rows(choices) {
    const rows = [];
    for (let from = 0; from < choices.length; from += COLUMNS) rows.push(choices.slice(from, from + COLUMNS));
    return rows.map((row) => html`<div class="picker-row" role="row">${row.map((choice) => this.#cell(choice))}</div>`);
  }

  /** @param {Choice} choice */
  #cell({ emoji, name }) {
    const index = this.shown.push(emoji) - 1;
    return html`<span role="gridcell"><button type="button" tabindex=${index === this.current ? 0 : -1} data-index=${index}
      aria-label=${name || emoji} title=${name || nothing} @click=${() => this.#pick(emoji)}>${emoji}</button></span>`;
  }

  /** @param {InputEvent} event */
  #typed(event) {
    this.asked = /** @type {HTMLInputElement} */ (event.target).value;
    this.current = 0;
  }

  /** @param {KeyboardEvent} event */
  #pressedInSearch(event) {
    const first = this.shown[0];
    if (event.key === "Enter" && first) this.#pick(first);
    if (event.key === "ArrowDown") this.#move(0);
    if (event.key === "Enter" || event.key === "ArrowDown") event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const ahead = getComputedStyle(this).direction === "rtl" ? -1 : 1;
    /** @type {Record<string, number>} */
    const steps = { ArrowRight: ahead, ArrowLeft: -ahead, ArrowDown: COLUMNS, ArrowUp: -COLUMNS, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const here = Number(/** @type {HTMLElement} */ (event.target).dataset.index ?? 0);
    if (event.key === "ArrowUp" && here < COLUMNS) this.querySelector("input")?.focus();
    else this.#move(Math.max(0, Math.min(here + step, this.shown.length - 1)));
  }

  /** @param {number} index */
  #move(index) {
    this.current = index;
    /** @type {HTMLElement | null} */ (this.querySelector(`[data-index="${index}"]`))?.focus();
  }

  /** @param {string} emoji */
  #pick(emoji) {
    rememberEmoji(emoji);
    this.hidePopover();
    this.onPick(emoji);
  }

  #closed() {
    if (this.contains(document.activeElement) || document.activeElement === document.body) this.anchor.focus();
    this.remove();
  }
}

/** @param {string} emoji */
function nameOf(emoji) {
  return GROUPS.flatMap((group) => group.emoji).find((each) => each.emoji === emoji)?.name ?? emoji;
}

/** @param {HTMLElement} anchor where it belongs and what gets the focus back @param {(emoji: string) => void} onPick */
export function openPicker(anchor, onPick) {
  const picker = /** @type {EmojiPicker} */ (document.createElement("canopy-emoji-picker"));
  picker.anchor = anchor;
  picker.onPick = onPick;
  document.body.append(picker);
}

customElements.define("canopy-emoji-picker", EmojiPicker);
