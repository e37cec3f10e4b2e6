/** What the three account forms share: the card, the busy button, errors per field, the plain-HTTP warning. */

import { html, nothing } from "../../vendor/lit.js";
import { ApiError, Unreachable } from "../../base/api.js";
import { LightElement } from "../../parts/element.js";
import { field, passwordField, valuesOf } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { ruleList } from "../../parts/password-rules.js";
import { handleHint, tooMany, words } from "./strings.js";

const ICON = new URL("../../icons/canopy.svg", import.meta.url).href;

/** @typedef {import("../../base/types.js").App} App */

export class AccountForm extends LightElement {
  static properties = {
    app: { attribute: false },
    onDone: { attribute: false },
    busy: { state: true },
    shown: { state: true },
    error: { state: true },
    errors: { state: true },
    handle: { state: true },
    password: { state: true },
    rules: { state: true },
  };

  constructor() {
    super();
    /** @type {App} */
    this.app = /** @type {any} */ (undefined);
    /** @type {(session: import("../../base/types.js").SessionInfo) => void} */
    this.onDone = () => {};
    this.busy = false;
    this.shown = false;
    /** About the whole form. */
    this.error = "";
    /** By field name. @type {Record<string, string>} */
    this.errors = {};
    /** Codes of password rules that the node refused. @type {Set<string>} */
    this.refused = new Set();
    this.handle = "";
    this.password = "";
    /** @type {import("../../parts/password-rules.js").Rule[]} */
    this.rules = [];
  }

  /** The heading tells where one is; the first field is one Tab away and takes the focus. */
  firstUpdated() {
    this.querySelector("input")?.focus();
  }

  /** The node knows its rules; the page asks for them instead of repeating them. */
  async loadRules() {
    try {
      this.rules = (await this.app.api.get("/setup")).rules ?? [];
    } catch (error) {
      this.explain(error);
    }
  }

  /** The fields that make an account, alike on a fresh node and later. */
  accountFields() {
    const { errors, shown } = this;
    return html`
      ${field({ name: "display_name", label: words.displayName, error: errors.display_name, autocomplete: "name" })}
      ${field({
        name: "username", label: words.handle, hint: handleHint(this.handle), error: errors.username, plain: true,
        autocomplete: "username", required: true, onInput: (value) => (this.handle = value.trim()),
      })}
      ${passwordField({
        name: "password", label: words.password, error: errors.password, autocomplete: "new-password", required: true,
        describedBy: "password-rules", shown, onShow: () => (this.shown = !shown), onInput: this.#typed,
      })}
      ${ruleList(this.rules, this.password, this.handle, this.refused)}`;
  }

  /** What was refused was the password of before. @param {string} value */
  #typed = (value) => {
    this.password = value;
    if (!this.errors.password) return;
    const { password, ...others } = this.errors;
    this.errors = others;
    this.refused = new Set();
  };

  /** @param {Record<string, string>} _values @returns {Promise<void>} */
  async perform(_values) {
    throw new Error("each form says what it does");
  }

  /** @param {SubmitEvent} event */
  submit = async (event) => {
    event.preventDefault();
    if (this.busy) return;
    const values = valuesOf(/** @type {HTMLFormElement} */ (event.target));
    this.busy = true;
    this.error = "";
    this.errors = {};
    this.refused = new Set();
    try {
      await this.perform(values);
    } catch (error) {
      this.explain(error);
    } finally {
      this.busy = false;
    }
  };

  /** @param {unknown} error */
  explain(error) {
    if (error instanceof Unreachable) this.error = words.unreachable;
    else if (!(error instanceof ApiError)) throw error;
    else if (error.status === 429) this.error = tooMany(Math.ceil(error.retryAfter ?? 1));
    else this.#byField(error);
  }

  /** @param {ApiError} error */
  #byField(error) {
    for (const { field, code, detail } of error.fields) {
      this.refused.add(code);
      this.errors = { ...this.errors, [field]: detail ?? error.message };
    }
    for (const rule of error.body.rules ?? []) this.refused.add(rule.code);
    if (error.code === "weak_password") this.errors = { ...this.errors, password: words.weakPassword };
    if (error.fields.every(({ field }) => !this.querySelector(`#${CSS.escape(field)}`))) this.error = error.message;
  }

  /** @param {{title: string, lead: string, button: string, fields: unknown, foot: unknown}} parts */
  card({ title, lead, button, fields, foot }) {
    return html`<div class="card">
      <div class="card-head"><img src=${ICON} alt=""><h1>${title}</h1><p>${lead}</p></div>
      ${unencrypted() ? html`<div class="strip is-warn" role="note">${icon("warn")}${words.plainHttp}</div>` : nothing}
      <form novalidate @submit=${this.submit}>
        ${fields}
        ${this.error ? html`<div class="strip is-danger" role="alert">${icon("warn")}<span>${this.error}</span></div>` : nothing}
        <button class="button is-primary" type="submit" aria-busy=${this.busy ? "true" : "false"}>${button}</button>
      </form>
      <p class="card-foot">${foot}</p>
    </div>`;
  }
}

/** Plain HTTP is safe only to the machine itself. */
function unencrypted() {
  const { protocol, hostname } = location;
  return protocol === "http:" && hostname !== "localhost" && hostname !== "[::1]" && !hostname.startsWith("127.");
}

/** Only what was filled in. @param {Record<string, string | undefined>} values */
export function filled(values) {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])));
}
