/** The settings: sections at the side, one of them open, every control saves itself. */

import { html, nothing, render } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { preferences } from "../../base/preferences.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { loadStyle } from "../../parts/style.js";
import "./about.js";
import "./devices.js";
import { NAMES as letterNames } from "./keymap.js";
import "./keys.js";
import "./password.js";
import "./profile.js";
import "./sessions.js";
import { appearance, composer, keyboard } from "./local.js";
import { words } from "./strings.js";

await loadStyle(new URL("./settings.css", import.meta.url));

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {"profile" | "appearance" | "composer" | "keyboard" | "devices" | "keys" | "about"} Section */

/** What stands where, so that it can be found. @type {Record<Section, string[]>} */
const CONTENTS = {
  profile: [words.name, words.handle, words.bio, words.picture, words.password, words.sessions],
  appearance: [words.theme, words.density, words.size, words.hours, words.motion, words.language, words.sidebar],
  composer: [words.send, words.spellcheck],
  keyboard: [words.letters, words.letterKeys, ...Object.values(letterNames), words.showAll],
  devices: [words.nodeName, words.nodeAbout, words.browser, words.sessions],
  keys: [words.keys, words.newKey],
  about: [words.version, words.licence, words.thirdParty, words.diagnostics],
};
const SECTIONS = /** @type {Section[]} */ (Object.keys(CONTENTS));

/** @param {string | undefined} name @returns {Section} */
function sectionOf(name) {
  return SECTIONS.find((each) => each === name) ?? "profile";
}

/** @type {import("../../base/types.js").MountInside} */
export function mount(root, app, params) {
  const draw = (/** @type {string | undefined} */ name) => render(html`<canopy-settings .app=${app} .section=${sectionOf(name)} .index=${name === undefined}></canopy-settings>`, root);
  draw(params.section);
  const update = (/** @type {import("../../base/types.js").Params} */ now) => {
    draw(now.section);
    return true;
  };
  return { name: "settings", title: words.title, update, unmount: () => render(nothing, root) };
}

class Settings extends LightElement {
  static properties = { app: { attribute: false }, section: {}, index: { attribute: false }, wanted: { state: true } };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {Section} */
    this.section = "profile";
    /** Whether a narrow screen shows the sections. */
    this.index = false;
    this.wanted = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(preferences);
  }

  render() {
    return html`<header class="place-header">
        <a class="icon-button to-list" href=${this.index ? "/" : "/settings"} aria-label=${words.backToList} title=${words.backToList}>${icon("back")}</a>
        <h1 class="place-name" tabindex="-1">${icon("gear")}<span>${words.title}</span></h1>
      </header>
      <div class="settings" data-drawn data-index=${this.index ? "true" : "false"}>
        <div class="settings-side">
          <label class="field-box">${icon("search")}<input type="search" aria-label=${words.search} placeholder=${words.search} autocomplete="off"
            @input=${(/** @type {any} */ event) => (this.wanted = event.target.value)}></label>
          ${this.wanted.trim() ? this.#found() : this.#sections()}
        </div>
        <div class="settings-main"><h2 class="settings-title">${words[this.section]}</h2>${this.#content()}</div>
      </div>`;
  }

  /** A new password ends the other sessions. */
  #readSessions = () => void /** @type {any} */ (this.querySelector("canopy-sessions"))?.load();

  #sections() {
    return html`<nav aria-label=${words.sections}>${SECTIONS.map((each) => html`<a class="place-row" href="/settings/${each}"
      aria-current=${each === this.section ? "page" : nothing}>${words[each]}</a>`)}</nav>`;
  }

  #found() {
    const q = this.wanted.trim().toLocaleLowerCase();
    const hits = SECTIONS.flatMap((each) => CONTENTS[each].filter((label) => `${label} ${words[each]}`.toLocaleLowerCase().includes(q)).map((label) => ({ each, label })));
    return html`<p class="quiet" role="status">${fill(words.found, { n: hits.length })}</p>
      <ul>${hits.map(({ each, label }) => html`<li><a class="place-row" href="/settings/${each}">${label}<span class="quiet is-meta">${words[each]}</span></a></li>`)}</ul>`;
  }

  #content() {
    const { app } = this;
    switch (this.section) {
      case "profile": return html`<canopy-profile .app=${app}></canopy-profile>
        <h3 class="settings-title">${words.password}</h3><canopy-password .app=${app} @ended=${this.#readSessions}></canopy-password>
        <h3 class="settings-title">${words.sessions}</h3><canopy-sessions .app=${app}></canopy-sessions>`;
      case "appearance": return appearance();
      case "composer": return composer();
      case "keyboard": return keyboard(app);
      case "devices": return html`<canopy-devices .app=${app}></canopy-devices>
        <h3 class="settings-title">${words.sessions}</h3><canopy-sessions .app=${app}></canopy-sessions>`;
      case "keys": return html`<canopy-keys .app=${app}></canopy-keys>`;
      default: return html`<canopy-about .app=${app}></canopy-about>`;
    }
  }
}

customElements.define("canopy-settings", Settings);
