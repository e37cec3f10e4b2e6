/** The dialog in which the owner makes somebody else the owner: first what that means, then both proofs. */

import { html, nothing } from "../../vendor/lit.js";
import { ApiError } from "../../base/api.js";
import { fill } from "../../base/language.js";
import { openDialog } from "../../parts/dialog.js";
import { LightElement } from "../../parts/element.js";
import { field, passwordField, valuesOf } from "../../parts/field.js";
import { explained } from "./explained.js";
import { words } from "./strings.js";

/** @param {import("../../base/types.js").SignedInApp} app @param {import("./admin.js").Account} account */
export function askToHandOver(app, account) {
  const dialog = openDialog({
    title: fill(words.handOverTitle, { name: account.username }),
    content: html`<canopy-hand-over .app=${app} .account=${account} .close=${() => dialog.close()}></canopy-hand-over>`,
  });
}

class HandOver extends LightElement {
  static properties = {
    app: { attribute: false }, account: { attribute: false }, close: { attribute: false }, sure: { state: true }, shown: { state: true },
    busy: { state: true }, error: { state: true }, errors: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../../base/types.js").SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {import("./admin.js").Account} */
    this.account = /** @type {any} */ (undefined);
    this.close = () => {};
    /** Whether the first step is done. */
    this.sure = false;
    this.shown = false;
    this.busy = false;
    this.error = "";
    /** By field. @type {Record<string, string>} */
    this.errors = {};
  }

  render() {
    return this.sure ? this.#proofs() : this.#meaning();
  }

  #meaning() {
    return html`<div class="stack"><div class="dialog-text"><p>${fill(words.handOverText, { name: this.account.username })}</p><p>${words.handOverMeans}</p></div>
      <div class="dialog-buttons"><button class="button" type="button" autofocus @click=${this.close}>${words.cancel}</button>
        <button class="button is-primary" type="button" @click=${this.#goOn}>${words.goOn}</button></div></div>`;
  }

  #proofs() {
    const { shown, errors } = this;
    return html`<form class="stack" novalidate @submit=${this.#submit}>
      ${field({ name: "handle", label: fill(words.typeHandle, { name: this.account.username }), error: errors.handle, plain: true, autocomplete: "off", required: true })}
      ${passwordField({
        name: "password", label: words.yourPassword, error: errors.password, autocomplete: "current-password", required: true,
        shown, onShow: () => (this.shown = !shown),
      })}
      ${this.error ? html`<p class="field-error" role="alert">${this.error}</p>` : nothing}
      <div class="dialog-buttons"><button class="button" type="button" @click=${this.close}>${words.cancel}</button>
        <button class="button is-danger" type="submit" aria-busy=${this.busy ? "true" : "false"}>${words.handOver}</button></div></form>`;
  }

  #goOn = async () => {
    this.sure = true;
    await this.updateComplete;
    this.querySelector("input")?.focus();
  };

  /** @param {SubmitEvent} event */
  #submit = async (event) => {
    event.preventDefault();
    if (this.busy) return;
    const { handle = "", password = "" } = valuesOf(/** @type {HTMLFormElement} */ (event.target));
    this.busy = true;
    [this.error, this.errors] = ["", {}];
    try {
      await this.app.api.post("/admin/transfer", { user_id: this.account.user_id, handle, password });
      this.app.tellTabs();
      location.assign("/"); // what stands in this page is the owner's
    } catch (error) {
      this.busy = false;
      this.#refused(error);
    }
  };

  /** @param {unknown} error */
  #refused(error) {
    const at = error instanceof ApiError ? error.fields[0]?.field : undefined;
    if (at) this.errors = { [at]: explained(error) };
    else this.error = explained(error);
  }
}

customElements.define("canopy-hand-over", HandOver);
