/** Who belongs to a channel, who administers it, and how to leave it. */

import { html, live, nothing, repeat } from "../../vendor/lit.js";
import { ApiError, Unreachable } from "../../base/api.js";
import { fill } from "../../base/language.js";
import { Coalesced } from "../../base/store.js";
import { cleanName } from "../../base/text.js";
import { avatar } from "../../parts/avatar.js";
import { LightElement } from "../../parts/element.js";
import { failure, skeleton } from "../../parts/notice.js";
import { words as partWords } from "../../parts/strings.js";
import { decider, memberCount, words } from "./strings.js";

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("../../base/types.js").Channel} Channel */
/** @typedef {import("../../base/types.js").Member} Member */

const MOST_PAGES = 10;
const FILTER_FROM = 8; // members; fewer are found with the eye

export class Members extends LightElement {
  static properties = {
    app: { attribute: false }, channel: { attribute: false }, members: { state: true }, error: { state: true },
    wanted: { state: true }, asked: { state: true }, problem: { state: true },
  };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {Channel} */
    this.channel = /** @type {any} */ (undefined);
    /** @type {Member[] | null} */
    this.members = null;
    /** @type {unknown} */
    this.error = null;
    this.wanted = "";
    /** By user id: the role that another node was asked for. @type {Record<string, string>} */
    this.asked = {};
    this.problem = "";
    this.reading = new Coalesced(() => this.#read());
  }

  connectedCallback() {
    super.connectedCallback();
    const { stream, peers } = this.app;
    this.follow(peers.origins);
    this.stops.add(
      stream.onReset(() => void this.reading.run()),
      stream.onEvents((events) => events.some((event) => this.#concerns(event)) && void this.reading.run()),
      () => this.reading.stop(),
    );
    void this.reading.run();
  }

  /** @param {import("../../base/types.js").LiveEvent} event */
  #concerns({ event_type, channel_id }) {
    return (event_type === "channel.state.updated" && channel_id === this.channel.id) || event_type === "peer.changed";
  }

  async #read() {
    try {
      /** @type {Member[]} */
      const found = [];
      const path = `/channels/${encodeURIComponent(this.channel.id)}/members?limit=100`;
      for await (const page of this.app.api.pages(path, MOST_PAGES)) found.push(...page.members);
      this.members = found;
      this.error = null;
      this.asked = Object.fromEntries(Object.entries(this.asked).filter(([id, role]) => found.some((each) => each.user_id === id && each.role !== role)));
    } catch (error) {
      if (!this.members) this.error = error;
    }
  }

  get #mayRule() {
    return this.channel.user_role === "admin" && this.channel.id !== "general";
  }

  render() {
    if (this.error) return failure(words.membersFailed, words.loadFailedAdvice, this.error, () => void this.reading.run());
    if (!this.members) return skeleton(4);
    const q = this.wanted.trim().replace(/^@/u, "").toLocaleLowerCase();
    const found = this.members.filter(({ display_name, username }) => `${display_name} ${username}`.toLocaleLowerCase().includes(q));
    return html`<h3 class="aside-title" id="members-title">${memberCount(this.members.length)}</h3>
      <p class="quiet">${this.channel.id === "general" ? words.general : words.openForAll}</p>
      ${this.members.length >= FILTER_FROM
        ? html`<label class="field-box"><input type="search" aria-label=${words.findMember} placeholder=${words.findMember} autocomplete="off"
            @input=${(/** @type {any} */ event) => (this.wanted = event.target.value)}></label>`
        : nothing}
      ${this.problem ? html`<p class="field-error" role="alert">${this.problem}</p>` : nothing}
      ${Object.keys(this.asked).length > 0 ? html`<p class="strip is-note" role="status">${decider(words.pending, words.pendingUnknown, this.#node())}</p>` : nothing}
      ${found.length === 0 ? html`<p class="quiet">${words.noMember}</p>` : nothing}
      <ul class="members" aria-labelledby="members-title">${repeat(found, ({ user_id }) => user_id, (member) => this.#row(member))}</ul>
      ${this.channel.id === "general" ? nothing : html`<div class="aside-act"><p class="quiet">${words.leaveMeaning}</p>
        <button class="button" type="button" @click=${this.#leave}>${words.leave}</button></div>`}`;
  }

  #node() {
    return this.app.peers.origins.value.get(this.channel.origin_peer ?? "")?.name ?? "";
  }

  /** @param {Member} member */
  #row(member) {
    const name = cleanName(member.display_name) || member.username;
    const agent = member.account_type === "agent";
    const node = member.origin_peer ? this.app.peers.origins.value.get(member.origin_peer)?.name : "";
    return html`<li class="member" data-user-id=${member.user_id}>
      ${avatar({ id: member.user_id, name, agent, url: member.avatar_url ?? null }, "small")}
      <div class="list-main"><p class="member-name"><a href="/people/${encodeURIComponent(member.user_id)}" dir="auto">${name}</a>
        ${agent ? html`<span class="badge">${partWords.agent}</span>` : nothing}
        ${member.user_id === this.app.me.user_id ? html`<span class="quiet">${words.you}</span>` : nothing}</p>
        <p class="quiet is-meta"><bdi>@${member.username}</bdi>${node ? html` · <bdi>${node}</bdi>` : nothing}</p></div>
      ${this.#role(member, name)}
    </li>`;
  }

  /** @param {Member} member @param {string} name */
  #role(member, name) {
    const role = this.asked[member.user_id] ?? member.role;
    if (!this.#mayRule) return role === "admin" ? html`<span class="badge is-plain">${words.admin}</span>` : nothing;
    return html`<select class="select" aria-label=${fill(words.roleOf, { name })} @change=${(/** @type {Event} */ event) => void this.#setRole(member, event)}>
      <option value="member" .selected=${live(role !== "admin")}>${words.member}</option>
      <option value="admin" .selected=${live(role === "admin")}>${words.admin}</option>
    </select>`;
  }

  /** @param {Member} member @param {Event} event */
  async #setRole(member, event) {
    const select = /** @type {HTMLSelectElement} */ (event.target);
    const role = select.value;
    this.problem = "";
    try {
      const { pending } = await this.app.api.call("PUT", `${this.#path}/members/${encodeURIComponent(member.user_id)}/role`, { body: { role } });
      if (pending) this.asked = { ...this.asked, [member.user_id]: role };
    } catch (error) {
      this.problem = explained(error);
      select.value = member.role ?? "member";
    }
  }

  get #path() {
    return `/channels/${encodeURIComponent(this.channel.id)}`;
  }

  #leave = async () => (await import("./channel-menu.js")).askToLeave(this.app, this.channel);
}

/** @param {unknown} error the node's sentence, or ours */
export function explained(error) {
  if (error instanceof Unreachable) return words.unreachable;
  if (error instanceof ApiError) return error.message;
  throw error;
}

customElements.define("canopy-members", Members);
