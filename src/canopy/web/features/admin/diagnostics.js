/** How the node is, in figures that are read anew while one looks. */

import { html, nothing } from "../../vendor/lit.js";
import { LOCALE } from "../../base/text.js";
import { ago } from "../../base/time.js";
import { copyText } from "../../parts/copy.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { failure, skeleton } from "../../parts/notice.js";
import { words } from "./strings.js";

const LOOK_AGAIN = 3000; // ms
const MOST_FAILURES = 10;

/** @typedef {{events: Record<string, any>, mesh: Record<string, any>}} Figures */

/** How the parts of a node are called. @type {Record<string, string>} */
const CHECKS = { db: words.checkDatabase, mesh: words.checkLinks, storage: words.checkDisk };

class FigureList extends LightElement {
  static properties = { app: { attribute: false }, health: { attribute: false }, figures: { state: true }, error: { state: true }, said: { state: true } };

  constructor() {
    super();
    /** @type {import("../../base/types.js").SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {Record<string, string>} */
    this.health = {};
    /** @type {Figures | null} */
    this.figures = null;
    /** @type {unknown} */
    this.error = null;
    this.said = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.stops.every(() => !document.hidden && void this.#load(), LOOK_AGAIN);
    void this.#load();
  }

  async #load() {
    try {
      const [events, mesh] = await Promise.all([this.app.api.get("/events/diagnostics?limit=1"), this.app.api.get("/p2p/diagnostics")]);
      [this.figures, this.error] = [{ events, mesh }, null];
    } catch (error) {
      if (!this.figures) this.error = error;
    }
  }

  render() {
    if (this.error) return failure(words.loadFailed, words.loadFailedAdvice, this.error, () => void this.#load());
    if (!this.figures) return skeleton(4);
    const { events, mesh } = this.figures;
    return html`<div class="figure-columns">
        <section class="panel"><h2>${words.health}</h2><dl class="figure-rows">${Object.entries(this.health).map(([check, state]) => html`
          <div><dt>${CHECKS[check] ?? check}</dt><dd data-state=${state === "ok" ? "ok" : "bad"}>${icon(state === "ok" ? "check" : "warn")}${state}</dd></div>`)}</dl></section>
        <section class="panel"><h2>${words.events}</h2>${rows([[words.lines, events.count], [words.latest, events.latest_seq], [words.oldest, events.oldest_created_at ? ago(new Date(events.oldest_created_at)) : words.nothing]])}
          <h3>${words.kinds}</h3><div translate="no">${rows(Object.entries(events.type_counts ?? {}))}</div></section>
        <section class="panel"><h2>${words.mesh}</h2>${rows([[words.connected, mesh.connected_peers?.length ?? 0], [words.known, mesh.known_peers_count ?? 0], [words.queued, mesh.pending_messages?.total ?? 0], [words.reconnecting, mesh.reconnect_tasks?.count ?? 0]])}
          <h3>${words.failures}</h3>${failures(mesh.recent_failures ?? [])}</section>
      </div>
      <div class="line"><button class="button" type="button" @click=${this.#copy}>${icon("copy")}${words.copy}</button><span class="said" role="status">${this.said}</span></div>`;
  }

  #copy = async () => {
    this.said = (await copyText(JSON.stringify({ health: this.health, ...this.figures }, null, 2))) ? words.copied : words.notCopied;
  };
}

/** @param {[string, string | number][]} pairs */
function rows(pairs) {
  return html`<dl class="figure-rows">${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${typeof value === "number" ? value.toLocaleString(LOCALE) : value}</dd></div>`)}</dl>`;
}

/** @param {{detail: string, endpoint?: string | null, at: string | number}[]} failed */
function failures(failed) {
  if (failed.length === 0) return html`<p class="quiet">${words.noFailures}</p>`;
  return html`<ul class="failure-list">${failed.slice(0, MOST_FAILURES).map(({ detail, endpoint }) => html`<li class="quiet">${endpoint ? html`<code>${endpoint}</code> ` : nothing}${detail}</li>`)}</ul>`;
}

customElements.define("canopy-figures", FigureList);
