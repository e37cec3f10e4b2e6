/** What a text comes to, in place of the box that it is written in: the node marks it up, here it is only shown. */

import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { markup } from "./markup.js";
import { words } from "./strings.js";

const QUIET = 150; // ms in which nothing is said about waiting

export class Preview extends LightElement {
  static properties = { api: { attribute: false }, text: {}, markedUp: { state: true }, problem: { state: true }, slow: { state: true } };

  constructor() {
    super();
    /** @type {import("../base/api.js").Api} */
    this.api = /** @type {any} */ (undefined);
    this.text = "";
    /** @type {string | null} */
    this.markedUp = null;
    this.problem = "";
    this.slow = false;
    /** Of which text the newest question is. */
    this.asked = "";
  }

  firstUpdated() {
    this.focus();
  }

  focus() {
    /** @type {HTMLElement | null} */ (this.querySelector("[role=group]"))?.focus();
  }

  /** @param {import("../vendor/lit.js").PropertyValues} changed */
  updated(changed) {
    if (changed.has("text")) void this.#read();
  }

  async #read() {
    const { text } = this;
    [this.asked, this.problem, this.slow] = [text, "", false];
    const patience = setTimeout(() => (this.slow = this.markedUp === null), QUIET);
    try {
      const made = text.trim() ? (await this.api.post("/render", { content: text })).html : "";
      if (this.asked === text) this.markedUp = made;
    } catch (error) {
      if (this.asked === text) this.problem = error instanceof Error ? error.message : String(error);
    }
    clearTimeout(patience);
  }

  render() {
    return html`<div class="composer-shown" role="group" aria-label=${words.preview} tabindex="0" aria-busy=${this.markedUp === null && !this.problem ? "true" : "false"}
        @keydown=${this.#pressed}>${this.#content()}</div>
      <button class="link-button composer-back" type="button" @click=${this.#back}>${words.backToWriting}</button>`;
  }

  #content() {
    if (this.problem) {
      return html`<p class="composer-problem" role="alert">${words.noPreview} ${this.problem}</p>
        <button class="button" type="button" @click=${this.#again}>${words.retry}</button>`;
    }
    if (this.markedUp === null) return this.slow ? html`<p class="quiet">${words.makingPreview}</p>` : nothing;
    return this.markedUp ? markup(this, this.markedUp, true) : html`<p class="quiet">${words.nothingWritten}</p>`;
  }

  /** The button goes, so the focus has to go before. */
  #again = () => {
    this.focus();
    void this.#read();
  };

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key === "Escape") this.#back(event);
  }

  /** @param {Event} event */
  #back = (event) => {
    event.preventDefault();
    event.stopPropagation();
    this.dispatchEvent(new CustomEvent("back"));
  };
}

customElements.define("canopy-preview", Preview);
