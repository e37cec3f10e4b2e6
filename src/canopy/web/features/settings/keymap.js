/** Which single letter does what: each can be another one. */

import { html, nothing } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { LETTERS, TAKEN, letterOf, meaningOf, preferences, prefer } from "../../base/preferences.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { resetName, words } from "./strings.js";

/** @typedef {import("../../base/preferences.js").Letter} Letter */

/** How each is called. @type {Record<Letter, string>} */
export const NAMES = {
  reply: words.keyReply, quote: words.keyQuote, edit: words.keyEdit, react: words.keyReact, thumbs: words.keyThumbs, same: words.keySame,
  markUnread: words.keyMarkUnread, saveIt: words.keySave, copyLink: words.keyCopyLink, followThread: words.keyFollow, identity: words.keyIdentity,
  nextUnread: words.keyNextUnread,
};

class Keymap extends LightElement {
  static properties = { asking: { state: true }, problem: { state: true } };

  constructor() {
    super();
    /** For which of them the next key is awaited. @type {Letter | null} */
    this.asking = null;
    this.problem = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(preferences);
  }

  render() {
    const names = /** @type {Letter[]} */ (Object.keys(LETTERS));
    return html`<ul class="setting-list keymap" aria-label=${words.letterKeys}>${names.map((name) => this.#row(name))}</ul>
      <p class="field-error" role="alert">${this.problem || nothing}</p>`;
  }

  /** @param {Letter} name */
  #row(name) {
    const key = letterOf(name).toUpperCase();
    const asked = this.asking === name;
    return html`<li class="setting"><div class="setting-words"><span class="setting-label">${NAMES[name]}</span></div>
      <div class="setting-control">
        <button class="button keymap-key" type="button" aria-label=${fill(words.keyOf, { name: NAMES[name], key })} aria-pressed=${asked ? "true" : "false"}
          @click=${() => (this.asking = asked ? null : name)} @keydown=${(/** @type {KeyboardEvent} */ event) => this.#pressed(event, name)} @blur=${() => (this.asking = null)}>${asked ? words.pressKey : html`<kbd>${key}</kbd>`}</button>
        ${name in preferences.value.keymap
          ? html`<button class="icon-button" type="button" aria-label=${resetName(NAMES[name])} title=${words.reset} @click=${() => this.#choose(name, LETTERS[name])}>${icon("back")}</button>`
          : nothing}
      </div></li>`;
  }

  /** @param {KeyboardEvent} event @param {Letter} name */
  #pressed(event, name) {
    if (this.asking !== name || event.key === "Tab" || event.key === "Shift") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key.length === 1) this.#choose(name, event.key.toLowerCase());
    this.asking = null;
  }

  /** @param {Letter} name @param {string} key */
  #choose(name, key) {
    const other = meaningOf(key);
    this.problem = "";
    if (TAKEN.has(key)) this.problem = fill(words.keyTaken, { key: key.toUpperCase() });
    else if (other && other !== name) this.problem = fill(words.keyUsed, { key: key.toUpperCase(), name: NAMES[other] });
    if (this.problem) return;
    const { [name]: _, ...rest } = preferences.value.keymap;
    prefer({ keymap: key === LETTERS[name] ? rest : { ...rest, [name]: key } });
  }
}

customElements.define("canopy-keymap", Keymap);
