/** Searching one channel, beside it. The address holds what is asked, so Back and a copied link find it again. */

import { html, nothing, render, repeat } from "../../vendor/lit.js";
import { pathOfReference } from "../../base/reference.js";
import { clockTime, dayLabel, fullTime } from "../../base/time.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { failure, notice } from "../../parts/notice.js";
import { around, pieces } from "./found.js";
import { rowOf } from "./rows.js";
import { foundCount, searchName, words } from "./strings.js";

const PAUSE = 150; // ms after the last key
const PAGE = 30;
const LEAST = 2; // letters

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("../../parts/message-row.js").Row} Row */

/** @type {import("../../base/types.js").MountInside} */
export function mount(root, app, params) {
  render(html`<canopy-search .app=${app} .channelId=${params.channel}></canopy-search>`, root);
  return { name: "search", title: "", unmount: () => render(nothing, root) };
}

export class ChannelSearch extends LightElement {
  static properties = { app: { attribute: false }, channelId: {}, asked: { state: true }, order: { state: true }, hits: { state: true }, error: { state: true } };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    this.channelId = "";
    const query = new URLSearchParams(location.search);
    this.asked = query.get("q") ?? "";
    this.order = query.get("order") === "best" ? "best" : "recent";
    /** Null until something was asked. @type {{rows: Row[], cursor: string | null} | null} */
    this.hits = null;
    /** @type {unknown} */
    this.error = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** The question under way. */
    this.asking = new AbortController();
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.channels);
    this.stops.listen(window, "keydown", (event) => this.#pressed(event));
    this.stops.add(() => clearTimeout(this.timer), () => this.asking.abort());
    if (this.asked) void this.#search("");
  }

  async firstUpdated() {
    await new Promise(requestAnimationFrame); // the frame focuses the heading of a panel first
    await new Promise(requestAnimationFrame);
    this.querySelector("input")?.focus();
  }

  render() {
    const name = this.app.channels.value?.find(({ id }) => id === this.channelId)?.name ?? this.channelId;
    return html`<header class="place-header">
        <h2 class="place-name" tabindex="-1">${words.search}</h2>
        <a class="icon-button aside-close" href=${this.#path} aria-label=${words.closeSearch} title=${words.closeSearch}>${icon("cross")}</a>
      </header>
      <div class="search-ask" role="search">
        <div class="field-box">${icon("search")}<input type="search" aria-label=${searchName(name)} placeholder=${searchName(name)}
          autocomplete="off" spellcheck="false" .value=${this.asked} @input=${this.#typed} @keydown=${this.#entered}></div>
        <div class="segments" role="group" aria-label=${words.order}>${this.#orderButton("recent", words.newestFirst)}${this.#orderButton("best", words.bestMatch)}</div>
      </div>
      <div class="search-hits">
        <p class="search-count" role="status">${this.hits ? foundCount(this.hits.rows.length, this.hits.cursor !== null) : nothing}</p>
        ${this.#results()}
      </div>`;
  }

  /** @param {"recent" | "best"} order @param {string} label */
  #orderButton(order, label) {
    return html`<button type="button" aria-pressed=${this.order === order ? "true" : "false"} @click=${() => this.#reorder(order)}>${label}</button>`;
  }

  #results() {
    const path = pathOfReference(this.asked);
    if (path) return html`<a class="button hit-message" href=${path}>${words.toMessage}</a>`;
    if (this.error) return failure(words.searchFailed, words.nothingLost, this.error, () => void this.#search(""));
    if (!this.hits) return html`<p class="search-hint">${words.searchHint}</p>`;
    if (this.hits.rows.length === 0) return notice(words.nothingFound, words.nothingFoundAdvice);
    return html`<ol class="hits">${repeat(this.hits.rows, (row) => row.id, (row) => this.#hit(row))}</ol>
      ${this.hits.cursor
        ? html`<button class="button" type="button" @click=${() => void this.#search(this.hits?.cursor ?? "")}>${words.moreHits}</button>`
        : nothing}`;
  }

  /** @param {Row} row */
  #hit(row) {
    return html`<li><a class="hit" href="${this.#path}/${encodeURIComponent(row.id ?? "")}">
      <span class="hit-head"><b dir="auto">${row.author.name}</b>
        <time datetime=${row.at.toISOString()} title=${fullTime(row.at)}>${dayLabel(row.at, new Date())}, ${clockTime(row.at)}</time></span>
      <span class="hit-text" dir="auto">${pieces(around(row.content, this.asked), this.asked).map(({ text, hit }) => (hit ? html`<mark>${text}</mark>` : text))}</span>
    </a></li>`;
  }

  get #path() {
    return `/c/${encodeURIComponent(this.channelId)}`;
  }

  /** @param {InputEvent} event */
  #typed(event) {
    this.asked = /** @type {HTMLInputElement} */ (event.target).value;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.#search(""), PAUSE);
  }

  /** @param {KeyboardEvent} event */
  #entered(event) {
    const path = pathOfReference(this.asked);
    if (event.key === "Enter" && !event.isComposing) path ? this.app.router.go(path) : void this.#search("");
    if (event.key === "ArrowDown") /** @type {HTMLElement | null} */ (this.querySelector(".hit, .hit-message"))?.focus();
  }

  /** @param {"recent" | "best"} order */
  #reorder(order) {
    this.order = order;
    void this.#search("");
  }

  /** @param {string} cursor empty for the first page */
  async #search(cursor) {
    clearTimeout(this.timer);
    this.asking.abort();
    this.asking = new AbortController();
    const asked = this.asked.trim();
    const query = new URLSearchParams({ q: asked, ...(this.order === "best" ? { order: "best" } : {}) });
    history.replaceState(history.state, "", `${this.#path}/search${asked ? `?${query}` : ""}`);
    if (asked.length < LEAST || pathOfReference(asked)) return void (this.hits = null);
    const more = new URLSearchParams({ ...Object.fromEntries(query), limit: String(PAGE), ...(cursor ? { cursor } : {}) });
    try {
      const page = await this.app.api.get(`/channels/${encodeURIComponent(this.channelId)}/search?${more}`, { signal: this.asking.signal });
      const rows = page.messages.map((/** @type {import("../../base/types.js").Message} */ message) => rowOf(message, this.app.me.user_id));
      this.error = null;
      this.hits = { rows: cursor ? [...(this.hits?.rows ?? []), ...rows] : rows, cursor: page.next_cursor };
    } catch (error) {
      if (!this.asking.signal.aborted) this.error = error;
    }
    return undefined;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
    event.preventDefault();
    this.app.router.go(this.#path);
  }
}

customElements.define("canopy-search", ChannelSearch);
