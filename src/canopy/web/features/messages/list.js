/** The list of messages: `feed` with one roving Tab stop, dividers, and the way down to what is new. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { eachMidnight } from "../../base/time.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { messageRow } from "../../parts/message-row.js";
import { failure, notice, skeleton } from "../../parts/notice.js";
import { itemsOf } from "./rows.js";
import { ScrollKeeper } from "./scroll.js";
import { beginning, beginningAdvice, feedName, newBelow, words } from "./strings.js";

const PATIENCE = 150; // ms before a place that loads shows anything at all
const LATE = 5000; // ms after which it says so and offers to try again

/** @typedef {import("../../parts/message-row.js").Row} Row */

export class MessageList extends LightElement {
  static properties = {
    channel: {},
    purpose: {},
    view: { attribute: false },
    pending: { attribute: false },
    actions: { attribute: false },
    origins: { attribute: false },
    nodes: {},
    current: { state: true },
    fresh: { state: true },
    waited: { state: true },
  };

  constructor() {
    super();
    this.channel = "";
    this.purpose = "";
    /** @type {import("./conversation.js").View} */
    this.view = { rows: [], status: "loading", older: "none", error: null };
    /** @type {Row[]} */
    this.pending = [];
    /** @type {import("../../parts/message-row.js").RowActions & {older: () => void, reload: () => void, atEnd: () => void}} */
    this.actions = /** @type {any} */ (undefined);
    /** @type {import("../../base/types.js").Origins} */
    this.origins = new Map();
    /** On how many nodes its readers are. */
    this.nodes = 1;
    /** Key of the row that Tab reaches; the newest unless somebody moved. @type {string | null} */
    this.current = null;
    /** Rows that came below while the reader was elsewhere. */
    this.fresh = 0;
    /** How long the first rows have been awaited, as far as it shows. @type {"briefly" | "some time" | "long"} */
    this.waited = "briefly";
    /** @type {string | undefined} */
    this.lastKey = undefined;
    /** @type {ScrollKeeper | null} */
    this.keeper = null;
  }

  connectedCallback() {
    super.connectedCallback();
    const timers = [setTimeout(() => (this.waited = "some time"), PATIENCE), setTimeout(() => (this.waited = "long"), LATE)];
    this.stops.add(() => timers.forEach(clearTimeout), eachMidnight(() => this.requestUpdate()));
  }

  firstUpdated() {
    const scroller = /** @type {HTMLElement} */ (this.querySelector(".scroller"));
    const content = /** @type {HTMLElement} */ (this.querySelector(".scroller-inner"));
    this.keeper = new ScrollKeeper(scroller, content, {
      onEnd: (atEnd) => this.#reachedEnd(atEnd),
      onNearStart: () => this.view.older === "some" && this.actions.older(),
    });
    this.stops.add(() => this.keeper?.stop());
  }

  /** Goes to the newest row and stays there. */
  toNewest() {
    this.keeper?.toEnd();
  }

  /** @param {import("../../vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    this.keeper?.capture();
    if (changed.has("view")) this.#countFresh();
  }

  updated() {
    this.keeper?.restore();
    if (this.keeper?.atEnd) this.actions.atEnd();
  }

  render() {
    const rows = [...this.view.rows, ...this.pending];
    return html`
      <div class="scroller">
        <div class="scroller-inner">
          ${this.#top()}
          <div role="feed" id="messages" aria-label=${feedName(this.channel)} aria-busy=${this.#busy() ? "true" : "false"}
            @keydown=${this.#pressed} @focusin=${this.#focused}>
            ${repeat(itemsOf(rows, new Date()), (item) => item.key, (item) => this.#item(item, rows))}
          </div>
        </div>
      </div>
      ${this.fresh > 0 ? this.#jump() : nothing}`;
  }

  /** @param {import("./rows.js").Item} item @param {Row[]} rows */
  #item(item, rows) {
    if (item.kind === "day") return html`<div class="day"><span>${item.label}</span></div>`;
    const current = this.current && rows.some((row) => row.key === this.current) ? this.current : rows.at(-1)?.key;
    const total = this.view.older === "none" ? rows.length : -1;
    const { head, position, row } = item;
    return messageRow(row, { head, current: item.key === current, position, total, origins: this.origins }, this.actions);
  }

  #top() {
    const { status, older, error } = this.view;
    if (status === "failed") return failure(words.loadFailed, words.nothingLost, error, this.actions.reload);
    if (status === "loading") return this.#waiting();
    if (older === "loading" || older === "some") return html`<div class="older">${words.loadingOlder}</div>`;
    if (older === "failed") {
      return html`<div class="older" role="alert"><span>${words.olderFailed}
        <button class="button" type="button" @click=${this.actions.older}>${words.retry}</button></span></div>`;
    }
    return html`<div class="beginning">
      <h2>${beginning(this.channel)}</h2><p>${beginningAdvice(this.channel, this.purpose, this.nodes)}</p>
    </div>`;
  }

  #waiting() {
    if (this.waited === "briefly") return nothing;
    const late = { action: { label: words.retry, act: this.actions.reload } };
    return html`${this.waited === "long" ? notice(words.slow, words.slowAdvice, late) : nothing}${skeleton(6)}`;
  }

  #jump() {
    return html`<div class="jump"><button class="button" type="button" @click=${() => this.toNewest()}>
      ${icon("down")}${newBelow(this.fresh)}</button></div>`;
  }

  #busy() {
    return this.view.status === "loading" || this.view.older === "loading";
  }

  #countFresh() {
    const { rows } = this.view;
    const last = rows.findLastIndex((row) => row.key === this.lastKey);
    if (last >= 0 && this.keeper && !this.keeper.atEnd) {
      this.fresh += rows.slice(last + 1).filter((row) => !row.own).length;
    }
    this.lastKey = rows.at(-1)?.key;
  }

  /** @param {boolean} atEnd */
  #reachedEnd(atEnd) {
    if (atEnd) this.fresh = 0;
  }

  /** @param {FocusEvent} event */
  #focused(event) {
    this.current = keyOf(event.target);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = this.#target(event.key, [...this.querySelectorAll("article")], keyOf(event.target));
    if (!target) return;
    event.preventDefault();
    target.focus();
  }

  /** @param {string} key @param {HTMLElement[]} articles @param {string | null} here */
  #target(key, articles, here) {
    const index = articles.findIndex((article) => article.dataset.key === here);
    if (index < 0) return undefined;
    const most = articles.length - 1;
    /** @type {Record<string, number>} */
    const to = {
      ArrowDown: index + 1, j: index + 1, ArrowUp: index - 1, k: index - 1,
      PageDown: index + 10, PageUp: index - 10, Home: 0, End: most,
    };
    return key in to ? articles[Math.max(0, Math.min(most, to[key] ?? 0))] : undefined;
  }
}

/** @param {EventTarget | null} target */
function keyOf(target) {
  const article = target instanceof Element ? target.closest("article") : null;
  return article?.dataset.key ?? null;
}

customElements.define("canopy-messages", MessageList);
