/**
 * What can be done with the message under the pointer or the focus. There is one toolbar for a whole list: it moves
 * from row to row, because two hundred of them would be what a list mostly draws.
 */

import { html, nothing } from "../../vendor/lit.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import "../../parts/menu.js";
import { recentEmoji } from "../../parts/recent-emoji.js";
import { words as shared } from "../../parts/strings.js";
import { rowMenu } from "./row-menu.js";
import { openSheet } from "./sheet.js";
import { words } from "./strings.js";

const NARROW = matchMedia("(max-width: 599px)");
const QUICK = 3; // emoji that need no picker

/** @typedef {import("../../parts/message-row.js").Row} Row */

export class MessageToolbar extends LightElement {
  static properties = { row: { attribute: false }, acts: { attribute: false } };

  constructor() {
    super();
    /** @type {Row | null} */
    this.row = null;
    /** @type {import("./acts.js").Acts} */
    this.acts = /** @type {any} */ (undefined);
  }

  connectedCallback() {
    super.connectedCallback();
    this.stops.listen(NARROW, "change", () => this.requestUpdate());
    this.follow(this.acts.app.saved);
  }

  /** Whether somebody is in the middle of using it. */
  get busy() {
    return this.querySelector(":popover-open") !== null;
  }

  /** @param {HTMLElement} article @param {Row} row */
  moveTo(article, row) {
    this.row = row;
    if (this.parentElement !== article) article.append(this);
  }

  /** One Tab stop for all of them, as a toolbar has; arrows move in it. */
  async updated() {
    await /** @type {import("../../parts/menu.js").MenuButton | null} */ (this.querySelector("canopy-menu"))?.updateComplete;
    for (const [index, button] of this.#buttons().entries()) button.tabIndex = index === 0 ? 0 : -1;
  }

  #buttons() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll("button:not([role=menuitem])")]);
  }

  render() {
    const { row } = this;
    if (!row || row.id === null || row.deleted) return nothing;
    return html`<div class="toolbar" role="toolbar" aria-label=${shared.actions} @keydown=${this.#pressed}>
      ${NARROW.matches ? this.#more(row) : this.#all(row)}
    </div>`;
  }

  /** @param {Row} row */
  #all(row) {
    const inThread = this.acts.conversation.source.root !== null;
    const saved = this.acts.app.saved.value.has(row.id ?? "");
    return html`${recentEmoji(QUICK).map((emoji) => html`<button class="icon-button toolbar-emoji" type="button"
        aria-label=${emoji} title=${emoji} @click=${() => void this.acts.reactQuickly(row, emoji)}>${emoji}</button>`)}
      <button class="icon-button" type="button" aria-label=${shared.react} title=${shared.react}
        @click=${(/** @type {Event} */ event) => this.acts.pickReaction(row, /** @type {HTMLElement} */ (event.currentTarget))}>${icon("smile")}</button>
      ${inThread
        ? nothing
        : html`<button class="icon-button" type="button" aria-label=${shared.replyInThread} title=${shared.replyInThread}
            @click=${() => this.acts.openThread(row)}>${icon("reply")}</button>`}
      <button class="icon-button" type="button" aria-label=${shared.save} title=${saved ? words.unsave : words.save} aria-pressed=${saved ? "true" : "false"}
        @click=${() => void this.acts.save(row)}>${icon("star")}</button>
      <canopy-menu .label=${shared.more} .source=${() => rowMenu(this.acts, row)}></canopy-menu>`;
  }

  /** @param {Row} row */
  #more(row) {
    return html`<button class="icon-button" type="button" aria-label=${shared.more} title=${shared.more}
      @click=${() => void openSheet(this.acts, row)}>${icon("more")}</button>`;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.target instanceof Element && event.target.closest("[role=menu]")) return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = this.#buttons();
    const here = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    buttons[(here + step + buttons.length) % buttons.length]?.focus();
  }
}

customElements.define("canopy-toolbar", MessageToolbar);
