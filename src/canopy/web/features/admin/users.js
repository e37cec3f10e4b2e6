/** The accounts of this node: who waits, who is in, who is out. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { ago } from "../../base/time.js";
import { avatar } from "../../parts/avatar.js";
import { confirm } from "../../parts/confirm.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import "../../parts/menu.js";
import { notice } from "../../parts/notice.js";
import { actsOn } from "./account-acts.js";
import { explained } from "./explained.js";
import { words } from "./strings.js";

/** @typedef {import("./admin.js").Account} Account */
/** @typedef {"all" | "pending_approval" | "active" | "suspended"} Shown */

const SHOWN = /** @type {Shown[]} */ (["all", "pending_approval", "active", "suspended"]);
const ORDER = ["pending_approval", "active", "suspended"];

class Accounts extends LightElement {
  static properties = {
    app: { attribute: false }, accounts: { attribute: false }, reload: { attribute: false }, wanted: { state: true }, shown: { state: true }, problem: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../../base/types.js").SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {Account[]} */
    this.accounts = [];
    /** @type {() => Promise<void>} */
    this.reload = async () => {};
    this.wanted = "";
    /** @type {Shown} */
    this.shown = "all";
    this.problem = "";
  }

  render() {
    const q = this.wanted.trim().replace(/^@/u, "").toLocaleLowerCase();
    const found = this.accounts
      .filter(({ username, status }) => username.toLocaleLowerCase().includes(q) && (this.shown === "all" || status === this.shown))
      .sort((one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status) || one.username.localeCompare(other.username));
    return html`<div class="filter">
        <label class="field-box">${icon("search")}<input type="search" aria-label=${words.find} placeholder=${words.find} autocomplete="off"
          @input=${(/** @type {any} */ event) => (this.wanted = event.target.value)}></label>
        <div class="segments" role="group" aria-label=${words.who}>${SHOWN.map((each) => html`
          <button type="button" aria-pressed=${this.shown === each ? "true" : "false"} @click=${() => (this.shown = each)}>${words[each]}</button>`)}</div>
      </div>
      ${this.problem ? html`<p class="field-error" role="alert">${this.problem}</p>` : nothing}
      ${found.length === 0 ? notice(words.none, words.noneAdvice) : html`<ul class="list">${repeat(found, ({ user_id }) => user_id, (account) => this.#row(account))}</ul>`}`;
  }

  /** @param {Account} account */
  #row(account) {
    const { user_id: id, username: name, account_type: type, status } = account;
    const tone = status === "active" ? "is-good" : status === "suspended" ? "is-plain" : "is-warn";
    return html`<li class="list-row" data-state=${status}>
      ${avatar({ id, name, agent: type === "agent" })}
      <div class="list-main"><h2><a href="/people/${encodeURIComponent(id)}">@${name}</a> <span class="badge ${tone}">${/** @type {any} */ (words)[status] ?? status}</span>
          ${account.is_owner ? html`<span class="badge is-plain">${words.owner}</span>` : nothing}</h2>
        <p class="quiet is-meta">${type === "agent" ? words.agent : words.human} · ${fill(words.made, { when: ago(new Date(account.created_at)) })}</p></div>
      <div class="list-acts">${account.is_owner ? nothing : html`${this.#buttons(account)}<canopy-menu .label=${fill(words.more, { name })} .items=${actsOn(this.app, account, this.reload)}></canopy-menu>`}</div>
    </li>`;
  }

  /** @param {Account} account */
  #buttons(account) {
    const name = account.username;
    if (account.status === "active") return this.#button(words.suspend, words.suspendName, name, () => this.#ask(account, words.suspendTitle, words.suspendText, words.suspend));
    if (account.status === "suspended") return this.#button(words.letIn, words.letInName, name, () => this.#approve(account));
    return [
      this.#button(words.reject, words.rejectName, name, () => this.#ask(account, words.rejectTitle, words.rejectText, words.reject)),
      this.#button(words.approve, words.approveName, name, () => this.#approve(account), true),
    ];
  }

  /** @param {string} label @param {string} long @param {string} name @param {() => unknown} act @param {boolean} [primary] */
  #button(label, long, name, act, primary = false) {
    return html`<button class="button ${primary ? "is-primary" : ""}" type="button" aria-label=${fill(long, { name })} @click=${act}>${label}</button>`;
  }

  /** @param {Account} account */
  async #approve(account) {
    this.problem = "";
    try {
      await this.#set(account, "approve");
    } catch (error) {
      this.problem = explained(error);
    }
  }

  /** @param {Account} account @param {string} title @param {string} text @param {string} button */
  #ask(account, title, text, button) {
    confirm({
      title: fill(title, { name: account.username }), text: [text], cancel: words.cancel, button, danger: true, explain: explained,
      act: () => this.#set(account, "suspend"),
    });
  }

  /** @param {Account} account @param {"approve" | "suspend"} verb */
  async #set(account, verb) {
    await this.app.api.post(`/admin/users/${encodeURIComponent(account.user_id)}/${verb}`, {});
    await this.reload();
  }
}

customElements.define("canopy-accounts", Accounts);
