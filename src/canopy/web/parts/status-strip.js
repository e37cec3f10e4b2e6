/** How the node is: one line at the foot of the page for what changes, a banner for what cannot wait. */

import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { cleanName } from "../base/text.js";
import { icon } from "./icons.js";
import { catchingUp, gone, messagesFar, retryIn, updatedTo, words } from "./strings.js";

const NARROW = matchMedia("(max-width: 599px)");
const GLYPHS = { live: "●", connecting: "◐", retrying: "◐", unreachable: "○", "signed-out": "○" };

export class StatusStrip extends LightElement {
  static properties = { stream: { attribute: false }, outbox: { attribute: false }, peers: { attribute: false }, onOpen: { attribute: false } };

  constructor() {
    super();
    /** Shows what is on its way, beside an element. @type {(anchor: Element) => void} */
    this.onOpen = () => {};
    /** @type {import("../base/stream.js").EventStream} */
    this.stream = /** @type {any} */ (undefined);
    /** @type {import("../base/outbox.js").Outbox} */
    this.outbox = /** @type {any} */ (undefined);
    /** @type {import("../base/store.js").Store<import("../base/types.js").PeersView>} */
    this.peers = /** @type {any} */ (undefined);
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.stream.state, this.outbox.items, this.peers);
    this.stops.listen(NARROW, "change", () => this.requestUpdate());
    this.stops.every(() => this.stream.state.value.retryAt !== null && this.requestUpdate(), 1000);
  }

  render() {
    const { phase, retryAt } = this.stream.state.value;
    return html`<div class="status-lines" role="status" aria-atomic="false">
      <span class="status-phase" data-phase=${phase}>
        <span class="status-glyph" aria-hidden="true">${GLYPHS[phase]}</span>
        ${this.#opener(this.#words(phase))}
        ${retryAt === null ? nothing : this.#retry(retryAt)}
      </span>
      ${this.#catchUp()}
    </div>`;
  }

  /** A screen reader hears that it began; the figures, which change each second, are there to be seen. */
  #catchUp() {
    const moving = this.peers.value.peers.filter((peer) => peer.progress);
    const first = moving[0];
    if (!first) return nothing;
    const done = moving.reduce((sum, peer) => sum + (peer.progress?.done ?? 0), 0);
    const total = moving.every((peer) => peer.progress?.total) ? moving.reduce((sum, peer) => sum + (peer.progress?.total ?? 0), 0) : 0;
    const name = cleanName(first.display_name) || first.peer_id.slice(0, 8);
    return html`<span class="status-sync"><span class="status-glyph" aria-hidden="true">⟳</span>
      ${this.#opener(html`${catchingUp(name, moving.length - 1)}<span aria-live="off">: ${messagesFar(done, total)}</span>`)}</span>`;
  }

  /** A line of 24 pixels is no target for a thumb: on a phone the panel is opened from the page "Me". @param {unknown} text */
  #opener(text) {
    if (NARROW.matches) return html`<span>${text}</span>`;
    return html`<button class="status-open" type="button" aria-haspopup="true" title=${words.showSync} @click=${this.#open}>${text}</button>`;
  }

  /** @param {Event} event */
  #open = (event) => this.onOpen(/** @type {Element} */ (event.currentTarget));

  /** @param {import("../base/stream.js").Phase} phase */
  #words(phase) {
    if (phase === "live") return this.peers.value.peers.some(isApart) ? words.livePartly : words.live;
    if (phase === "retrying") return words.reconnecting;
    if (phase === "unreachable") return gone(this.outbox.waiting());
    return phase === "connecting" ? words.connecting : words.signedOut;
  }

  /** The count-down is not announced: once a second would be noise. @param {number} retryAt */
  #retry(retryAt) {
    const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    return html`<span aria-live="off">(${retryIn(seconds)} ·
      <button type="button" @click=${this.stream.retryNow}>${words.retryNow}</button>)</span>`;
  }
}

/** A node that we trust and that does not let us in yet; one that is away is nothing to be told of all day.
 *  @param {import("../base/types.js").Peer} peer */
function isApart({ level, state }) {
  return level === "trusted" && state === "connected_not_syncing";
}

/** The version of this page, as the node wrote it into it. */
const VERSION = document.querySelector("meta[name=canopy-version]")?.getAttribute("content") ?? "";

/** What everybody has to know of the node, above the page: it cannot save, or it is another version than this page. */
export class Banner extends LightElement {
  static properties = { stream: { attribute: false } };

  constructor() {
    super();
    /** @type {import("../base/stream.js").EventStream} */
    this.stream = /** @type {any} */ (undefined);
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.stream.node);
  }

  render() {
    const { canSave, version } = this.stream.node.value;
    return html`${canSave ? nothing : html`<p class="strip is-danger" role="alert">${icon("warn")}<span>${words.cannotSave}</span></p>`}
      ${version === "" || version === VERSION ? nothing : this.#updated(version)}`;
  }

  /** Never forced: what is typed stays, here and over the reload. @param {string} version */
  #updated(version) {
    return html`<p class="strip is-note" role="status"><span>${updatedTo(version.split("+")[0] ?? "")}</span>
      <button class="link-button" type="button" @click=${() => location.reload()}>${words.reload}</button></p>`;
  }
}

customElements.define("canopy-status", StatusStrip);
customElements.define("canopy-banner", Banner);
