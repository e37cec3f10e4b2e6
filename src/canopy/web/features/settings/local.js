/** The sections that concern this browser alone. */

import { html } from "../../vendor/lit.js";
import { LANGUAGES, chooseLanguage, chosenLanguage, fill } from "../../base/language.js";
import { SIDEBAR } from "../../base/preferences.js";
import { choice, slider, toggle } from "./control.js";
import "./keymap.js";
import { words } from "./strings.js";

const SIZES = { least: 90, most: 150, step: 10 };

export function appearance() {
  return html`<div class="setting-list">
    ${choice("theme", { label: words.theme }, [["system", words.system], ["light", words.light], ["dark", words.dark], ["contrast", words.contrast]])}
    ${choice("density", { label: words.density }, [["comfortable", words.comfortable], ["compact", words.compact]])}
    ${slider("size", { label: words.size }, { ...SIZES, say: (n) => fill(words.percent, { n }) })}
    ${slider("sidebar", { label: words.sidebar }, { least: SIDEBAR.least, most: SIDEBAR.most, step: 8, say: (n) => fill(words.pixels, { n }) })}
    ${choice("hours", { label: words.hours, hint: words.hoursHint, after: () => location.reload() }, [["system", words.system], ["h12", words.h12], ["h23", words.h23]])}
    ${choice("motion", { label: words.motion, hint: words.motionHint }, [["system", words.system], ["reduce", words.reduced]])}
    ${language()}
  </div>`;
}

function language() {
  const chosen = chosenLanguage() ?? "";
  const choose = (/** @type {any} */ event) => chooseLanguage(event.target.value || null);
  return html`<div class="setting" id="setting-language">
    <div class="setting-words"><label class="setting-label" for="language">${words.language}</label><p class="quiet">${words.languageHint}</p></div>
    <div class="setting-control"><select class="select" id="language" @change=${choose}>
      <option value="" ?selected=${chosen === ""}>${words.system}</option>
      ${Object.entries(LANGUAGES).map(([code, name]) => html`<option value=${code} lang=${code} ?selected=${chosen === code}>${name}</option>`)}
    </select></div>
  </div>`;
}

export function composer() {
  return html`<div class="setting-list">
    ${choice("send", { label: words.send, hint: words.sendHint }, [["enter", words.sendEnter], ["ctrl-enter", words.sendCtrl]])}
    ${toggle("spellcheck", { label: words.spellcheck, hint: words.spellcheckHint })}
  </div>`;
}

/** @param {import("../../base/types.js").SignedInApp} app */
export function keyboard(app) {
  return html`<div class="setting-list">
    ${toggle("letters", { label: words.letters, hint: words.lettersHint })}
  </div>
  <h3 class="settings-title">${words.letterKeys}</h3>
  <canopy-keymap></canopy-keymap>
  <div class="line"><button class="button" type="button" aria-haspopup="dialog" @click=${() => app.help()}>${words.showAll}</button></div>`;
}
