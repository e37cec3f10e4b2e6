/** The words of a channel, and its end. What another node decides is shown as asked for until that node has answered. */

import { html, nothing } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { cleanName } from "../../base/text.js";
import { fullDate } from "../../base/time.js";
import { confirm } from "../../parts/confirm.js";
import { LightElement } from "../../parts/element.js";
import { field, valuesOf } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { isArchived } from "./channels.js";
import { explained } from "./members.js";
import { channelName } from "./new.js";
import { decider, words } from "./strings.js";

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("../../base/types.js").Channel} Channel */

const NAME_LENGTH = 80;
const TEXT_LENGTH = 500;
const FIELDS = /** @type {const} */ (["name", "topic", "description"]);

export class ChannelSettings extends LightElement {
  static properties = {
    app: { attribute: false }, channel: { attribute: false }, busy: { state: true }, said: { state: true },
    problem: { state: true }, asked: { state: true },
  };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {Channel} */
    this.channel = /** @type {any} */ (undefined);
    this.busy = false;
    this.said = "";
    this.problem = "";
    /** What another node was asked for. @type {Record<string, unknown>} */
    this.asked = {};
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.peers.origins);
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("channel")) return;
    const open = Object.entries(this.asked).filter(([name, wish]) => this.#now(name) !== wish);
    this.asked = Object.fromEntries(open);
  }

  /** @param {string} name */
  #now(name) {
    return name === "archived" ? isArchived(this.channel) : (/** @type {Record<string, any>} */ (this.channel)[name] ?? "");
  }

  render() {
    const { channel } = this;
    const general = channel.id === "general";
    const rules = channel.user_role === "admin" && !general;
    return html`
      ${isArchived(channel) ? html`<p class="strip is-warn" role="status">${icon("archive")}<span>${words.isArchived}</span></p>` : nothing}
      ${Object.keys(this.asked).length > 0 ? html`<p class="strip is-note" role="status">${icon("clock")}<span>${decider(words.pending, words.pendingUnknown, this.#node())}</span></p>` : nothing}
      ${rules ? this.#form() : this.#facts(general ? words.general : words.onlyAdmins)}
      ${this.#made()}
      ${rules ? this.#end() : nothing}`;
  }

  #node() {
    return this.app.peers.origins.value.get(this.channel.origin_peer ?? "")?.name ?? "";
  }

  #form() {
    const { name, topic, description } = this.channel;
    return html`<form class="stack" novalidate @submit=${this.#save}>
      ${field({ name: "name", label: words.name, value: name, plain: true, autocomplete: "off", required: true, most: NAME_LENGTH })}
      ${field({ name: "topic", label: words.topic, hint: words.topicHint, value: topic ?? "", autocomplete: "off", most: TEXT_LENGTH })}
      ${field({ name: "description", label: words.purpose, hint: words.purposeHint, value: description ?? "", autocomplete: "off", most: TEXT_LENGTH })}
      ${this.problem ? html`<p class="field-error" role="alert">${this.problem}</p>` : nothing}
      <div class="line"><button class="button is-primary" type="submit" aria-busy=${this.busy ? "true" : "false"}>${words.save}</button>
        <span class="said" role="status">${this.said}</span></div>
    </form>`;
  }

  /** @param {string} why nothing can be changed */
  #facts(why) {
    const { topic, description } = this.channel;
    return html`<dl class="facts">
        ${topic ? html`<dt>${words.topic}</dt><dd dir="auto">${topic}</dd>` : nothing}
        <dt>${words.purpose}</dt><dd dir="auto">${description || words.noPurpose}</dd>
      </dl><p class="quiet">${why}</p>`;
  }

  #made() {
    const { created_at, origin_peer, id } = this.channel;
    const node = this.#node();
    const where = id === "general" ? "" : node ? fill(words.decidedThere, { node }) : origin_peer ? words.decidedHere : "";
    return html`<p class="quiet">${created_at && id !== "general" ? `${fill(words.createdOn, { date: fullDate(new Date(created_at)) })}. ` : nothing}${where}</p>`;
  }

  #end() {
    const archived = isArchived(this.channel);
    return html`<div class="aside-act"><p class="quiet">${words.archiveMeaning}</p>
      <button class="button" type="button" @click=${archived ? () => void this.#archive(false) : this.#askToArchive}>${archived ? words.unarchive : words.archive}</button></div>`;
  }

  /** @param {SubmitEvent} event */
  #save = async (event) => {
    event.preventDefault();
    if (this.busy) return;
    const values = valuesOf(/** @type {HTMLFormElement} */ (event.target));
    const wish = Object.fromEntries(FIELDS.map((name) => [name, (values[name] ?? "").trim()]).filter(([name, value]) => value !== this.#now(name ?? "")));
    if (wish.name !== undefined) wish.name = channelName(wish.name);
    this.problem = wish.name === "" ? words.nameNeeded : "";
    this.said = "";
    if (this.problem) return;
    if (Object.keys(wish).length === 0) this.said = words.unchanged;
    else await this.#change("", wish, wish);
  };

  /** @param {boolean} archived */
  async #archive(archived) {
    await this.#change("/lifecycle", { archived }, { archived });
  }

  /** @param {string} part @param {Record<string, unknown>} body @param {Record<string, unknown>} wish */
  async #change(part, body, wish) {
    this.busy = true;
    try {
      const { pending } = await this.app.api.call("PATCH", `/channels/${encodeURIComponent(this.channel.id)}${part}`, { body });
      if (pending) this.asked = { ...this.asked, ...wish };
      else this.said = words.saved;
      await this.app.reloadChannels();
    } catch (error) {
      this.problem = explained(error);
    } finally {
      this.busy = false;
    }
  }

  #askToArchive = () => {
    confirm({
      title: fill(words.archiveTitle, { name: cleanName(this.channel.name) }),
      text: [words.archiveText],
      cancel: words.cancel,
      button: words.archive,
      act: () => this.#archive(true),
      explain: explained,
    });
  };
}

customElements.define("canopy-channel-settings", ChannelSettings);
