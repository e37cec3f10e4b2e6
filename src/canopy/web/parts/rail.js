/** The places of the app at the edge of the page; on a phone the tabs at its foot. */

import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { icon } from "./icons.js";

/**
 * @typedef {object} RailItem
 * @property {string} [href]
 * @property {() => void} [act] instead of an address
 * @property {string} label
 * @property {Parameters<typeof icon>[0]} icon
 * @property {string[]} [under] beginnings of addresses that belong to it
 * @property {() => {count: number, name: string}} [mark] what waits there
 * @property {"desk" | "phone"} [only]
 */

const MOST = 9;

export class Rail extends LightElement {
  static properties = { items: { attribute: false }, stores: { attribute: false }, here: {} };

  constructor() {
    super();
    /** @type {RailItem[]} */
    this.items = [];
    /** What changes the marks. @type {import("../base/store.js").Store<any>[]} */
    this.stores = [];
    this.here = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(...this.stores);
  }

  /** One of them takes the Tab stop of all. */
  render() {
    const current = this.items.find((item) => this.#current(item) !== nothing) ?? this.items[0];
    return html`<ul class="rail-items">${this.items.map((item) => html`<li data-only=${item.only ?? nothing}>${this.#item(item, item === current)}</li>`)}</ul>`;
  }

  /** @param {RailItem} item @param {boolean} stop */
  #item(item, stop) {
    const mark = item.mark?.();
    const name = mark?.count ? `${item.label}, ${mark.name}` : item.label;
    if (item.act) {
      return html`<button class="rail-item" type="button" data-roving tabindex="-1" aria-label=${name} title=${name} @click=${item.act}>${icon(item.icon)}</button>`;
    }
    return html`<a class="rail-item" data-roving tabindex=${stop ? 0 : -1} href=${item.href ?? nothing} aria-current=${this.#current(item)} aria-label=${name} title=${name}>
      ${icon(item.icon)}<span class="rail-label" aria-hidden="true">${item.label}</span>
      ${mark?.count ? html`<span class="count rail-count" aria-hidden="true">${mark.count > MOST ? `${MOST}+` : mark.count}</span>` : nothing}</a>`;
  }

  /** @param {RailItem} item */
  #current({ href, under = [] }) {
    if (!href) return nothing;
    if (this.here === href) return "page";
    const starts = [href === "/" ? "/c" : href, ...under];
    return starts.some((start) => this.here === start || this.here.startsWith(`${start}/`)) ? "true" : nothing;
  }
}

customElements.define("canopy-rail", Rail);
