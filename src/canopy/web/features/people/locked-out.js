/** How to get in again: who forgot a password asks the owner, and the owner asks the machine on which the node runs. */

import { html, nothing, render } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { copyText } from "../../parts/copy.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { words } from "./strings.js";

const ICON = new URL("../../icons/canopy.svg", import.meta.url).href;
/** What the command line calls its verbs; the handle is the reader's to fill in. */
const RESET = "canopy user reset-password HANDLE";
const OPTION = "--data-root";
const OWNER = "canopy user make-owner HANDLE";

class LockedOut extends LightElement {
  static properties = { said: { state: true } };

  constructor() {
    super();
    this.said = "";
  }

  firstUpdated() {
    this.querySelector("h1")?.focus();
  }

  render() {
    const [before = "", after = ""] = words.commandMeans.split("{option}");
    return html`<main class="outside"><div class="card">
      <div class="card-head"><img src=${ICON} alt=""><h1 tabindex="-1">${words.lockedOut}</h1><p>${words.lockedOutLead}</p></div>
      <section class="way"><h2>${words.forgot}</h2><p>${words.forgotText}</p></section>
      <section class="way"><h2>${words.ownerForgot}</h2><p>${words.ownerForgotText}</p>${this.#command(RESET)}<p class="quiet">${before}<code dir="ltr" translate="no">${OPTION}</code>${after}</p></section>
      <section class="way"><h2>${words.ownerGone}</h2><p>${words.ownerGoneText}</p>${this.#command(OWNER)}</section>
      <p class="said" role="status">${this.said}</p>
      <p class="card-foot"><a href="/login">${words.toSignInPage}</a></p>
    </div></main>`;
  }

  /** @param {string} text */
  #command(text) {
    const name = fill(words.copyCommand, { command: text });
    return html`<div class="command"><code dir="ltr" translate="no">${text}</code>
      <button class="icon-button" type="button" aria-label=${name} title=${name} @click=${() => this.#copy(text)}>${icon("copy")}</button></div>`;
  }

  /** @param {string} text */
  async #copy(text) {
    this.said = (await copyText(text)) ? words.copied : words.notCopied;
  }
}

customElements.define("canopy-locked-out", LockedOut);

/** @param {HTMLElement} root */
export function mount(root) {
  render(html`<canopy-locked-out></canopy-locked-out>`, root);
  return { name: "claim-admin", title: words.lockedOut, unmount: () => render(nothing, root) };
}
