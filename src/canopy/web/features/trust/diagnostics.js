/** What goes wrong between nodes, in words, and a report of it that names nobody. */

import { html, nothing } from "../../vendor/lit.js";
import { copyText } from "../../parts/copy.js";
import { failure } from "../../parts/notice.js";
import { Block, alertLine, bare, explain } from "./block.js";
import { Coalesced } from "../../base/store.js";
import { whenPeersChange } from "./peers.js";
import { nameOf } from "./states.js";
import { words } from "./strings.js";
import { at, instantOf } from "./when.js";

const ADDRESS = /(?:wss?:\/\/)?(?:\[[0-9a-f:.]+\]|[\w-]+(?:\.[\w-]+)+|localhost)(?::[0-9]+)?(?:\/\S*)?/giu;
const SHOWN = 2000; // ms for which "Copied" stands

/** @typedef {import("./types.js").Diagnosis} Diagnosis */
/** @typedef {import("./types.js").Failure} Failure */

export class DiagnosticsBlock extends Block {
  static properties = {
    ...Block.properties,
    found: { state: true },
    error: { state: true },
    open: { state: true },
    done: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    /** @type {Diagnosis | null} */
    this.found = null;
    /** @type {unknown} */
    this.error = null;
    this.open = false;
    this.done = "";
    this.problem = "";
    this.reading = new Coalesced(() => this.#read());
  }

  connectedCallback() {
    super.connectedCallback();
    const again = () => {
      if (this.open) void this.reading.run();
    };
    this.stops.add(() => this.reading.stop(), whenPeersChange(this.app.stream, again));
  }

  async #read() {
    try {
      this.found = await this.get("/p2p/diagnostics");
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    return html`<details class="panel" @toggle=${this.#toggled}>
      <summary><h2>${words.diagnosticsTitle}</h2></summary>
      ${this.open ? this.#content() : nothing}
    </details>`;
  }

  /** @param {Event} event */
  #toggled = (event) => {
    this.open = /** @type {HTMLDetailsElement} */ (event.target).open;
    if (this.open) void this.reading.run();
  };

  #content() {
    const { found, error } = this;
    if (!found) return error ? failure(words.diagnosticsFailed, "", error, () => void this.reading.run()) : nothing;
    return html`
      <dl class="figures">${figures(found).map(([label, count]) => html`<div><dt>${label}</dt><dd>${count}</dd></div>`)}</dl>
      <h3>${words.failures}</h3>
      ${found.recent_failures.length === 0
        ? html`<p class="quiet">${words.noFailures}</p>`
        : html`<ul class="failures">${found.recent_failures.map((each) => this.#failure(each))}</ul>`}
      ${alertLine(this.problem)}
      <div class="line">
        <button class="button" type="button" @click=${() => this.#copy(found)}>${words.copyReport}</button>
        ${this.app.mayManage ? html`<button class="button" type="button" @click=${this.#resync}>${words.resync}</button>` : nothing}
        <span class="quiet" role="status">${this.done}</span>
      </div>
      <p class="quiet">${words.reportHint}</p>`;
  }

  /** @param {Failure} each */
  #failure(each) {
    const moment = instantOf(each.at);
    const peer = this.app.peers.view.value.peers.find(({ peer_id }) => peer_id === each.peer_id);
    const name = peer ? nameOf(peer) : each.peer_id ? nameOf({ peer_id: each.peer_id }) : "";
    return html`<li><span class="quiet">${moment ? at(moment, new Date()) : nothing}</span>
      <span>${name ? html`<strong dir="auto">${name}</strong> ` : nothing}${each.endpoint ? html`<code>${bare(each.endpoint)}</code> ` : nothing}${each.detail}</span></li>`;
  }

  /** @param {Diagnosis} found */
  async #copy(found) {
    this.done = (await copyText(report(found, new Date()))) ? words.copied : words.notCopied;
    setTimeout(() => (this.done = ""), SHOWN);
  }

  #resync = async () => {
    this.problem = "";
    try {
      await this.post("/p2p/resync");
      this.done = words.resynced;
    } catch (error) {
      this.problem = explain(error);
    }
  };
}

/** @param {Diagnosis} found @returns {[string, number][]} */
function figures(found) {
  return [
    [words.connectedNow, found.connected_peers.length],
    [words.known, found.known_peers_count],
    [words.queued, found.pending_messages.total],
    [words.redials, found.reconnect_tasks.count],
    [words.catchUps, found.sync.active_catchups.length],
  ];
}

/** Counts and reasons: what a person can hand to a stranger. @param {Diagnosis} found @param {Date} now */
function report(found, now) {
  const failures = found.recent_failures.map(
    ({ at: moment, detail }) => `- ${instantOf(moment)?.toISOString() ?? "?"} ${detail.replace(ADDRESS, "(address)")}`,
  );
  return [
    `Canopy peers, ${now.toISOString()}`,
    ...figures(found).map(([label, count]) => `${label}: ${count}`),
    `${words.failures}: ${failures.length}`,
    ...failures,
  ].join("\n");
}

customElements.define("canopy-diagnostics", DiagnosticsBlock);
