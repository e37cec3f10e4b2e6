/**
 * The composer: one component wherever people write. It keeps the draft of its place and says who will
 * read what it sends; sending itself is its owner's business (`send-text`).
 */

import { html, live, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { icon } from "./icons.js";
import { tooLong, words } from "./strings.js";

const LONGEST = 50_000; // characters the node takes
const GROWS_BY_ITSELF = CSS.supports("field-sizing", "content");

export class Composer extends LightElement {
  static properties = {
    label: {},
    audience: {},
    place: {},
    drafts: { attribute: false },
    text: { state: true },
  };

  constructor() {
    super();
    /** The accessible name: "Message #general". */
    this.label = "";
    this.audience = "";
    this.place = "";
    /** @type {import("../base/drafts.js").Drafts} */
    this.drafts = /** @type {any} */ (undefined);
    this.text = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.text = this.drafts.get(this.place);
    this.stops.add(this.drafts.watch(this.place, (text) => !this.#hasFocus() && this.write(text)));
  }

  focus() {
    this.#box()?.focus();
  }

  /** Puts text into the box without touching what other tabs keep. @param {string} text */
  write(text) {
    this.text = text;
  }

  /** Gives a failed message back, before whatever has been typed since. @param {string} text */
  takeBack(text) {
    this.#typed(this.text ? `${text}\n${this.text}` : text);
    this.focus();
  }

  render() {
    const over = excess(this.text);
    return html`<div class="composer">
      <div class="composer-box">
        <textarea class="composer-text" id="composer" rows="1" aria-label=${this.label} placeholder=${this.label}
          enterkeyhint="send" autocomplete="off" dir="auto" aria-describedby="composer-audience" .value=${live(this.text)}
          @input=${(/** @type {Event} */ event) => this.#typed(/** @type {HTMLTextAreaElement} */ (event.target).value)}
          @keydown=${this.#pressed}></textarea>
        <button class="composer-send${this.text.trim() ? " is-ready" : ""}" type="button" aria-label=${words.send}
          title=${words.send} @click=${this.#send}>${icon("send")}</button>
      </div>
      <div class="composer-foot">
        <span id="composer-audience">${this.audience}</span>
        ${over > 0
          ? html`<span class="composer-over" role="status">${tooLong(over)}</span>`
          : html`<span class="composer-hint">${this.text ? words.enterHint : nothing}</span>`}
      </div>
    </div>`;
  }

  updated() {
    const box = this.#box();
    if (GROWS_BY_ITSELF || !box) return;
    box.style.blockSize = "auto";
    box.style.blockSize = `${box.scrollHeight}px`;
  }

  /** @param {string} text */
  #typed(text) {
    this.text = text;
    this.drafts.set(this.place, text);
  }

  /** Enter also ends a word of an input method; that one must not send. @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    if (event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#send();
  }

  #send() {
    const text = this.text.trim();
    this.focus();
    if (text === "" || excess(text) > 0) return;
    this.text = "";
    this.drafts.clear(this.place);
    this.dispatchEvent(new CustomEvent("send-text", { detail: text }));
  }

  #hasFocus() {
    return this.contains(document.activeElement);
  }

  #box() {
    return this.querySelector("textarea");
  }
}

/** Characters beyond what the node takes; counted only where it can matter. @param {string} text */
function excess(text) {
  return text.length <= LONGEST ? 0 : [...text].length - LONGEST;
}

customElements.define("canopy-composer", Composer);
