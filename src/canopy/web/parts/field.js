/** Form fields: visible label, hint, error below, and nothing typed is ever wiped. */

import { html, ifDefined, nothing } from "../vendor/lit.js";
import { icon } from "./icons.js";
import { words } from "./strings.js";

/**
 * @typedef {object} FieldOptions
 * @property {string} name
 * @property {string} label
 * @property {string} [hint]
 * @property {string} [error]
 * @property {string} [value] what stands in it at first
 * @property {string} [autocomplete]
 * @property {string} [inputmode]
 * @property {boolean} [required]
 * @property {boolean} [readonly]
 * @property {boolean} [plain] no capitals, no spell check: handles and codes
 * @property {number} [most] characters
 * @property {(value: string) => void} [onInput]
 */

/** @param {FieldOptions & {type?: string, extra?: unknown, describedBy?: string}} options */
export function field({ type = "text", extra = nothing, ...options }) {
  const { name, label, hint, error, plain } = options;
  const described = [options.describedBy, hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  return html`<div class="field${error ? " is-wrong" : ""}">
    <label for=${name}>${label}</label>
    <div class="field-box">
      <input id=${name} name=${name} type=${type} value=${ifDefined(options.value)}
        autocomplete=${ifDefined(/** @type {any} */ (options.autocomplete))} inputmode=${ifDefined(/** @type {any} */ (options.inputmode))}
        autocapitalize=${plain ? "none" : "sentences"} spellcheck="false" maxlength=${ifDefined(options.most)}
        ?required=${options.required} ?readonly=${options.readonly} aria-invalid=${error ? "true" : "false"} aria-describedby=${ifDefined(described || undefined)}
        @input=${(/** @type {InputEvent} */ event) => options.onInput?.(valueOf(event))}>
      ${extra}
    </div>
    ${hint ? html`<p class="field-hint" id="${name}-hint">${hint}</p>` : nothing}
    ${error ? html`<p class="field-error" id="${name}-error" role="alert">${error}</p>` : nothing}
  </div>`;
}

/**
 * A password with a switch that shows it, which replaces typing it twice.
 * @param {FieldOptions & {describedBy?: string, shown: boolean, onShow: () => void}} options
 */
export function passwordField({ shown, onShow, ...options }) {
  return field({
    ...options,
    plain: true,
    type: shown ? "text" : "password",
    extra: html`<button class="icon-button" type="button" aria-pressed=${shown ? "true" : "false"}
      aria-label=${shown ? words.hidePassword : words.showPassword} title=${shown ? words.hidePassword : words.showPassword}
      @click=${onShow}>${icon(shown ? "eyeOff" : "eye")}</button>`,
  });
}

/** @param {Event} event */
function valueOf(event) {
  return /** @type {HTMLInputElement} */ (event.target).value;
}

/** The values of a form by field name. @param {HTMLFormElement} form @returns {Record<string, string>} */
export function valuesOf(form) {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}
