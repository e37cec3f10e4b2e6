/** The dialog that makes a key and shows it once. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { openDialog } from "../../parts/dialog.js";
import { field, valuesOf } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { KeyOnce } from "./key-once.js";
import { GROUPS, PRESETS, UNLIMITED, WARNINGS } from "./scopes.js";
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
  static properties = { ...KeyOnce.properties, may: { state: true }, limit: { state: true }, nameError: { state: true } };

  constructor() {
    super();
    /** @type {Set<string>} */
    this.may = new Set(PRESETS.presetChat);
    /** The only channels, or null for all. @type {Set<string> | null} */
    this.limit = null;
    this.nameError = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.channels);
  }

  form() {
    return html`<form class="stack" novalidate @submit=${this.#submit}>
      ${field({ name: "name", label: words.keyName, hint: words.keyNameHint, error: this.nameError, autocomplete: "off", plain: true, required: true, most: NAME_LENGTH })}
      <div class="line" role="group" aria-label=${words.keyPreset}>${Object.entries(PRESETS).map(([name, all]) => html`
        <button class="button" type="button" aria-pressed=${same(this.may, all) ? "true" : "false"} @click=${() => (this.may = new Set(all))}>${words[/** @type {keyof typeof words} */ (name)]}</button>`)}</div>
      <fieldset class="scopes"><legend>${words.keyMay}</legend>${GROUPS.map(([title, names]) => html`<div><h3>${words[title]}</h3>
        ${names.map((name) => html`<label class="check"><input type="checkbox" .checked=${this.#has(name)} ?disabled=${this.limit !== null && UNLIMITED.has(name)} @change=${() => this.#turn(name)}>${words[name]}</label>`)}</div>`)}</fieldset>
      ${Object.entries(WARNINGS).filter(([name]) => this.#has(name)).map(([, warning]) => html`<p class="strip is-warn" role="status">${icon("warn")}<span>${words[warning]}</span></p>`)}
      ${this.#channels()}
      <div class="field"><label for="expiry">${words.keyExpiry}</label><select class="select" id="expiry" name="expiry">${LIFETIMES.map((n) => html`
        <option value=${n} ?selected=${n === USUAL}>${n ? fill(words.days, { n }) : words.forever}</option>`)}</select></div>
      ${this.foot(words.make)}
    </form>`;
  }

  /** A choice of the channels that the person sees. */
  #channels() {
    const { limit } = this;
    return html`<fieldset class="limit"><legend>${words.keyWhere}</legend>
      <label class="check"><input type="radio" name="where" .checked=${limit === null} @change=${() => (this.limit = null)}>${words.allChannels}</label>
      <label class="check"><input type="radio" name="where" .checked=${limit !== null} @change=${() => (this.limit ??= new Set())}>${words.someChannels}</label>
      ${limit === null ? nothing : html`<div class="limit-list" role="group" aria-label=${words.keyWhere} tabindex="0">${repeat(this.app.channels.value ?? [], ({ id }) => id, ({ id, name }) => html`
        <label class="check"><input type="checkbox" .checked=${limit.has(id)} @change=${() => this.#turnChannel(id)}><bdi>#${name}</bdi></label>`)}</div>
        <p class="quiet">${words.limitMeans}</p>`}</fieldset>`;
  }

  /** What a limited key cannot hold stays chosen, in case the limit goes again. @param {string} name */
  #has(name) {
    return this.may.has(name) && !(this.limit !== null && UNLIMITED.has(name));
  }

  /** @param {string} id */
  #turnChannel(id) {
    const limit = new Set(this.limit);
    if (!limit.delete(id)) limit.add(id);
    this.limit = limit;
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
    if (this.limit?.size === 0) {
      this.error = words.channelNeeded;
      return;
    }
    await this.make("/keys", {
      name: name.trim(), permissions: [...this.may].filter((each) => this.#has(each)), expires_days: Number(expiry) || null,
      ...(this.limit ? { channel_ids: [...this.limit] } : {}),
    });
  };
}

/** @param {Set<string>} one @param {string[]} other */
function same(one, other) {
  return one.size === other.length && other.every((each) => one.has(each));
}

customElements.define("canopy-new-key", NewKey);
