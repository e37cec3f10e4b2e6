/** The list of conversations. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { cleanName } from "../../base/text.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { waitingPeers, words } from "./strings.js";

/** @typedef {import("../../base/types.js").Channel} Channel */

export class Sidebar extends LightElement {
  static properties = { channels: { attribute: false }, peers: { attribute: false }, mayManage: {}, here: {}, isPage: {} };

  constructor() {
    super();
    /** @type {import("../../base/store.js").Store<Channel[] | null>} */
    this.channels = /** @type {any} */ (undefined);
    /** @type {import("../../base/store.js").Store<import("../../base/types.js").PeersView>} */
    this.peers = /** @type {any} */ (undefined);
    /** Whether a peer that waits is this person's business. */
    this.mayManage = false;
    /** The address that is open. */
    this.here = "";
    /** Whether a narrow screen shows nothing else, so that its heading is the page's. */
    this.isPage = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.channels, this.peers);
  }

  render() {
    const name = words.workspace;
    return html`${this.isPage ? html`<h1 class="sidebar-head" tabindex="-1">${name}</h1>` : html`<div class="sidebar-head">${name}</div>`}
      <div class="places">
        <h2 id="places-channels">${words.channels}</h2>
        <ul aria-labelledby="places-channels">
          ${repeat(this.channels.value ?? [], (channel) => channel.id, (channel) => this.#row(channel))}
        </ul>
        <h2 id="places-network">${words.network}</h2>
        <ul aria-labelledby="places-network"><li>${this.#link("/connect", "network", words.connect, this.#waiting())}</li></ul>
      </div>`;
  }

  #waiting() {
    const unjudged = this.peers.value.peers.filter(({ level }) => level === "unknown" || level === "introduced");
    const waiting = unjudged.filter(({ state }) => state !== "offline").length;
    return this.mayManage && waiting > 0 ? html`<span class="place-mark">${waitingPeers(waiting)}</span>` : nothing;
  }

  /** @param {Channel} channel */
  #row(channel) {
    return html`<li>${this.#link(`/c/${encodeURIComponent(channel.id)}`, "hash", cleanName(channel.name))}</li>`;
  }

  /** @param {string} href @param {Parameters<typeof icon>[0]} mark @param {string} name @param {unknown} [more] */
  #link(href, mark, name, more = nothing) {
    return html`<a class="place-row" href=${href} aria-current=${href === this.here ? "page" : nothing}>${icon(mark)}<span
      dir="auto">${name}</span>${more}</a>`;
  }
}

customElements.define("canopy-sidebar", Sidebar);
