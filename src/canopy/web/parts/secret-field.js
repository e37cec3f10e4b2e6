/** A secret in a dialog: it can be read and copied there, and goes with the dialog. */

import { html } from "../vendor/lit.js";
import { icon } from "./icons.js";

/** @param {{label: string, value: string, copy: string, said: string, onCopy: () => void}} options said: what became of copying */
export function secretField({ label, value, copy, said, onCopy }) {
  return html`<div class="line"><div class="field-box"><input id="secret" readonly aria-label=${label} .value=${value} spellcheck="false" autocomplete="off"
      @focus=${(/** @type {any} */ event) => event.target.select()}></div>
    <button class="button" type="button" @click=${onCopy}>${icon("copy")}${copy}</button></div>
    <p class="said" role="status">${said}</p>`;
}
