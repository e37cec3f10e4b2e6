/** The person's API keys. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { ago, fullDate } from "../../base/time.js";
import { confirm } from "../../parts/confirm.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { failure, notice, skeleton } from "../../parts/notice.js";
import { askForKey } from "./new-key.js";
import { explained } from "./remote.js";
import { inWords } from "./scopes.js";
import { words } from "./strings.js";

const LOOK_AGAIN = 5000; // ms; no event tells when a key was used

/** @typedef {{id: string, name: string, prefix: string, permissions: string[], created_at: string, expires_at: string | null, revoked: boolean, last_used_at: string | null}} Key */

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
    const active = this.keys.filter((key) => stateOf(key) === words.active).length;
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
    const ends = key.expires_at ? fill(words.expires, { date: fullDate(new Date(key.expires_at)) }) : words.noExpiry;
    const used = key.last_used_at ? fill(words.lastUsed, { when: ago(new Date(key.last_used_at)) }) : words.unused;
    return html`<li class="list-row" data-state=${key.revoked ? "revoked" : "active"}>
      <span class="list-mark">${icon("key")}</span>
      <div class="list-main"><h3><bdi>${name}</bdi> <span class="badge ${state === words.active ? "is-good" : "is-plain"}">${state}</span></h3>
        <p class="quiet is-meta">${inWords(key.permissions).join(" · ")}</p>
        <p class="quiet is-meta"><code translate="no">${key.prefix}…</code> · ${used} · ${ends}</p></div>
      ${key.revoked ? nothing : html`<button class="button" type="button" aria-label=${fill(words.revokeName, { name })} @click=${() => this.#revoke(key, name)}>${words.revoke}</button>`}
    </li>`;
  }

  #make = () => askForKey(this.app, () => void this.#load());

  /** @param {Key} key @param {string} name */
  #revoke(key, name) {
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
function stateOf({ revoked, expires_at }) {
  if (revoked) return words.revoked;
  return expires_at && new Date(expires_at) < new Date() ? words.expired : words.active;
}

customElements.define("canopy-keys", Keys);
