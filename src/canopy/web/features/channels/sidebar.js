/** The list of conversations: what is unread first, then the favourites, then all others by name. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { cleanName } from "../../base/text.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { isArchived, mentionsIn } from "./channels.js";
import { markedName, unreadName, words } from "./strings.js";

/** @typedef {import("../../base/types.js").Channel} Channel */
/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */

const MOST_MENTIONS = 99;

export class Sidebar extends LightElement {
  static properties = { app: { attribute: false }, here: {}, isPage: {} };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** The address that is open. */
    this.here = "";
    /** Whether a narrow screen shows nothing else, so that its heading is the page's. */
    this.isPage = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.channels, this.app.drafts.places);
  }

  render() {
    const shown = (this.app.channels.value ?? []).filter((channel) => !isArchived(channel));
    const unread = shown.filter((channel) => this.#isUnread(channel));
    const others = shown.filter((channel) => !this.#isUnread(channel));
    const starred = others.filter((channel) => channel.starred);
    const name = words.workspace;
    const stop = this.here === "/c" || this.here === "/saved" || shown.some((channel) => this.#isHere(channel));
    return html`<div class="sidebar-head">
        ${this.isPage ? html`<h1 tabindex="-1">${name}</h1>` : html`<span>${name}</span>`}
        <button class="icon-button" type="button" data-roving tabindex="-1" aria-label=${words.create} title=${words.create} aria-haspopup="dialog"
          @click=${this.#create}>${icon("plus")}</button>
      </div>
      <div class="places">
        <button class="jump-to" type="button" data-roving tabindex=${stop ? -1 : 0} @click=${() => this.app.jump()}>${icon("search")}<span>${words.jump}</span><kbd>Ctrl K</kbd></button>
        ${unread.length > 0 ? this.#group("places-unread", words.unread, unread) : nothing}
        ${starred.length > 0 ? this.#group("places-starred", words.starred, starred) : nothing}
        ${this.#group("places-channels", words.channels, others.filter((channel) => !channel.starred))}
        ${this.#page("/c", "list", words.browse)}
        ${this.#page("/saved", "star", words.savedMessages)}
      </div>`;
  }

  /** @param {string} href @param {Parameters<typeof icon>[0]} mark @param {string} name */
  #page(href, mark, name) {
    const here = this.here === href;
    return html`<a class="place-row is-quiet" data-roving tabindex=${here ? 0 : -1} href=${href} aria-current=${here ? "page" : nothing}>${icon(mark)}<span>${name}</span></a>`;
  }

  /** The channel in view is being read; a muted one calls only by name. @param {Channel} channel */
  #isUnread(channel) {
    const counts = channel.notifications_enabled === false ? mentionsIn(channel) : (channel.unread_count ?? 0);
    return counts > 0 && !this.#isHere(channel);
  }

  /** @param {Channel} channel */
  #isHere(channel) {
    return this.here === hrefOf(channel);
  }

  /** @param {string} id @param {string} title @param {Channel[]} channels */
  #group(id, title, channels) {
    return html`<h2 id=${id}>${title}</h2>
      <ul aria-labelledby=${id}>${repeat(channels, (channel) => channel.id, (channel) => this.#row(channel))}</ul>`;
  }

  /** Bold says unread, a number says that somebody called. @param {Channel} channel */
  #row(channel) {
    const name = cleanName(channel.name);
    const unread = this.#isUnread(channel);
    const mentions = unread ? mentionsIn(channel) : 0;
    const muted = channel.notifications_enabled === false;
    const draft = this.app.drafts.places.value.has(`channel:${channel.id}`) && !this.#isHere(channel);
    const label = markedName(unread ? unreadName(name, mentions) : name, draft, muted);
    return html`<li><a data-roving tabindex=${this.#isHere(channel) ? 0 : -1} class="place-row${unread && !muted ? " is-unread" : ""}${muted ? " is-muted" : ""}" href=${hrefOf(channel)} aria-current=${this.#isHere(channel) ? "page" : nothing}
      aria-label=${label === name ? nothing : label}>${icon("hash")}<span dir="auto">${name}</span>${draft ? icon("pencil") : nothing}${mentions > 0
        ? html`<span class="count">${mentions > MOST_MENTIONS ? `${MOST_MENTIONS}+` : mentions}</span>`
        : nothing}</a></li>`;
  }

  #create = async () => {
    const { askForChannel } = await import("./new.js");
    askForChannel(this.app);
  };
}

/** @param {Channel} channel */
export function hrefOf(channel) {
  return `/c/${encodeURIComponent(channel.id)}`;
}

customElements.define("canopy-sidebar", Sidebar);
