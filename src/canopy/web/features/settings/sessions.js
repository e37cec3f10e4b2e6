/** In which browsers one is signed in, and how to end that. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { ago, fullDate } from "../../base/time.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { failure, skeleton } from "../../parts/notice.js";
import { explained } from "./remote.js";
import { words } from "./strings.js";

/** @typedef {{id: string, current: boolean, user_agent: string | null, created_at: string, last_seen_at: string, expires_at: string}} Session */

/** The first that fits: browsers name others, too. @type {[RegExp, string][]} */
const BROWSERS = [[/Edg\//u, "Edge"], [/OPR\//u, "Opera"], [/Firefox\//u, "Firefox"], [/Chrom(e|ium)\//u, "Chrome"], [/Safari\//u, "Safari"]];
/** @type {[RegExp, string][]} */
const SYSTEMS = [[/Android/u, "Android"], [/iPhone|iPad/u, "iOS"], [/Windows/u, "Windows"], [/Mac OS X/u, "macOS"], [/Linux|X11/u, "Linux"]];

class Sessions extends LightElement {
  static properties = { app: { attribute: false }, rows: { state: true }, error: { state: true }, problem: { state: true } };

  constructor() {
    super();
    /** @type {import("../../base/types.js").SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {Session[] | null} */
    this.rows = null;
    /** @type {unknown} */
    this.error = null;
    this.problem = "";
  }

  connectedCallback() {
    super.connectedCallback();
    void this.load();
  }

  async load() {
    try {
      this.rows = (await this.app.api.get("/sessions?limit=200")).sessions;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    if (this.error) return failure(words.loadFailed, words.loadFailedAdvice, this.error, () => void this.load());
    if (!this.rows) return skeleton(2);
    const others = this.rows.filter(({ current }) => !current).length;
    return html`<ul class="list" aria-label=${words.sessions}>${repeat(this.rows, ({ id }) => id, (row) => this.#row(row))}</ul>
      ${this.problem ? html`<p class="field-error" role="alert">${this.problem}</p>` : nothing}
      ${others > 1 ? html`<div class="line"><button class="button" type="button" @click=${() => void this.#end("")}>${words.endOthers}</button></div>` : nothing}`;
  }

  /** @param {Session} session */
  #row({ id, current, user_agent, created_at, last_seen_at, expires_at }) {
    const name = nameOf(user_agent);
    return html`<li class="list-row"><span class="list-mark">${icon("network")}</span>
      <div class="list-main"><h3>${name} ${current ? html`<span class="badge is-good">${words.thisBrowser}</span>` : nothing}</h3>
        <p class="quiet is-meta">${fill(words.signedInOn, { date: fullDate(new Date(created_at)) })} · ${current ? words.inUse : fill(words.lastSeen, { when: ago(new Date(last_seen_at)) })} · ${fill(words.expires, { date: fullDate(new Date(expires_at)) })}</p></div>
      ${current ? nothing : html`<button class="button" type="button" aria-label=${fill(words.endOf, { name })} @click=${() => void this.#end(id)}>${words.end}</button>`}
    </li>`;
  }

  /** One of them, or without an id all others. @param {string} id */
  async #end(id) {
    try {
      await this.app.api.delete(id ? `/sessions/${encodeURIComponent(id)}` : "/sessions");
      this.problem = "";
    } catch (error) {
      this.problem = explained(error);
    }
    await this.load();
  }
}

/** @param {string | null} agent what a browser calls itself */
function nameOf(agent) {
  const browser = BROWSERS.find(([sign]) => sign.test(agent ?? ""))?.[1];
  const system = SYSTEMS.find(([sign]) => sign.test(agent ?? ""))?.[1];
  if (browser && system) return fill(words.browserOn, { browser, system });
  return browser ?? system ?? words.unknownBrowser;
}

customElements.define("canopy-sessions", Sessions);
