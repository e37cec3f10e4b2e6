/** What a channel and a thread have in common: a conversation drawn as a list, with a composer below. */

import { html, nothing } from "../../vendor/lit.js";
import { cleanName } from "../../base/text.js";
import { markPainted } from "../../base/time.js";
import "../../parts/composer.js";
import { LightElement } from "../../parts/element.js";
import { Acts } from "./acts.js";
import { Conversation } from "./conversation.js";
import "./list.js";
import { pendingRow } from "./rows.js";
import { audienceWords, lifespans, words } from "./strings.js";

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("../../parts/message-row.js").Row} Row */

/** @type {Row[]} the same each time, so that it is no change */
const NOTHING = [];

/** Another function for other members, so that rows which name them are drawn again.
 *  @param {import("../../base/types.js").Member[]} members @returns {(id: string) => string} */
function namesOf(members) {
  return (id) => {
    const member = members.find((each) => each.user_id === id);
    return cleanName(member?.display_name) || cleanName(member?.username) || words.unknownPerson;
  };
}

export class ConversationFrame extends LightElement {
  static properties = { app: { attribute: false }, channelId: {}, members: { state: true } };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    this.channelId = "";
    /** @type {import("../../base/types.js").Member[] | null} */
    this.members = null;
    this.nameOf = namesOf([]);
    /** @type {Conversation} */
    this.conversation = /** @type {any} */ (undefined);
    /** @type {Acts} */
    this.acts = /** @type {any} */ (undefined);
    /** Id of its text box. */
    this.composerName = "composer";
  }

  connectedCallback() {
    super.connectedCallback();
    const { stream } = this.app;
    this.stops.add(stream.onEvents((events) => this.#hear(events)), stream.onReset(() => void this.#loadMembers()));
    void this.#loadMembers();
  }

  /** @param {import("./conversation.js").Source} source @param {Omit<import("./acts.js").Host, "article" | "audience" | "quote">} host */
  open(source, host) {
    const { outbox, stream, peers, deletions } = this.app;
    this.conversation = new Conversation(this.app, source);
    this.acts = new Acts(this.app, this.conversation, {
      ...host,
      audience: () => audienceWords(this.members?.length ?? null, this.nodes),
      quote: (text) => this.composer?.begin(text),
      article: (row) => this.list?.article(row.id ?? "") ?? null,
    });
    this.follow(outbox.items, peers.origins, deletions.items);
    this.stops.add(
      this.conversation.view.subscribe((view) => this.#viewed(view)),
      () => this.conversation.stop(),
      outbox.onSent((message) => this.conversation.acknowledged(message)),
      outbox.items.subscribe(() => this.conversation.settleEarly()),
      deletions.onDone(({ messageId }, gone) => (gone ? this.conversation.deleted(messageId) : this.conversation.refresh(messageId))),
      stream.onEvents((events) => this.conversation.hear(events)),
      stream.onReset(() => void this.conversation.reload()),
    );
  }

  /** While a reader scrolls, other rows are all that changes, and only the list is concerned.
   *  @param {import("./rows.js").View} view */
  #viewed(view) {
    const { list } = this;
    const same = list?.view.status === view.status && list.view.lead === view.lead;
    if (list && same && this.app.outbox.items.value.length === 0) list.view = view;
    else this.requestUpdate();
  }

  /** On how many nodes its readers are. */
  get nodes() {
    return new Set((this.members ?? []).map((member) => member.origin_peer ?? "")).size;
  }

  async #loadMembers() {
    try {
      this.members = (await this.app.api.get(`/channels/${encodeURIComponent(this.channelId)}/members?limit=200`)).members;
      this.nameOf = namesOf(this.members ?? []);
    } catch {
      // Then nothing is said about members; the list of messages reports what is wrong.
    }
  }

  /** @param {import("../../base/types.js").LiveEvent[]} events */
  #hear(events) {
    const about = (/** @type {import("../../base/types.js").LiveEvent} */ event) =>
      event.event_type === "channel.state.updated" && event.channel_id === this.channelId && !event.message_id;
    // A peer brings its people along, and the composer says who reads.
    if (events.some((event) => about(event) || event.event_type === "peer.changed")) void this.#loadMembers();
  }

  get list() {
    return /** @type {import("./list.js").MessageList | null} */ (this.querySelector("canopy-messages"));
  }

  get composer() {
    return /** @type {import("../../parts/composer.js").Composer | null} */ (this.querySelector(":scope > canopy-composer"));
  }

  /** @param {{name: string, beginning: unknown, newFrom?: string | null, onRest?: () => void, onMarkRead?: () => void}} more */
  drawList({ name, beginning, newFrom = null, onRest, onMarkRead }) {
    return html`<canopy-messages .name=${name} .beginning=${beginning} .view=${this.conversation.view.value}
      .pending=${this.#pending()} .actions=${this.actions} .acts=${this.acts} .leaving=${this.#leaving()}
      .nameOf=${this.nameOf} .origins=${this.app.peers.origins.value} .newFrom=${newFrom}
      @rest=${onRest ?? nothing} @mark-read=${onMarkRead ?? nothing}></canopy-messages>`;
  }

  /** @param {{label: string, audience: string, onLeave?: (event: Event) => void}} more */
  drawComposer({ label, audience, onLeave }) {
    return html`<canopy-composer .label=${label} .place=${this.conversation.source.place} .name=${this.composerName}
      .drafts=${this.app.drafts} .api=${this.app.api} .audience=${audience} .completes=${this.#completes} .lifespans=${lifespans} @send-text=${this.#send} @edit-last=${this.#editLast} @leave-box=${onLeave ?? nothing}></canopy-composer>`;
  }

  actions = {
    retry: (/** @type {string} */ key) => this.app.outbox.retry(key),
    discard: (/** @type {string} */ key) => this.app.outbox.discard(key),
    edit: (/** @type {string} */ key) => this.#takeBack(key),
    older: () => void this.conversation.showMore("older"),
    newer: () => void this.conversation.showMore("newer"),
    oldest: () => this.#showOldest(),
    newest: () => this.showNewest(),
    reload: () => void this.conversation.reload(),
    atEnd: () => this.conversation.trim(),
  };

  async #showOldest() {
    this.conversation.showOldest();
    await this.updateComplete;
    await this.list?.updateComplete;
  }

  /** Reads the newest rows if the window is elsewhere, and goes there. */
  async showNewest() {
    if (this.conversation.view.value.newer !== "none") await this.conversation.load();
    await this.updateComplete;
    await this.list?.updateComplete;
    this.list?.toNewest();
  }

  /** What the outbox still holds and the list does not show yet. */
  #pending() {
    const { rows, newer } = this.conversation.view.value;
    if (this.app.outbox.items.value.length === 0 || newer !== "none") return NOTHING;
    const shown = new Set(rows.map((row) => row.key));
    return this.app.outbox.items.value
      .filter((item) => item.place === this.conversation.source.place && !shown.has(item.clientId))
      .map((item) => pendingRow(item, this.app.me));
  }

  #leaving() {
    return new Set(this.app.deletions.items.value.map((item) => item.messageId));
  }

  /** @param {string} key */
  #takeBack(key) {
    const item = this.app.outbox.items.value.find((each) => each.clientId === key);
    if (!item) return;
    this.app.outbox.discard(key);
    this.composer?.takeBack(item.content);
  }

  /** @param {Event} event */
  #editLast(event) {
    const last = this.conversation.view.value.rows.findLast((row) => row.own && !row.deleted && row.state === "sent");
    if (!last) return;
    event.preventDefault();
    void this.acts.startEdit(last);
  }

  #completes = async (/** @type {import("../../parts/completion.js").Sign} */ sign, /** @type {string} */ asked) => {
    const { complete } = await import("./completions.js");
    return complete(this.app, this.channelId, sign, asked);
  };

  /** @param {CustomEvent<{text: string, lifespan: number}>} event */
  #send({ detail: { text, lifespan } }) {
    const { place, channelId, root } = this.conversation.source;
    const item = this.app.outbox.send(place, channelId, text, { parentId: root, lifespan });
    void this.showNewest();
    markPainted(`send:${item.clientId}:painted`);
  }
}
