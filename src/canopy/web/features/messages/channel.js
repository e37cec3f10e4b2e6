/** The screen of a channel: header, list, composer, and what connects them. */

import { html, nothing, render } from "../../vendor/lit.js";
import { markPainted } from "../../base/time.js";
import "../../parts/composer.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { notice } from "../../parts/notice.js";
import "./announcer.js";
import { Conversation } from "./conversation.js";
import "./list.js";
import { pendingRow } from "./rows.js";
import { audience, composerName, members, words } from "./strings.js";

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("../../base/types.js").Member} Member */

/** @type {import("../../base/types.js").MountInside} */
export function mount(root, app, params) {
  const id = params.channel ?? "";
  render(html`<canopy-channel .app=${app} .channelId=${id}></canopy-channel>`, root);
  return {
    name: "channel",
    get title() {
      return `#${nameOf(app, id)}`;
    },
    update: ({ channel, message, thread }) => channel === id && !message && !thread,
    unmount: () => render(nothing, root),
  };
}

/** @type {import("../../parts/message-row.js").Row[]} the same each time, so that it is no change */
const NOTHING = [];

/** @param {SignedInApp} app @param {string} id */
function nameOf(app, id) {
  return app.channels.value?.find((channel) => channel.id === id)?.name ?? id;
}

export class ChannelScreen extends LightElement {
  static properties = { app: { attribute: false }, channelId: {}, members: { state: true } };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    this.channelId = "";
    /** @type {Member[] | null} */
    this.members = null;
    /** @type {Conversation} */
    this.conversation = /** @type {any} */ (undefined);
  }

  connectedCallback() {
    super.connectedCallback();
    const { outbox, stream, channels, peers } = this.app;
    this.place = `channel:${this.channelId}`;
    this.conversation = new Conversation(this.app, this.channelId);
    this.conversation.onArrived = (rows) => /** @type {any} */ (this.querySelector("canopy-announcer"))?.say(rows);
    this.follow(this.conversation.view, outbox.items, channels, peers.origins);
    this.stops.add(
      () => this.conversation.stop(),
      outbox.onSent((message) => this.conversation.acknowledged(message)),
      outbox.items.subscribe(() => this.conversation.settleEarly()),
      stream.onEvents((events) => this.#hear(events)),
      stream.onReset(() => this.#load()),
    );
    void this.#load();
  }

  /** Resolves when the first rows have been drawn. */
  async #load() {
    await Promise.all([this.conversation.load(), this.#loadMembers()]);
  }

  async #loadMembers() {
    try {
      const { members } = await this.app.api.get(`/channels/${encodeURIComponent(this.channelId)}/members`);
      this.members = members;
    } catch {
      // The header then says nothing about members; the list of messages reports what is wrong.
    }
  }

  /** @param {import("../../base/types.js").LiveEvent[]} events */
  #hear(events) {
    this.conversation.hear(events);
    const about = (/** @type {import("../../base/types.js").LiveEvent} */ event) =>
      event.event_type === "channel.state.updated" && event.channel_id === this.channelId;
    // A peer brings its people along, and the composer says who reads.
    if (events.some((event) => about(event) || event.event_type === "peer.changed")) void this.#loadMembers();
  }

  render() {
    const view = this.conversation.view.value;
    if (view.status === "missing") return notice(words.unavailable, words.unavailableAdvice, { heading: "h1" });
    return html`${this.#header()}
      <canopy-messages .channel=${this.#name} .purpose=${this.#channel?.description ?? ""} .view=${view}
        .pending=${this.#pending()} .actions=${this.#actions} .origins=${this.app.peers.origins.value}
        .nodes=${this.#nodes()}></canopy-messages>
      <canopy-announcer></canopy-announcer>
      <canopy-composer .label=${composerName(this.#name)} .place=${this.place} .drafts=${this.app.drafts}
        .audience=${audience(this.#name, this.members?.length ?? null, this.#nodes())}
        @send-text=${this.#send}></canopy-composer>`;
  }

  get #channel() {
    return this.app.channels.value?.find((channel) => channel.id === this.channelId);
  }

  get #name() {
    return nameOf(this.app, this.channelId);
  }

  #header() {
    const topic = this.#channel?.topic || this.#channel?.description;
    const about = `/c/${encodeURIComponent(this.channelId)}/about`;
    return html`<header class="place-header">
      <a class="icon-button to-list" href="/" aria-label=${words.backToList} title=${words.backToList}>${icon("back")}</a>
      <h1 class="place-name" tabindex="-1">${icon("hash")}<span>${this.#name}</span></h1>
      ${this.members ? html`<a class="place-facts" href="${about}/members">${members(this.members.length)}</a>` : nothing}
      ${topic ? html`<span class="place-topic" title=${topic}>${topic}</span>` : nothing}
      <a class="icon-button place-act" href="${about}/settings" aria-label=${words.details} title=${words.details}>${icon("info")}</a>
    </header>`;
  }

  #nodes() {
    return new Set((this.members ?? []).map((member) => member.origin_peer ?? "")).size;
  }

  /** What the outbox still holds and the list does not show yet. */
  #pending() {
    if (this.app.outbox.items.value.length === 0) return NOTHING;
    const shown = new Set(this.conversation.view.value.rows.map((row) => row.key));
    return this.app.outbox.items.value
      .filter((item) => item.place === this.place && !shown.has(item.clientId))
      .map((item) => pendingRow(item, this.app.me));
  }

  #actions = {
    retry: (/** @type {string} */ key) => this.app.outbox.retry(key),
    discard: (/** @type {string} */ key) => this.app.outbox.discard(key),
    edit: (/** @type {string} */ key) => this.#takeBack(key),
    older: () => void this.conversation.loadOlder(),
    reload: () => void this.#load(),
    atEnd: () => this.conversation.trim(),
  };

  /** @param {string} key */
  #takeBack(key) {
    const item = this.app.outbox.items.value.find((each) => each.clientId === key);
    if (!item) return;
    this.app.outbox.discard(key);
    /** @type {import("../../parts/composer.js").Composer | null} */ (this.querySelector("canopy-composer"))?.takeBack(item.content);
  }

  /** @param {CustomEvent<string>} event */
  #send(event) {
    const item = this.app.outbox.send(/** @type {string} */ (this.place), this.channelId, event.detail);
    /** @type {import("./list.js").MessageList | null} */ (this.querySelector("canopy-messages"))?.toNewest();
    markPainted(`send:${item.clientId}:painted`);
  }
}

customElements.define("canopy-channel", ChannelScreen);
