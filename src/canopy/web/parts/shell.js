/** The frame around every place: skip links, rail, sidebar, main, status. Its contents are handed in. */

import { html, nothing } from "../vendor/lit.js";
import { rove } from "../base/keys.js";
import { SIDEBAR, prefer, preferences } from "../base/preferences.js";
import { LightElement } from "./element.js";
import { icon } from "./icons.js";
import { words } from "./strings.js";

/**
 * @typedef {object} Slots
 * @property {"list" | "page" | "place" | "panel"} page which of them a narrow screen shows
 * @property {boolean} conversation
 * @property {string | null} panel the name of the landmark beside the place
 * @property {unknown} banner
 * @property {unknown} rail
 * @property {unknown} account
 * @property {unknown} sidebar
 * @property {unknown} status
 */

/** @param {Slots} slots */
export function shell({ page, conversation, panel, banner, rail, account, sidebar, status }) {
  return html`
    <div class="skip-links">${conversation ? toConversation() : html`<a href="#main" @click=${skipTo("h1")}>${words.skipToContent}</a>`}</div>
    ${banner}
    <div class="shell" data-page=${page}>
      <nav class="rail" aria-label=${words.main} @keydown=${rove}>
        ${rail}
        ${account}
      </nav>
      <nav class="sidebar" aria-label=${words.conversations} @keydown=${rove}>${sidebar}</nav>
      ${sizer(words.resize)}
      <main class="main" id="main">
        <canopy-drawer></canopy-drawer>
        <div data-screen></div>
      </main>
      ${panel === null ? nothing : html`<aside class="aside" aria-label=${panel}><div data-panel></div></aside>`}
      <footer class="status" aria-label=${words.status}>${status}</footer>
    </div>`;
}

function toConversation() {
  return html`<a href="#messages" @click=${skipTo(".message[tabindex='0']", "[role=feed]")}>${words.skipToMessages}</a>
    <a href="#composer" @click=${skipTo("#composer")}>${words.skipToComposer}</a>`;
}

/** Fragment links would enter the history, so the focus is moved by hand. @param {...string} selectors */
function skipTo(...selectors) {
  return (/** @type {Event} */ event) => {
    event.preventDefault();
    for (const selector of selectors) {
      const target = /** @type {HTMLElement | null} */ (document.querySelector(selector));
      if (!target) continue;
      if (target.tabIndex < 0) target.tabIndex = -1;
      target.focus();
      return;
    }
  };
}

/** The edge between the list and the place, which a pointer moves; the settings have the same as a slider. @param {string} label */
function sizer(label) {
  return html`<div class="sizer" title=${label} aria-hidden="true" @pointerdown=${grab} @dblclick=${() => prefer({ sidebar: SIDEBAR.usual })}></div>`;
}

/** @param {PointerEvent} event */
function grab(event) {
  const edge = /** @type {HTMLElement} */ (event.currentTarget);
  const start = preferences.value.sidebar;
  const from = event.clientX;
  const sign = getComputedStyle(edge).direction === "rtl" ? -1 : 1;
  const move = (/** @type {PointerEvent} */ moved) => {
    const wanted = start + sign * (moved.clientX - from);
    prefer({ sidebar: Math.round(Math.max(SIDEBAR.least, Math.min(SIDEBAR.most, wanted))) });
  };
  edge.setPointerCapture(event.pointerId);
  edge.addEventListener("pointermove", move);
  edge.addEventListener("lostpointercapture", () => edge.removeEventListener("pointermove", move), { once: true });
}

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

const MOST_MARKED = 9;
const TABLET = matchMedia("(min-width: 600px) and (max-width: 899px)");

/** In the header of every place on a tablet: what opens the list of conversations. */
class DrawerButton extends LightElement {
  connectedCallback() {
    super.connectedCallback();
    this.stops.listen(TABLET, "change", () => this.requestUpdate());
  }

  render() {
    if (!TABLET.matches) return nothing;
    return html`<button class="icon-button drawer-open" type="button" aria-label=${words.showConversations} title=${words.showConversations}
      aria-expanded="false" @click=${this.#open}>${icon("menu")}</button>`;
  }

  /** @param {Event} event */
  async #open({ currentTarget }) {
    const { Drawer } = await import("./drawer.js");
    new Drawer(/** @type {HTMLElement} */ (currentTarget)).open();
  }
}

customElements.define("canopy-drawer", DrawerButton);

/** The places of the app at the edge of the page; on a phone the tabs at its foot. */
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
      ${mark?.count ? html`<span class="count rail-count" aria-hidden="true">${mark.count > MOST_MARKED ? `${MOST_MARKED}+` : mark.count}</span>` : nothing}</a>`;
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
