/** All channels in one list, to find one, to come back to one, or to look into the archive. */

import { html, nothing, render, repeat } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { cleanName } from "../../base/text.js";
import { ago } from "../../base/time.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { failure, notice, skeleton } from "../../parts/notice.js";
import { isArchived } from "./channels.js";
import { askForChannel } from "./new.js";
import { hrefOf } from "./sidebar.js";
import { memberCount, words } from "./strings.js";

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("../../base/types.js").Channel} Channel */
/** @typedef {"all" | "archived" | "left"} Tab */

/** @type {import("../../base/types.js").MountInside} */
export function mount(root, app) {
  render(html`<canopy-browse .app=${app}></canopy-browse>`, root);
  return { name: "browse", title: words.browseTitle, unmount: () => render(nothing, root) };
}

const QUERY = { all: "limit=100", archived: "archived=true&limit=100", left: "left=true&limit=100" };

export class Browse extends LightElement {
  static properties = { app: { attribute: false }, tab: { state: true }, wanted: { state: true }, others: { state: true }, error: { state: true } };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {Tab} */
    this.tab = "all";
    this.wanted = "";
    /** What stands under the tabs but the first. @type {Channel[] | null} */
    this.others = null;
    /** @type {unknown} */
    this.error = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.channels, this.app.peers.origins);
    this.stops.add(this.app.channels.subscribe(() => this.tab !== "all" && void this.#load()));
  }

  render() {
    return html`<header class="place-header">
        <a class="icon-button to-list" href="/" aria-label=${words.backToList} title=${words.backToList}>${icon("back")}</a>
        <h1 class="place-name" tabindex="-1">${icon("list")}<span>${words.browseTitle}</span></h1>
        <button class="button is-primary place-act" type="button" aria-haspopup="dialog" aria-label=${words.create} @click=${() => askForChannel(this.app)}>${icon("plus")}<span>${words.create}</span></button>
      </header>
      <div class="page" data-drawn><div class="page-inner">
        <div class="filter">
          <label class="field-box">${icon("search")}<input type="search" aria-label=${words.find} placeholder=${words.find} autocomplete="off"
            @input=${(/** @type {any} */ event) => (this.wanted = event.target.value)}></label>
          <div class="segments" role="group" aria-label=${words.which}>${/** @type {Tab[]} */ (["all", "archived", "left"]).map((tab) => html`
            <button type="button" aria-pressed=${this.tab === tab ? "true" : "false"} @click=${() => this.#show(tab)}>${words[tab]}</button>`)}</div>
        </div>
        ${this.#content()}
      </div></div>`;
  }

  #content() {
    const channels = this.tab === "all" ? (this.app.channels.value?.filter((channel) => !isArchived(channel)) ?? null) : this.others;
    if (this.error) return failure(words.loadFailed, words.loadFailedAdvice, this.error, () => void this.#load());
    if (channels === null) return skeleton(4);
    const q = this.wanted.trim().replace(/^#/u, "").toLocaleLowerCase();
    const found = channels.filter(({ name, description, topic }) => `${name} ${description} ${topic}`.toLocaleLowerCase().includes(q));
    return html`<p class="sr-only" role="status">${q ? fill(words.found, { n: found.length }) : ""}</p>
      ${found.length === 0 ? this.#empty(q) : html`<ul class="list">${repeat(found, ({ id }) => id, (channel) => this.#row(channel))}</ul>`}`;
  }

  /** @param {string} q */
  #empty(q) {
    if (q) return notice(words.noneFound, words.noneFoundAdvice);
    if (this.tab === "archived") return notice(words.noneArchived, words.noneArchivedAdvice);
    return this.tab === "left" ? notice(words.noneLeft, words.noneLeftAdvice) : notice(words.none, words.noneAdvice);
  }

  /** @param {Channel} channel */
  #row(channel) {
    const name = cleanName(channel.name);
    const node = channel.origin_peer ? this.app.peers.origins.value.get(channel.origin_peer)?.name : "";
    const about = channel.description || channel.topic;
    const facts = [memberCount(channel.member_count), channel.last_message_at && fill(words.lastActive, { when: ago(new Date(channel.last_message_at)) }), node && fill(words.fromNode, { node })];
    return html`<li class="list-row">
      <span class="list-mark">${icon("hash")}</span>
      <div class="list-main"><h2 dir="auto"><a href=${hrefOf(channel)}>${name}</a></h2>
        ${about ? html`<p class="quiet is-one-line" dir="auto">${about}</p>` : nothing}
        <p class="quiet is-meta">${facts.filter(Boolean).join(" · ")}</p></div>
      ${this.tab === "left"
        ? html`<button class="button" type="button" aria-label=${fill(words.joinName, { name })} @click=${() => void this.#join(channel)}>${words.join}</button>`
        : html`<a class="button" href=${hrefOf(channel)} aria-label=${fill(words.openName, { name })}>${words.open}</a>`}
    </li>`;
  }

  /** @param {Tab} tab */
  #show(tab) {
    this.tab = tab;
    this.others = null;
    this.error = null;
    if (tab !== "all") void this.#load();
  }

  async #load() {
    const { tab } = this;
    try {
      const { channels } = await this.app.api.get(`/channels?${QUERY[tab]}`);
      if (tab === this.tab) [this.others, this.error] = [channels, null];
    } catch (error) {
      if (tab === this.tab) this.error = error;
    }
  }

  /** @param {Channel} channel */
  async #join(channel) {
    try {
      await this.app.api.post(`/channels/${encodeURIComponent(channel.id)}/members`, { user_id: this.app.me.user_id });
      await this.app.reloadChannels();
      this.app.router.go(hrefOf(channel));
    } catch (error) {
      this.error = error;
    }
  }
}

customElements.define("canopy-browse", Browse);
