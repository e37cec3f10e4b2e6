/** This node as its peers see it, and what the browser allows on this connection. */

import { html, nothing } from "../../vendor/lit.js";
import { field } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { failure, skeleton } from "../../parts/notice.js";
import { SavedForm } from "./remote.js";
import { words } from "./strings.js";

const NAME_LENGTH = 80;

class Devices extends SavedForm {
  get path() {
    return "/device/profile";
  }

  render() {
    if (this.error) return failure(words.loadFailed, words.loadFailedAdvice, this.error, () => void this.load());
    if (!this.values) return skeleton(2);
    return html`${this.app.mayManage ? this.#form(this.values) : this.#facts(this.values)}
      <h3 class="settings-title">${words.browser}</h3>
      <p class="strip ${isSecureContext ? "is-note" : "is-warn"}">${icon(isSecureContext ? "check" : "warn")}<span>${isSecureContext ? words.secure : `${words.insecure} ${words.insecureAdvice}`}</span></p>`;
  }

  /** @param {Record<string, any>} values */
  #form(values) {
    const { problems } = this;
    return html`<form class="stack settings-form" novalidate @change=${this.save} @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
      ${field({ name: "display_name", label: words.nodeName, hint: words.nodeNameHint, value: values.display_name, error: problems.display_name ?? "", autocomplete: "off", most: NAME_LENGTH })}
      ${field({ name: "description", label: words.nodeAbout, hint: words.nodeAboutHint, value: values.description, error: problems.description ?? "", autocomplete: "off" })}
      <p class="said" role="status">${this.said ? words.saved : nothing}</p>
    </form>`;
  }

  /** @param {Record<string, any>} values */
  #facts({ display_name: name, description }) {
    return html`<dl class="facts"><dt>${words.nodeName}</dt><dd dir="auto">${name}</dd>
      ${description ? html`<dt>${words.nodeAbout}</dt><dd dir="auto">${description}</dd>` : nothing}</dl><p class="quiet">${words.onlyOwner}</p>`;
  }
}

customElements.define("canopy-devices", Devices);
