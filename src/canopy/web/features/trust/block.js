/** What the blocks of Connect share: the app, calls that outlive a session, and errors as sentences. */

import { html, nothing } from "../../vendor/lit.js";
import { ApiError, Unreachable } from "../../base/api.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { persist } from "./peers.js";
import { GLYPHS } from "./states.js";
import { words } from "./strings.js";

const AGES = 30_000; // ms after which "4 minutes ago" may have become wrong

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("../../base/types.js").Attempt} Attempt */

export class Block extends LightElement {
  static properties = { app: { attribute: false } };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
  }

  connectedCallback() {
    super.connectedCallback();
    this.stops.every(() => this.requestUpdate(), AGES);
  }

  /** @param {string} path */
  get(path) {
    return persist(this.app, () => this.app.api.get(path));
  }

  /** @param {string} path @param {unknown} [body] */
  post(path, body = {}) {
    return persist(this.app, () => this.app.api.post(path, body));
  }

  /** @param {string} path */
  delete(path) {
    return persist(this.app, () => this.app.api.delete(path));
  }

  /** For the ear only: what has just happened. @param {string} text */
  say(text) {
    this.dispatchEvent(new CustomEvent("say", { detail: text, bubbles: true }));
  }
}

/** @param {unknown} error the node's sentence, or ours */
export function explain(error) {
  if (error instanceof Unreachable) return words.unreachable;
  if (error instanceof ApiError) return error.message;
  throw error;
}

/** @param {string} problem */
export function alertLine(problem) {
  return problem ? html`<p class="field-error" role="alert">${problem}</p>` : nothing;
}

/** @param {string} six hyphenated */
export function fingerprintLine(six) {
  return six ? html`<p class="words" translate="no">${six}</p>` : nothing;
}

/** @param {import("./states.js").Tone} tone */
export function glyph(tone) {
  return html`<span class="glyph" data-tone=${tone} aria-hidden="true">${GLYPHS[tone]}</span>`;
}

/** One line for each address. @param {Attempt[]} attempts */
export function outcomeList(attempts) {
  return html`<ul class="outcomes" aria-label=${words.outcomes}>${attempts.map(({ address, outcome, sentence }) => html`
    <li data-outcome=${outcome}>${icon(outcome === "connected" ? "check" : "cross")}<span><code>${bare(address)}</code> ${sentence}</span></li>`)}</ul>`;
}

/** An address as people write it. @param {string} address */
export function bare(address) {
  return address.replace(/^wss?:\/\//u, "").replace(/\/mesh\/1$/u, "");
}
