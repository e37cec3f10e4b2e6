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
    name: {},
    initial: {},
    problem: {},
    drafts: { attribute: false },
    text: { state: true },
  };

  constructor() {
    super();
    /** The accessible name: "Message #general". */
    this.label = "";
    this.audience = "";
    this.place = "";
    /** Id of its text box. */
    this.name = "composer";
    /** What a message says that is edited here; null where a new one is written. @type {string | null} */
    this.initial = null;
    /** Why the last attempt came to nothing. */
    this.problem = "";
    /** @type {import("../base/drafts.js").Drafts} */
    this.drafts = /** @type {any} */ (undefined);
    this.text = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.text = this.drafts.get(this.place) || (this.initial ?? "");
    this.stops.add(this.drafts.watch(this.place, (text) => !this.#hasFocus() && this.write(text || (this.initial ?? ""))));
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

  /** Puts text before what has been typed, and the caret behind it. @param {string} text */
  begin(text) {
    this.#typed(text + this.text);
    this.focus();
    void this.updateComplete.then(() => this.#box()?.setSelectionRange(text.length, text.length));
  }

  /** Its text has become a message. */
  done() {
    this.text = this.initial ?? "";
    this.drafts.clear(this.place);
  }

  render() {
    return html`<div class="composer${this.initial === null ? "" : " is-edit"}">
      <div class="composer-box">
        <textarea class="composer-text" id=${this.name} rows="1" aria-label=${this.label} placeholder=${this.label}
          enterkeyhint="send" autocomplete="off" dir="auto" aria-describedby="${this.name}-foot" .value=${live(this.text)}
          @input=${(/** @type {Event} */ event) => this.#typed(/** @type {HTMLTextAreaElement} */ (event.target).value)}
          @keydown=${this.#pressed}></textarea>
        ${this.initial === null ? this.#sendButton() : nothing}
      </div>
      ${this.problem ? html`<p class="composer-problem" role="alert">${this.problem}</p>` : nothing}
      <div class="composer-foot" id="${this.name}-foot">${this.initial === null ? this.#foot() : this.#editFoot()}</div>
    </div>`;
  }

  updated() {
    const box = this.#box();
    if (GROWS_BY_ITSELF || !box) return;
    box.style.blockSize = "auto";
    box.style.blockSize = `${box.scrollHeight}px`;
  }

  #sendButton() {
    return html`<button class="composer-send${this.text.trim() ? " is-ready" : ""}" type="button" aria-label=${words.send}
      title=${words.send} @click=${this.#send}>${icon("send")}</button>`;
  }

  #foot() {
    const over = excess(this.text);
    return html`<span class="composer-audience">${this.audience}</span>
      ${over > 0
        ? html`<span class="composer-over" role="status">${tooLong(over)}</span>`
        : html`<span class="composer-hint">${this.text ? words.enterHint : nothing}</span>`}`;
  }

  #editFoot() {
    const over = excess(this.text);
    return html`<span class="composer-hint">${over > 0 ? tooLong(over) : words.editHint}</span>
      <span class="composer-buttons"><button class="button" type="button" @click=${this.#leave}>${words.cancel}</button>
        <button class="button is-primary" type="button" @click=${this.#send}>${words.save}</button></span>`;
  }

  /** @param {string} text */
  #typed(text) {
    this.text = text;
    this.problem = "";
    this.drafts.set(this.place, text === this.initial ? "" : text);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    // Enter also ends a word of an input method; that one must not send.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") return this.#escaped(event);
    if (event.key === "ArrowUp" && this.text === "" && this.initial === null) return this.#up(event);
    if (event.key !== "Enter" || event.shiftKey || event.altKey) return undefined;
    event.preventDefault();
    return this.#send();
  }

  /** @param {KeyboardEvent} event */
  #up(event) {
    const wanted = new CustomEvent("edit-last", { cancelable: true });
    if (!this.dispatchEvent(wanted)) event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  #escaped(event) {
    if (this.initial === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.#leave();
  }

  /** What was typed is thrown away, as it was meant. */
  #leave = () => {
    this.done();
    this.dispatchEvent(new CustomEvent("leave"));
  };

  #send() {
    const text = this.text.trim();
    if (this.initial === null) this.focus();
    if ((text === "" && this.initial === null) || excess(text) > 0) return;
    if (this.initial === null) this.done();
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
