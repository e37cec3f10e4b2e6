/** The dialog that makes a link by which somebody takes another password, and shows it once. */

import { html, nothing } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { fullTime } from "../../base/time.js";
import { copyText } from "../../parts/copy.js";
import { openDialog } from "../../parts/dialog.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { secretField } from "../../parts/secret-field.js";
import { explained } from "./explained.js";
import { words } from "./strings.js";

/** @param {import("../../base/types.js").SignedInApp} app @param {import("./admin.js").Account} account */
export function askForLink(app, account) {
  const dialog = openDialog({
    title: fill(words.resetTitle, { name: account.username }),
    content: html`<canopy-reset-link .app=${app} .account=${account} .close=${() => dialog.close()}></canopy-reset-link>`,
  });
}

class ResetLink extends LightElement {
  static properties = {
    app: { attribute: false }, account: { attribute: false }, close: { attribute: false }, link: { state: true }, expires: { state: true },
    said: { state: true }, busy: { state: true }, error: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../../base/types.js").SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {import("./admin.js").Account} */
    this.account = /** @type {any} */ (undefined);
    this.close = () => {};
    /** The whole address, while it is shown. */
    this.link = "";
    this.expires = "";
    this.said = "";
    this.busy = false;
    this.error = "";
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.link = "";
  }

  render() {
    return this.link ? this.#made() : this.#question();
  }

  #question() {
    return html`<div class="stack"><div class="dialog-text"><p>${words.resetText}</p><p>${words.resetMeans}</p></div>
      ${this.error ? html`<p class="field-error" role="alert">${this.error}</p>` : nothing}
      <div class="dialog-buttons"><button class="button" type="button" autofocus @click=${this.close}>${words.cancel}</button>
        <button class="button is-primary" type="button" aria-busy=${this.busy ? "true" : "false"} @click=${this.#make}>${words.makeLink}</button></div></div>`;
  }

  #made() {
    return html`<div class="stack"><p>${fill(words.linkOnce, { when: this.expires })}</p>
      ${secretField({ label: words.link, value: this.link, copy: words.copyLink, said: this.said, onCopy: this.#copy })}
      ${onlyHere() ? html`<p class="strip is-note" role="note">${icon("info")}<span>${words.linkOnlyHere}</span></p>` : nothing}
      <div class="dialog-buttons"><button class="button is-primary" type="button" @click=${this.close}>${words.done}</button></div></div>`;
  }

  #make = async () => {
    if (this.busy) return;
    this.busy = true;
    this.error = "";
    try {
      const { path, expires_at: expires } = await this.app.api.post(`/admin/users/${encodeURIComponent(this.account.user_id)}/reset`, {});
      [this.link, this.expires] = [location.origin + path, fullTime(new Date(expires))];
    } catch (error) {
      this.error = explained(error);
    } finally {
      this.busy = false;
    }
  };

  #copy = async () => {
    this.said = (await copyText(this.link)) ? words.copied : words.notCopied;
  };
}

/** Whether the address of this page leads nowhere from another machine. */
function onlyHere() {
  const { hostname } = location;
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

customElements.define("canopy-reset-link", ResetLink);
