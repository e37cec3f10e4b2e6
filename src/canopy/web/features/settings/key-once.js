/** What the dialogs share that make a key: it is shown once, and the dialog stays until it is stored. */

import { html, nothing } from "../../vendor/lit.js";
import { copyText } from "../../parts/copy.js";
import { LightElement } from "../../parts/element.js";
import { secretField } from "../../parts/secret-field.js";
import { explained } from "./remote.js";
import { words } from "./strings.js";

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** What the node answers. @typedef {{api_key: string, old_expires_at?: string}} Made */

export class KeyOnce extends LightElement {
  static properties = {
    app: { attribute: false }, onMade: { attribute: false }, close: { attribute: false }, made: { state: true },
    stored: { state: true }, said: { state: true }, busy: { state: true }, error: { state: true },
  };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    this.onMade = () => {};
    this.close = () => {};
    /** The secret and what comes with it, while it is shown. @type {Made | null} */
    this.made = null;
    this.stored = false;
    this.said = "";
    this.busy = false;
    this.error = "";
  }

  connectedCallback() {
    super.connectedCallback();
    const dialog = this.closest("dialog");
    if (dialog) this.stops.listen(dialog, "cancel", this.#hold);
    // A browser lets a page refuse only once; the key it comes from can be refused always.
    this.stops.listen(window, "keydown", (event) => event.key === "Escape" && this.#hold(event));
  }

  /** The dialog stays while a key is made, and until it is stored: nobody can show it again. @param {Event} event */
  #hold = (event) => {
    if (this.busy || (this.made && !this.stored)) event.preventDefault();
  };

  disconnectedCallback() {
    super.disconnectedCallback();
    this.made = null;
  }

  render() {
    return this.made ? this.#shown(this.made) : this.form();
  }

  /** What is asked before the key is made. @returns {unknown} */
  form() {
    throw new Error("each dialog says what it asks");
  }

  /** What stands above the key. @param {Made} _made @returns {unknown} */
  lead(_made) {
    return html`<p>${words.keyOnce}</p>`;
  }

  /** @param {Made} made */
  #shown(made) {
    return html`<div class="stack">${this.lead(made)}
      ${secretField({ label: words.key, value: made.api_key, copy: words.copy, said: this.said, onCopy: this.#copy })}
      <label class="check"><input type="checkbox" @change=${(/** @type {any} */ event) => (this.stored = event.target.checked)}>${words.stored}</label>
      <div class="dialog-buttons"><button class="button is-primary" type="button" ?disabled=${!this.stored} @click=${this.close}>${words.done}</button></div></div>`;
  }

  #copy = async () => {
    this.said = (await copyText(this.made?.api_key ?? "")) ? words.copied : words.notCopied;
  };

  /** What went wrong, and the buttons. @param {string} label of the one that makes the key */
  foot(label) {
    return html`${this.error ? html`<p class="field-error" role="alert">${this.error}</p>` : nothing}
      <div class="dialog-buttons"><button class="button" type="button" @click=${this.close}>${words.cancel}</button>
        <button class="button is-primary" type="submit" aria-busy=${this.busy ? "true" : "false"}>${label}</button></div>`;
  }

  /** @param {string} path @param {Record<string, unknown>} wish */
  async make(path, wish) {
    if (this.busy) return;
    this.busy = true;
    this.error = "";
    try {
      this.made = await this.app.api.post(path, wish);
      this.onMade();
    } catch (error) {
      this.error = explained(error);
    } finally {
      this.busy = false;
    }
  }
}
