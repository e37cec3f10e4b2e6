/** A button that opens a menu: arrows, Home, End and first letters move in it, Escape and a click elsewhere close it. */

import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { icon } from "./icons.js";

const GAP = 4; // px between the button and its menu
const EDGE = 8; // px between the menu and the edge of the window
const SCROLLS = { capture: true, passive: true }; // those of any element
let made = 0;

/**
 * @typedef {object} MenuItem
 * @property {string} label
 * @property {() => void} act
 * @property {boolean} [danger]
 * @property {string} [hint] what it means, in small words below
 * @property {boolean} [checked] for one of several ways: whether it is the present one
 */

export class MenuButton extends LightElement {
  static properties = { label: {}, icon: {}, items: { attribute: false }, source: { attribute: false }, stop: { attribute: false } };

  constructor() {
    super();
    /** The accessible name of the button. */
    this.label = "";
    /** @type {keyof typeof import("./icons.js").PATHS} */
    this.icon = "more";
    /** @type {MenuItem[]} */
    this.items = [];
    /** Where the items come from when they are only known at the moment. @type {(() => Promise<MenuItem[]>) | null} */
    this.source = null;
    /** Whether Tab stops at the button: 0, or -1 where arrows lead to it. */
    this.stop = 0;
    this.name = `menu-${(made += 1)}`;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("scroll", this.#place, SCROLLS);
  }

  focus() {
    this.querySelector("button")?.focus();
  }

  render() {
    return html`<button class="icon-button" type="button" data-roving tabindex=${this.stop} popovertarget=${this.name} aria-haspopup="menu" aria-label=${this.label}
        title=${this.label}>${icon(this.icon)}</button>
      <div class="menu" id=${this.name} popover @toggle=${this.#toggled}>
        <div role="menu" aria-label=${this.label} @keydown=${this.#pressed}>${this.items.map((item) => this.#item(item))}</div>
      </div>`;
  }

  /** @param {MenuItem} item */
  #item(item) {
    const { label, hint, checked, danger } = item;
    const way = checked !== undefined;
    return html`<button role=${way ? "menuitemradio" : "menuitem"} aria-checked=${way ? String(checked) : nothing} type="button" tabindex="-1"
      class=${danger ? "is-danger" : ""} @click=${() => this.#chosen(item)}>${hint ? html`<span>${label}<small>${hint}</small></span>` : label}</button>`;
  }

  #menu() {
    return /** @type {HTMLElement | null} */ (this.querySelector("[popover]"));
  }

  #entries() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[role^=menuitem]")]);
  }

  /** The menu gives the focus back first, so that a dialog which the item opens knows where to return it. @param {MenuItem} item */
  #chosen(item) {
    this.#menu()?.hidePopover();
    this.focus();
    item.act();
  }

  /** @param {ToggleEvent} event */
  async #toggled(event) {
    if (event.newState !== "open") {
      removeEventListener("scroll", this.#place, SCROLLS);
      if (this.source) this.items = []; // they may be others the next time
      return;
    }
    if (this.source) {
      this.items = await this.source();
      await this.updateComplete;
    }
    addEventListener("scroll", this.#place, SCROLLS);
    this.#place();
    const entries = this.#entries();
    (entries.find((entry) => entry.ariaChecked === "true") ?? entries[0])?.focus({ preventScroll: true });
  }

  /** Beside its button, wherever that is scrolled to, and inside the window. */
  #place = () => {
    const menu = this.#menu();
    const button = this.querySelector("button");
    if (!button || !menu?.matches(":popover-open")) return;
    const place = button.getBoundingClientRect();
    const below = place.bottom + GAP;
    const fits = below + menu.offsetHeight + EDGE <= innerHeight;
    const rightmost = innerWidth - menu.offsetWidth - EDGE;
    menu.style.left = `${Math.max(EDGE, Math.min(place.right - menu.offsetWidth, rightmost))}px`;
    menu.style.top = `${fits ? below : place.top - menu.offsetHeight - GAP}px`;
  };

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const entries = this.#entries();
    const here = entries.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const target = this.#target(event.key, entries, here);
    if (event.key === "Tab") this.#menu()?.hidePopover();
    if (!target) return;
    event.preventDefault();
    target.focus();
  }

  /** @param {string} key @param {HTMLElement[]} entries @param {number} here */
  #target(key, entries, here) {
    const count = entries.length;
    if (key === "ArrowDown") return entries[(here + 1) % count];
    if (key === "ArrowUp") return entries[(here - 1 + count) % count];
    if (key === "Home") return entries[0];
    if (key === "End") return entries[count - 1];
    if (key.length !== 1) return undefined;
    const round = [...entries.slice(here + 1), ...entries.slice(0, here + 1)];
    return round.find((entry) => entry.textContent?.trim().toLocaleLowerCase().startsWith(key.toLocaleLowerCase()));
  }
}

customElements.define("canopy-menu", MenuButton);
