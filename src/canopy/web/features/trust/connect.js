/** The screen of Connect: how others reach this node, how one reaches them, and how each link stands. */

import { html, nothing, render } from "../../vendor/lit.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { loadStyle } from "../../parts/style.js";
import "./add.js";
import "./diagnostics.js";
import "./invite.js";
import "./nearby.js";
import "./peer-list.js";
import { awaitsApproval, nameOf } from "./states.js";
import { facts, waitForYou, words } from "./strings.js";

await loadStyle(new URL("./trust.css", import.meta.url));

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */

/** @type {import("../../base/types.js").MountInside} */
export function mount(root, app) {
  render(html`<canopy-connect .app=${app}></canopy-connect>`, root);
  return { name: "connect", title: words.title, unmount: () => render(nothing, root) };
}

export class ConnectScreen extends LightElement {
  static properties = { app: { attribute: false }, said: { state: true }, own: { state: true } };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** What a screen reader hears. */
    this.said = "";
    /** Peer id of this node. */
    this.own = "";
    /** A code that the address brought. */
    this.offered = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.offered = new URLSearchParams(location.search).get("code") ?? "";
    // A code is as good as a key for whoever finds it: it stays in no history.
    if (location.pathname !== "/connect") history.replaceState(history.state, "", "/connect");
    this.follow(this.app.peers.view);
    if (this.app.peers.view.value.status === "failed") void this.app.peers.load();
  }

  render() {
    const { app } = this;
    return html`<header class="place-header">
        <a class="icon-button to-list" href="/" aria-label=${words.backToList} title=${words.backToList}>${icon("back")}</a>
        <h1 class="place-name" tabindex="-1">${icon("network")}<span>${words.title}</span></h1>
        ${this.#facts()}
        <a class="button place-act" href="/trust" aria-label=${words.toTrust}>${icon("shield")}<span>${words.toTrust}</span></a>
      </header>
      <div class="connect" data-drawn @say=${this.#say} @point=${this.#point}>
        <div class="connect-inner">
          ${app.mayManage ? this.#waiting() : html`<p class="strip is-note" role="note">${words.readOnly}</p>`}
          <div class="connect-columns">
            <canopy-invite .app=${app} @own=${this.#learn}></canopy-invite>
            <div class="connect-column">
              ${app.mayManage ? html`<canopy-add-peer .app=${app} .own=${this.own} .offered=${this.offered}></canopy-add-peer>` : nothing}
              <canopy-nearby .app=${app}></canopy-nearby>
            </div>
          </div>
          <canopy-peers .app=${app}></canopy-peers>
          <canopy-diagnostics .app=${app}></canopy-diagnostics>
        </div>
        <p class="sr-only" role="status">${this.said}</p>
      </div>`;
  }

  #facts() {
    const { status, peers } = this.app.peers.view.value;
    if (status !== "ready" || peers.length === 0) return nothing;
    return html`<span class="place-facts">${facts(peers.length, peers.filter(({ state }) => state !== "offline").length)}</span>`;
  }

  /** Whoever waits stands below the fold; this line is above it. */
  #waiting() {
    const waiting = this.app.peers.view.value.peers.filter(awaitsApproval);
    const first = waiting[0];
    if (!first) return nothing;
    return html`<div class="strip is-warn">${icon("clock")}<span>${waitForYou(waiting.map(nameOf))}</span>
      <button class="link-button" type="button" @click=${() => this.#show(first.peer_id)}>${words.review}</button></div>`;
  }

  /** @param {CustomEvent<string>} event */
  #learn(event) {
    this.own = event.detail;
  }

  /** @param {CustomEvent<string>} event */
  #say(event) {
    this.said = event.detail;
  }

  /** @param {CustomEvent<string>} event */
  #point(event) {
    this.#show(event.detail);
  }

  /** @param {string} peerId */
  #show(peerId) {
    /** @type {import("./peer-list.js").PeerList | null} */ (this.querySelector("canopy-peers"))?.point(peerId);
  }
}

customElements.define("canopy-connect", ConnectScreen);
