/** One line at the foot of the page: whether what is shown is live, and what waits. */

import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { gone, retryIn, words } from "./strings.js";

const GLYPHS = { live: "●", connecting: "◐", retrying: "◐", unreachable: "○", "signed-out": "○" };

export class StatusStrip extends LightElement {
  static properties = { stream: { attribute: false }, outbox: { attribute: false } };

  constructor() {
    super();
    /** @type {import("../base/stream.js").EventStream} */
    this.stream = /** @type {any} */ (undefined);
    /** @type {import("../base/outbox.js").Outbox} */
    this.outbox = /** @type {any} */ (undefined);
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.stream.state, this.outbox.items);
    this.stops.every(() => this.stream.state.value.retryAt !== null && this.requestUpdate(), 1000);
  }

  render() {
    const { phase, retryAt } = this.stream.state.value;
    return html`<div class="status-phase" role="status" aria-atomic="false" data-phase=${phase}>
      <span class="status-glyph" aria-hidden="true">${GLYPHS[phase]}</span>
      <span>${this.#words(phase)}</span>
      ${retryAt === null ? nothing : this.#retry(retryAt)}
    </div>`;
  }

  /** @param {import("../base/stream.js").Phase} phase */
  #words(phase) {
    if (phase === "live") return words.live;
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

customElements.define("canopy-status", StatusStrip);
