/** What the owner of the node looks after. For anybody else the page is not there. */

import { html, nothing, render } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { Coalesced } from "../../base/store.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { failure, skeleton } from "../../parts/notice.js";
import { loadStyle } from "../../parts/style.js";
import "./diagnostics.js";
import { words } from "./strings.js";
import "./users.js";

await loadStyle(new URL("./admin.css", import.meta.url));

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {{user_id: string, username: string, account_type: "human" | "agent", status: string, is_owner: boolean, created_at: string}} Account */
/** @typedef {"overview" | "users" | "diagnostics"} Section */

const SECTIONS = /** @type {Section[]} */ (["overview", "users", "diagnostics"]);
const CHECK = 10_000; // ms between two looks at the health, which no event tells

/** @type {import("../../base/types.js").MountInside} */
export function mount(root, app, params) {
  const draw = (/** @type {string | undefined} */ name) =>
    render(html`<canopy-admin .app=${app} .section=${SECTIONS.find((each) => each === name) ?? "overview"}></canopy-admin>`, root);
  draw(params.section);
  const update = (/** @type {import("../../base/types.js").Params} */ now) => {
    draw(now.section);
    return true;
  };
  return { name: "admin", title: words.title, update, unmount: () => render(nothing, root) };
}

class Admin extends LightElement {
  static properties = { app: { attribute: false }, section: {}, accounts: { state: true }, health: { state: true }, error: { state: true } };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {Section} */
    this.section = "overview";
    /** @type {Account[] | null} */
    this.accounts = null;
    /** @type {Record<string, string>} */
    this.health = {};
    /** @type {unknown} */
    this.error = null;
    this.reading = new Coalesced(() => this.#read());
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.peers.view);
    this.stops.add(
      this.app.stream.onReset(() => void this.reading.run()),
      this.app.stream.onEvents((events) => events.some(({ event_type }) => event_type === "account.changed") && void this.reading.run()),
      () => this.reading.stop(),
    );
    this.stops.every(() => !document.hidden && void this.reading.run(), CHECK);
    void this.reading.run();
  }

  async #read() {
    try {
      const [{ users }, health] = await Promise.all([this.app.api.get("/admin/users"), this.#health()]);
      [this.accounts, this.health, this.error] = [users, health, null];
    } catch (error) {
      if (!this.accounts) this.error = error;
    }
  }

  /** Answers with 503 when something fails, which is an answer all the same. @returns {Promise<Record<string, string>>} */
  async #health() {
    try {
      return (await this.app.api.get("/health")).checks;
    } catch (error) {
      return /** @type {any} */ (error).body?.checks ?? {};
    }
  }

  render() {
    return html`<header class="place-header">
        <a class="icon-button to-list" href="/" aria-label=${words.backToList} title=${words.backToList}>${icon("back")}</a>
        <h1 class="place-name" tabindex="-1">${icon("wrench")}<span>${words.title}</span></h1>
      </header>
      <nav class="tabs" aria-label=${words.sections}>${SECTIONS.map((each) => html`<a href="/admin/${each}" aria-current=${each === this.section ? "page" : nothing}>${words[each]}</a>`)}</nav>
      <div class="page" data-drawn><div class="page-inner">${this.#content()}</div></div>`;
  }

  #content() {
    if (this.error) return failure(words.loadFailed, words.loadFailedAdvice, this.error, () => void this.reading.run());
    if (!this.accounts) return skeleton(3);
    if (this.section === "users") return html`<canopy-accounts .app=${this.app} .accounts=${this.accounts} .reload=${() => this.reading.run()}></canopy-accounts>`;
    if (this.section === "diagnostics") return html`<canopy-figures .app=${this.app} .health=${this.health}></canopy-figures>`;
    return this.#overview(this.accounts);
  }

  /** Only what asks for something; a healthy node is one line. @param {Account[]} accounts */
  #overview(accounts) {
    const pending = accounts.filter(({ status }) => status === "pending_approval").length;
    const peers = this.app.peers.view.value.peers.filter(({ level, state }) => (level === "unknown" || level === "introduced") && state !== "offline").length;
    const failing = Object.entries(this.health).filter(([, state]) => state !== "ok");
    const tiles = [
      ...(pending ? [tile(fill(words.approvals, { n: pending }), words.approvalsAdvice, "/admin/users")] : []),
      ...(peers ? [tile(fill(words.peersWaiting, { n: peers }), words.peersAdvice, "/connect")] : []),
      ...failing.map(([check, state]) => tile(fill(words.checkFails, { check, state }), words.checkAdvice, "/admin/diagnostics")),
    ];
    return tiles.length > 0 ? html`<ul class="tiles">${tiles}</ul>` : html`<p class="strip is-good" role="status">${icon("check")}<span>${words.healthy}</span></p>`;
  }
}

/** @param {string} fact @param {string} advice @param {string} href */
function tile(fact, advice, href) {
  return html`<li class="panel"><h2>${fact}</h2><p class="quiet">${advice}</p><a class="button" href=${href}>${words.look}</a></li>`;
}

customElements.define("canopy-admin", Admin);
