/** The list of conversations. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { cleanName } from "../../base/text.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { words } from "./strings.js";

/** @typedef {import("../../base/types.js").Channel} Channel */

export class Sidebar extends LightElement {
  static properties = { channels: { attribute: false }, here: {}, isPage: {} };

  constructor() {
    super();
    /** @type {import("../../base/store.js").Store<Channel[] | null>} */
    this.channels = /** @type {any} */ (undefined);
    /** Id of the channel that is open. */
    this.here = "";
    /** Whether a narrow screen shows nothing else, so that its heading is the page's. */
    this.isPage = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.channels);
  }

  render() {
    const name = words.workspace;
    return html`${this.isPage ? html`<h1 class="sidebar-head" tabindex="-1">${name}</h1>` : html`<div class="sidebar-head">${name}</div>`}
      <div class="places">
        <h2 id="places-channels">${words.channels}</h2>
        <ul aria-labelledby="places-channels">
          ${repeat(this.channels.value ?? [], (channel) => channel.id, (channel) => this.#row(channel))}
        </ul>
      </div>`;
  }

  /** @param {Channel} channel */
  #row(channel) {
    return html`<li><a class="place-row" href="/c/${encodeURIComponent(channel.id)}"
      aria-current=${channel.id === this.here ? "page" : nothing}>${icon("hash")}<span dir="auto">${cleanName(channel.name)}</span></a></li>`;
  }
}

customElements.define("canopy-sidebar", Sidebar);
