/** The person's API keys. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { LOCALE } from "../../base/text.js";
import { ago, fullDate, fullTime } from "../../base/time.js";
import { confirm } from "../../parts/confirm.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { failure, notice, skeleton } from "../../parts/notice.js";
import { askForKey } from "./new-key.js";
import { explained } from "./remote.js";
import { askForRotation } from "./rotate-key.js";
import { inWords } from "./scopes.js";
import { words } from "./strings.js";

const LOOK_AGAIN = 5000; // ms; no event tells when a key was used

/** @typedef {{id: string, name: string, prefix: string, permissions: string[], created_at: string, expires_at: string | null, revoked: boolean, last_used_at: string | null, successor_id: string | null, channel_ids: string[] | null}} Key */

class Keys extends LightElement {
  static properties = { app: { attribute: false }, keys: { state: true }, error: { state: true } };

  constructor() {
    super();
    /** @type {import("../../base/types.js").SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {Key[] | null} */
    this.keys = null;
    /** @type {unknown} */
    this.error = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.channels);
    this.stops.listen(document, "canopy-key-made", () => void this.#load());
    this.stops.every(() => !document.hidden && void this.#load(), LOOK_AGAIN);
    void this.#load();
  }

  async #load() {
    try {
      this.keys = (await this.app.api.get("/keys")).keys;
      this.error = null;
    } catch (error) {
      if (!this.keys) this.error = error;
    }
  }

  render() {
    if (this.error) return failure(words.loadFailed, words.loadFailedAdvice, this.error, () => void this.#load());
    if (!this.keys) return skeleton(3);
    const active = this.keys.filter((key) => stateOf(key) === "active").length;
    const sorted = [...this.keys].sort((one, other) => Number(one.revoked) - Number(other.revoked) || other.created_at.localeCompare(one.created_at));
    return html`<p class="quiet">${words.keysLead}</p>
      <div class="line"><button class="button is-primary" type="button" aria-haspopup="dialog" @click=${this.#make}>${icon("plus")}${words.newKey}</button>
        <span class="quiet" role="status">${this.keys.length > 0 ? fill(words.keyCount, { n: this.keys.length, active }) : nothing}</span></div>
      ${sorted.length === 0 ? notice(words.noKeys, words.noKeysAdvice) : html`<ul class="list">${repeat(sorted, ({ id }) => id, (key) => this.#row(key))}</ul>`}`;
  }

  /** @param {Key} key */
  #row(key) {
    const name = key.name || key.prefix;
    const state = stateOf(key);
    const used = key.last_used_at ? fill(words.lastUsed, { when: ago(new Date(key.last_used_at)) }) : words.unused;
    return html`<li class="list-row" data-state=${state}>
      <span class="list-mark">${icon("key")}</span>
      <div class="list-main"><h3><bdi>${name}</bdi> <span class="badge ${state === "active" ? "is-good" : "is-plain"}">${words[state]}</span></h3>
        <p class="quiet is-meta">${inWords(key.permissions).join(" · ")}</p>
        ${key.channel_ids ? html`<p class="quiet is-meta">${this.#limit(key.channel_ids)}</p>` : nothing}
        <p class="quiet is-meta"><code translate="no">${key.prefix}…</code> · ${used} · ${endOf(key)}</p></div>
      <div class="list-acts">${state === "active" ? html`<button class="button" type="button" aria-haspopup="dialog" aria-label=${fill(words.rotateName, { name })} @click=${() => askForRotation(this.app, key, name, () => void this.#load())}>${words.rotate}</button>` : nothing}
        ${key.revoked ? nothing : html`<button class="button" type="button" aria-label=${fill(words.revokeName, { name })} @click=${() => void this.#revoke(key, name)}>${words.revoke}</button>`}</div>
    </li>`;
  }

  /** Where a key may be; channels that the person does not see have no name here. @param {string[]} ids */
  #limit(ids) {
    const names = (this.app.channels.value ?? []).filter(({ id }) => ids.includes(id)).map(({ name }) => `#${name}`);
    const unseen = ids.length - names.length;
    const all = [...names, ...(unseen > 0 ? [fill(words.unseenChannels, { n: unseen })] : [])];
    return fill(words.onlyIn, { channels: new Intl.ListFormat(LOCALE, { type: "conjunction" }).format(all) });
  }

  #make = () => askForKey(this.app, () => void this.#load());

  /** @param {Key} key @param {string} name */
  async #revoke({ id }, name) {
    await this.#load(); // when it was used last may be seconds ago
    const key = this.keys?.find((each) => each.id === id);
    if (!key || key.revoked) return;
    const used = key.last_used_at ? fill(words.revokeUsed, { when: ago(new Date(key.last_used_at)) }) : words.neverUsed;
    confirm({
      title: fill(words.revokeTitle, { name }),
      text: [words.revokeText, used],
      cancel: words.cancel,
      button: words.revoke,
      danger: true,
      act: async () => {
        await this.app.api.delete(`/keys/${encodeURIComponent(key.id)}`);
        await this.#load();
      },
      explain: explained,
    });
  }
}

/** @param {Key} key */
function stateOf({ revoked, expires_at, successor_id }) {
  if (revoked) return "revoked";
  if (expires_at && new Date(expires_at) <= new Date()) return "expired";
  return successor_id ? "replaced" : "active";
}

/** A key that was replaced ends within days, so the hour matters. @param {Key} key */
function endOf({ expires_at, successor_id }) {
  if (!expires_at) return words.noExpiry;
  const ends = new Date(expires_at);
  return successor_id && ends > new Date() ? fill(words.worksUntil, { when: fullTime(ends) }) : fill(words.expires, { date: fullDate(ends) });
}

customElements.define("canopy-keys", Keys);
