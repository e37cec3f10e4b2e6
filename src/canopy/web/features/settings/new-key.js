/** The dialog that makes a key and shows it once. */

import { html, nothing } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { copyText } from "../../parts/copy.js";
import { openDialog } from "../../parts/dialog.js";
import { LightElement } from "../../parts/element.js";
import { field, valuesOf } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { explained } from "./remote.js";
import { GROUPS, PRESETS, WARNINGS } from "./scopes.js";
import { words } from "./strings.js";

const NAME_LENGTH = 64;
const LIFETIMES = [30, 90, 365, 0]; // days; 0 is no end
const USUAL = 90;

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */

/** @param {SignedInApp} app @param {() => void} onMade */
export function askForKey(app, onMade) {
  const dialog = openDialog({
    title: words.newKey,
    content: html`<canopy-new-key .app=${app} .onMade=${onMade} .close=${() => dialog.close()}></canopy-new-key>`,
  });
}

class NewKey extends LightElement {
  static properties = {
    app: { attribute: false }, onMade: { attribute: false }, close: { attribute: false }, may: { state: true }, key: { state: true },
    stored: { state: true }, said: { state: true }, busy: { state: true }, error: { state: true }, nameError: { state: true },
  };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    this.onMade = () => {};
    this.close = () => {};
    /** @type {Set<string>} */
    this.may = new Set(PRESETS.presetChat);
    /** The secret, while it is shown. */
    this.key = "";
    this.stored = false;
    this.said = "";
    this.busy = false;
    this.error = "";
    this.nameError = "";
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
    if (this.busy || (this.key && !this.stored)) event.preventDefault();
  };

  disconnectedCallback() {
    super.disconnectedCallback();
    this.key = "";
  }

  render() {
    return this.key ? this.#made() : this.#form();
  }

  #form() {
    return html`<form class="stack" novalidate @submit=${this.#submit}>
      ${field({ name: "name", label: words.keyName, hint: words.keyNameHint, error: this.nameError, autocomplete: "off", plain: true, required: true, most: NAME_LENGTH })}
      <div class="line" role="group" aria-label=${words.keyPreset}>${Object.entries(PRESETS).map(([name, all]) => html`
        <button class="button" type="button" aria-pressed=${same(this.may, all) ? "true" : "false"} @click=${() => (this.may = new Set(all))}>${words[/** @type {keyof typeof words} */ (name)]}</button>`)}</div>
      <fieldset class="scopes"><legend>${words.keyMay}</legend>${GROUPS.map(([title, names]) => html`<div><h3>${words[title]}</h3>
        ${names.map((name) => html`<label class="check"><input type="checkbox" .checked=${this.may.has(name)} @change=${() => this.#turn(name)}>${words[name]}</label>`)}</div>`)}</fieldset>
      ${Object.entries(WARNINGS).filter(([name]) => this.may.has(name)).map(([, warning]) => html`<p class="strip is-warn" role="status">${icon("warn")}<span>${words[warning]}</span></p>`)}
      <div class="field"><label for="expiry">${words.keyExpiry}</label><select class="select" id="expiry" name="expiry">${LIFETIMES.map((n) => html`
        <option value=${n} ?selected=${n === USUAL}>${n ? fill(words.days, { n }) : words.forever}</option>`)}</select></div>
      ${this.error ? html`<p class="field-error" role="alert">${this.error}</p>` : nothing}
      <div class="dialog-buttons"><button class="button" type="button" @click=${this.close}>${words.cancel}</button>
        <button class="button is-primary" type="submit" aria-busy=${this.busy ? "true" : "false"}>${words.make}</button></div>
    </form>`;
  }

  #made() {
    return html`<div class="stack"><p>${words.keyOnce}</p>
      <div class="line"><div class="field-box"><input id="secret" readonly aria-label=${words.key} .value=${this.key} spellcheck="false" autocomplete="off"
        @focus=${(/** @type {any} */ event) => event.target.select()}></div>
        <button class="button" type="button" @click=${this.#copy}>${icon("copy")}${words.copy}</button></div>
      <p class="said" role="status">${this.said}</p>
      <label class="check"><input type="checkbox" @change=${(/** @type {any} */ event) => (this.stored = event.target.checked)}>${words.stored}</label>
      <div class="dialog-buttons"><button class="button is-primary" type="button" ?disabled=${!this.stored} @click=${this.close}>${words.done}</button></div></div>`;
  }

  /** @param {string} name */
  #turn(name) {
    const may = new Set(this.may);
    if (!may.delete(name)) may.add(name);
    this.may = may;
  }

  #copy = async () => {
    this.said = (await copyText(this.key)) ? words.copied : words.notCopied;
  };

  /** @param {SubmitEvent} event */
  #submit = async (event) => {
    event.preventDefault();
    const { name = "", expiry } = valuesOf(/** @type {HTMLFormElement} */ (event.target));
    this.nameError = name.trim() ? "" : words.keyNameNeeded;
    if (this.busy || this.nameError) return;
    this.busy = true;
    this.error = "";
    try {
      const days = Number(expiry) || null;
      this.key = (await this.app.api.post("/keys", { name: name.trim(), permissions: [...this.may], expires_days: days })).api_key;
      this.onMade();
    } catch (error) {
      this.error = explained(error);
    } finally {
      this.busy = false;
    }
  };
}

/** @param {Set<string>} one @param {string[]} other */
function same(one, other) {
  return one.size === other.length && other.every((each) => one.has(each));
}

customElements.define("canopy-new-key", NewKey);
