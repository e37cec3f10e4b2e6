/** Nodes that announce themselves on this network, and those that peers have spoken of. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { Block, alertLine, explain, outcomeList } from "./block.js";
import { Coalesced } from "../../base/store.js";
import { whenPeersChange } from "./peers.js";
import { nameOf } from "./states.js";
import { connectTo, introducedBy, listed, reviewOf, words } from "./strings.js";

/** @typedef {import("../../base/types.js").Discovered} Discovered */
/** @typedef {import("./types.js").Introduced} Introduced */
/** @typedef {{busy: boolean, problem: string, attempts: import("../../base/types.js").Attempt[]}} Try */

export class NearbyBlock extends Block {
  static properties = { ...Block.properties, introduced: { state: true }, tries: { state: true } };

  constructor() {
    super();
    /** @type {Introduced[]} */
    this.introduced = [];
    /** By key of the node: what became of connecting to it. @type {Record<string, Try>} */
    this.tries = {};
    this.reading = new Coalesced(() => this.#read());
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.peers.view);
    this.stops.add(() => this.reading.stop(), whenPeersChange(this.app.stream, () => void this.reading.run()));
    void this.reading.run();
  }

  async #read() {
    try {
      this.introduced = (await this.get("/p2p/introduced")).introduced_peers ?? [];
    } catch {
      // The list of peers reports what is wrong; this one stays as it was.
    }
  }

  render() {
    return html`<section class="panel" aria-labelledby="nearby-title">
        <h2 id="nearby-title">${words.nearbyTitle}</h2>
        ${this.#found()}
      </section>
      ${this.introduced.length > 0 ? this.#introductions() : nothing}`;
  }

  #found() {
    const rows = this.app.peers.view.value.discovered.filter((found) => !this.#isSettled(found));
    if (rows.length === 0) return html`<p class="quiet">${words.nearbyEmpty}</p>`;
    return html`<ul class="rows">${repeat(rows, ({ key }) => key, (found) => this.#row(found))}</ul>`;
  }

  /** @param {Discovered} found */
  #peerOf({ peer_id: id }) {
    return this.app.peers.view.value.peers.find((peer) => peer.peer_id === id);
  }

  /** A node that somebody has judged already stands among the peers. @param {Discovered} found */
  #isSettled(found) {
    const level = this.#peerOf(found)?.level;
    return level === "trusted" || level === "blocked";
  }

  /** @param {Discovered} found */
  #row(found) {
    const peer = this.#peerOf(found);
    const place = `${found.address.includes(":") ? `[${found.address}]` : found.address}:${found.port}`;
    const name = peer ? nameOf(peer) : words.unknownNode;
    const tried = this.tries[found.key];
    return html`<li class="row">
      <div class="row-main"><strong dir="auto">${name}</strong><code class="quiet">${place}</code></div>
      ${this.#action(found, peer, peer ? name : place, tried?.busy ?? false)}
      ${tried?.problem ? html`<div class="row-more">${alertLine(tried.problem)}</div>` : nothing}
      ${tried && tried.attempts.length > 0 ? html`<div class="row-more">${outcomeList(tried.attempts)}</div>` : nothing}
    </li>`;
  }

  /** @param {Discovered} found @param {import("../../base/types.js").Peer | undefined} peer @param {string} name @param {boolean} busy */
  #action(found, peer, name, busy) {
    if (peer && peer.state !== "offline") {
      return html`<button class="button" type="button" aria-label=${reviewOf(name)} @click=${() => this.#point(peer.peer_id)}>${words.review}</button>`;
    }
    if (!this.app.mayManage) return nothing;
    return html`<button class="button" type="button" aria-label=${connectTo(name)} aria-busy=${busy ? "true" : "false"}
      @click=${() => this.#connect(found.key)}>${words.connect}</button>`;
  }

  /** @param {string} peerId */
  #point(peerId) {
    this.dispatchEvent(new CustomEvent("point", { detail: peerId, bubbles: true }));
  }

  /** @param {string} key */
  async #connect(key) {
    if (this.tries[key]?.busy) return;
    this.#tell(key, { busy: true, problem: "", attempts: [] });
    try {
      const { attempts = [] } = await this.post(`/p2p/discovered/${encodeURIComponent(key)}/connect`);
      this.#tell(key, { busy: false, problem: "", attempts });
    } catch (error) {
      this.#tell(key, { busy: false, problem: explain(error), attempts: Object(error).body?.attempts ?? [] });
    }
    void this.app.peers.load();
  }

  /** @param {string} key @param {Try} found */
  #tell(key, found) {
    this.tries = { ...this.tries, [key]: found };
  }

  #introductions() {
    return html`<section class="panel" aria-labelledby="introduced-title">
      <h2 id="introduced-title">${words.introducedTitle}</h2>
      <p class="quiet">${words.introducedAdvice}</p>
      <ul class="rows">${this.introduced.map((each) => html`<li class="row">
        <div class="row-main"><strong dir="auto">${nameOf(each)}</strong><span class="quiet">${introducedBy(this.#introducers(each))}</span></div>
      </li>`)}</ul>
    </section>`;
  }

  /** @param {Introduced} each */
  #introducers({ introduced_via, introduced_by }) {
    const ids = introduced_via?.length ? introduced_via : introduced_by ? [introduced_by] : [];
    const { peers } = this.app.peers.view.value;
    return listed(ids.map((id) => nameOf(peers.find((peer) => peer.peer_id === id) ?? { peer_id: id })));
  }
}

customElements.define("canopy-nearby", NearbyBlock);
