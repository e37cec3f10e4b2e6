/** The messages that somebody saved, the last saved first. */

import { html, nothing, render, repeat } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { cleanName, excerpt } from "../../base/text.js";
import { ago, fullTime } from "../../base/time.js";
import { avatar } from "../../parts/avatar.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { failure, notice, skeleton } from "../../parts/notice.js";
import { loadStyle } from "../../parts/style.js";
import { words } from "./strings.js";

await loadStyle(new URL("./bookmarks.css", import.meta.url));

const PAGE = 50;
const EXCERPT = 280; // characters

/** @typedef {import("./bookmarks.js").Bookmark} Bookmark */

/** @type {import("../../base/types.js").MountInside} */
export function mount(root, app) {
  render(html`<canopy-saved .app=${app}></canopy-saved>`, root);
  return { name: "saved", title: words.title, unmount: () => render(nothing, root) };
}

class Saved extends LightElement {
  static properties = { app: { attribute: false }, rows: { state: true }, more: { state: true }, error: { state: true } };

  constructor() {
    super();
    /** @type {import("../../base/types.js").SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {Bookmark[] | null} */
    this.rows = null;
    /** Whether there are more than those. */
    this.more = false;
    /** How many pages are shown, and how often they were read. */
    this.pages = 1;
    this.reading = 0;
    /** @type {unknown} */
    this.error = null;
  }

  connectedCallback() {
    super.connectedCallback();
    const changed = (/** @type {import("../../base/types.js").LiveEvent[]} */ events) =>
      events.some(({ event_type: type }) => type === "bookmark.changed" || type === "channel.message.deleted") && void this.#load();
    this.stops.add(this.app.stream.onEvents(changed), this.app.stream.onReset(() => void this.#load()));
    this.follow(this.app.channels);
    void this.#load();
  }

  /** Reads all that is shown, or a page more; a later reading overtakes an earlier one. @param {number} pages */
  async #load(pages = this.pages) {
    this.pages = pages;
    const reading = (this.reading += 1);
    try {
      const found = await this.#read(pages);
      if (reading === this.reading) [this.rows, this.more, this.error] = [...found, null];
    } catch (error) {
      if (reading === this.reading && !this.rows) this.error = error;
    }
  }

  /** @param {number} pages @returns {Promise<[Bookmark[], boolean]>} the rows, and whether there are more */
  async #read(pages) {
    /** @type {Bookmark[]} */
    const rows = [];
    let cursor = "";
    for (let page = 0; page < pages && (page === 0 || cursor); page += 1) {
      const answer = await this.app.api.get(`/bookmarks?render=html&limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      rows.push(...answer.bookmarks);
      cursor = answer.next_cursor ?? "";
    }
    return [rows, cursor !== ""];
  }

  render() {
    return html`<header class="place-header">
        <a class="icon-button to-list" href="/" aria-label=${words.backToList} title=${words.backToList}>${icon("back")}</a>
        <h1 class="place-name" tabindex="-1">${icon("star")}<span>${words.title}</span></h1>
      </header>
      <div class="page" data-drawn><div class="page-inner is-narrow">${this.#content()}</div></div>`;
  }

  #content() {
    if (this.error) return failure(words.loadFailed, words.loadFailedAdvice, this.error, () => void this.#load());
    if (!this.rows) return skeleton(3);
    if (this.rows.length === 0) return notice(words.none, words.noneAdvice, { action: { label: words.toChannels, act: () => this.app.router.go("/c") } });
    return html`<ul class="list" aria-label=${words.list}>${repeat(this.rows, ({ id }) => id, (row) => this.#row(row))}</ul>
      ${this.more ? html`<div class="line"><button class="button" type="button" @click=${() => void this.#load(this.pages + 1)}>${words.more}</button></div>` : nothing}`;
  }

  /** @param {Bookmark} row */
  #row({ id, source_id, channel_id, created_at, message }) {
    const author = cleanName(message.display_name) || (message.username ?? "");
    const channel = cleanName(this.app.channels.value?.find((each) => each.id === channel_id)?.name ?? channel_id);
    const href = `/c/${encodeURIComponent(channel_id)}/${encodeURIComponent(source_id)}`;
    const face = { id: message.user_id, name: author, agent: message.account_type === "agent", url: message.avatar_url ?? null };
    return html`<li class="list-row saved-row">
      ${avatar(face)}
      <a class="list-main saved-text" href=${href} aria-label=${fill(words.open, { author, channel })}>
        <span class="is-meta quiet"><bdi>${author}</bdi> · <bdi>${fill(words.inChannel, { channel })}</bdi> · <time datetime=${message.created_at} title=${fullTime(new Date(message.created_at))}>${ago(new Date(message.created_at))}</time></span>
        <span dir="auto">${excerpt(plain(message), EXCERPT)}</span>
        <span class="is-meta quiet">${fill(words.savedOn, { when: ago(new Date(created_at)) })}</span>
      </a>
      <button class="icon-button" type="button" aria-label=${fill(words.removeOf, { author })} title=${words.remove} @click=${() => this.#remove(id)}>${icon("cross")}</button>
    </li>`;
  }

  /** @param {string} id */
  async #remove(id) {
    try {
      await this.app.api.delete(`/bookmarks/${encodeURIComponent(id)}`);
    } catch {
      const { toast } = await import("../../parts/toast.js");
      toast(words.notRemoved);
    }
    await this.#load();
  }
}

/** What it says, without the marks of its markup. @param {import("../../base/types.js").Message} message */
function plain({ html: marked, content }) {
  return marked ? (new DOMParser().parseFromString(marked, "text/html").body.textContent ?? "") : content;
}

customElements.define("canopy-saved", Saved);
