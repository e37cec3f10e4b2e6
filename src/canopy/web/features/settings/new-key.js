/** The dialog that makes a key and shows it once. */

import { html } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { openDialog } from "../../parts/dialog.js";
import { field, valuesOf } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { KeyOnce } from "./key-once.js";
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

class NewKey extends KeyOnce {
  static properties = { ...KeyOnce.properties, may: { state: true }, nameError: { state: true } };

  constructor() {
    super();
    /** @type {Set<string>} */
    this.may = new Set(PRESETS.presetChat);
    this.nameError = "";
  }

  form() {
    return html`<form class="stack" novalidate @submit=${this.#submit}>
      ${field({ name: "name", label: words.keyName, hint: words.keyNameHint, error: this.nameError, autocomplete: "off", plain: true, required: true, most: NAME_LENGTH })}
      <div class="line" role="group" aria-label=${words.keyPreset}>${Object.entries(PRESETS).map(([name, all]) => html`
        <button class="button" type="button" aria-pressed=${same(this.may, all) ? "true" : "false"} @click=${() => (this.may = new Set(all))}>${words[/** @type {keyof typeof words} */ (name)]}</button>`)}</div>
      <fieldset class="scopes"><legend>${words.keyMay}</legend>${GROUPS.map(([title, names]) => html`<div><h3>${words[title]}</h3>
        ${names.map((name) => html`<label class="check"><input type="checkbox" .checked=${this.may.has(name)} @change=${() => this.#turn(name)}>${words[name]}</label>`)}</div>`)}</fieldset>
      ${Object.entries(WARNINGS).filter(([name]) => this.may.has(name)).map(([, warning]) => html`<p class="strip is-warn" role="status">${icon("warn")}<span>${words[warning]}</span></p>`)}
      <div class="field"><label for="expiry">${words.keyExpiry}</label><select class="select" id="expiry" name="expiry">${LIFETIMES.map((n) => html`
        <option value=${n} ?selected=${n === USUAL}>${n ? fill(words.days, { n }) : words.forever}</option>`)}</select></div>
      ${this.foot(words.make)}
    </form>`;
  }

  /** @param {string} name */
  #turn(name) {
    const may = new Set(this.may);
    if (!may.delete(name)) may.add(name);
    this.may = may;
  }

  /** @param {SubmitEvent} event */
  #submit = async (event) => {
    event.preventDefault();
    const { name = "", expiry } = valuesOf(/** @type {HTMLFormElement} */ (event.target));
    this.nameError = name.trim() ? "" : words.keyNameNeeded;
    if (this.nameError) return;
    await this.make("/keys", { name: name.trim(), permissions: [...this.may], expires_days: Number(expiry) || null });
  };
}

/** @param {Set<string>} one @param {string[]} other */
function same(one, other) {
  return one.size === other.length && other.every((each) => one.has(each));
}

customElements.define("canopy-new-key", NewKey);
