/** The peers: who they are, how the link is, and what a person may do about it. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { failure, skeleton } from "../../parts/notice.js";
import { avatar } from "../../parts/avatar.js";
import { confirm } from "../../parts/confirm.js";
import { copyText } from "../../parts/copy.js";
import "../../parts/menu.js";
import { Block, alertLine, explain, fingerprintLine, glyph, outcomeList } from "./block.js";
import { fingerprint, nameOf, reasonsOf, stateOf } from "./states.js";
import {
  actionsFor, announced, approveName, blockText, blockTitle, flowText, flowTitle, forgetText, forgetTitle, introducedBy,
  lastSeen, listed, neverSeen, triedAddresses, words,
} from "./strings.js";
import { at, fromNow, instantOf } from "./when.js";

/** @typedef {import("../../base/types.js").Peer} Peer */
/** @typedef {import("../../parts/menu.js").MenuItem} MenuItem */

export class PeerList extends Block {
  static properties = { ...Block.properties, busy: { state: true }, problems: { state: true } };

  constructor() {
    super();
    /** Peer ids whose buttons wait for an answer. @type {Set<string>} */
    this.busy = new Set();
    /** By peer id: why the last action failed. @type {Record<string, string>} */
    this.problems = {};
    /** Peer ids that somebody hung up on here. @type {Set<string>} */
    this.parted = new Set();
    /** By peer id: the state that was last said. @type {Map<string, string>} */
    this.said = new Map();
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.peers.view);
    this.stops.add(this.app.peers.view.subscribe(() => this.#sayChanges()));
    this.#sayChanges(true);
  }

  /** Shows one peer to somebody who was sent to it. @param {string} peerId */
  point(peerId) {
    const row = /** @type {HTMLElement | null} */ (this.querySelector(`[data-peer-id="${CSS.escape(peerId)}"]`));
    row?.scrollIntoView({ block: "center" });
    row?.focus();
  }

  render() {
    return html`<section class="panel" aria-labelledby="peers-title">
      <h2 id="peers-title" tabindex="-1">${words.peersTitle}</h2>
      ${this.#content()}
    </section>`;
  }

  #content() {
    const { status, peers, error } = this.app.peers.view.value;
    if (status === "failed") return failure(words.peersFailed, words.peersFailedAdvice, error, () => void this.app.peers.load());
    if (status === "loading") return skeleton(2);
    if (peers.length === 0) return html`<p class="quiet">${words.peersEmpty} ${words.peersEmptyAdvice}</p>`;
    return html`<ul class="rows" aria-labelledby="peers-title">${repeat(peers, ({ peer_id }) => peer_id, (peer) => this.#row(peer))}</ul>`;
  }

  /** @param {Peer} peer */
  #row(peer) {
    const name = nameOf(peer);
    const id = `peer-${peer.peer_id}`;
    const state = stateOf(peer, this.app.mayManage);
    return html`<li class="row peer" data-peer-id=${peer.peer_id} data-state=${state.tone} aria-labelledby=${id} tabindex="-1">
      ${avatar({ id: peer.peer_id, name, agent: false })}
      <div class="row-main"><h3 id=${id} dir="auto">${name}</h3>${fingerprintLine(fingerprint(peer.words))}</div>
      <div class="peer-state">
        <p class="state">${glyph(state.tone)}<span>${state.label}</span></p>
        ${peer.progress ? bar(peer.progress) : nothing}
        <p class="quiet">${[state.detail, seen(peer)].filter(Boolean).join(" · ")}</p>
      </div>
      ${this.app.mayManage ? this.#buttons(peer, name) : nothing}
      ${this.#more(peer)}
    </li>`;
  }

  /** @param {Peer} peer @param {string} name */
  #buttons(peer, name) {
    const first = this.#firstAction(peer, name);
    const busy = this.busy.has(peer.peer_id) ? "true" : "false";
    return html`<div class="peer-buttons">
      ${first
        ? html`<button class="button ${first.primary ? "is-primary" : ""}" type="button" aria-busy=${busy} aria-label=${first.name}
            @click=${first.act}>${first.label}</button>`
        : nothing}
      <canopy-menu .label=${actionsFor(name)} .items=${this.#items(peer, name)}></canopy-menu>
    </div>`;
  }

  /** What stands beside the row without opening the menu. @param {Peer} peer @param {string} name */
  #firstAction(peer, name) {
    const act = (/** @type {() => Promise<unknown>} */ call) => () => void this.#do(peer.peer_id, call);
    const path = `/p2p/peers/${encodeURIComponent(peer.peer_id)}`;
    if (peer.level === "blocked") {
      return { label: words.unblock, name: `${words.unblock} ${name}`, primary: false, act: act(() => this.post(`${path}/unblock`)) };
    }
    if (peer.level !== "trusted") {
      return { label: words.approve, name: approveName(name), primary: true, act: act(() => this.post(`${path}/approve`)) };
    }
    if (peer.merge?.needed) return { label: words.flow, name: words.flow, primary: true, act: () => this.#letFlow(peer, name, path) };
    if (peer.state !== "offline") return null;
    return { label: words.reconnect, name: `${words.reconnect} ${name}`, primary: false, act: act(() => this.#reconnect(peer)) };
  }

  /** @param {Peer} peer @param {string} name @returns {MenuItem[]} */
  #items(peer, name) {
    const path = `/p2p/peers/${encodeURIComponent(peer.peer_id)}`;
    const offline = peer.state === "offline";
    return [
      ...(peer.level === "blocked"
        ? []
        : offline
          ? [{ label: words.reconnect, act: () => void this.#do(peer.peer_id, () => this.#reconnect(peer)) }]
          : [{ label: words.disconnect, act: () => void this.#do(peer.peer_id, () => this.#part(peer)) }]),
      { label: words.copyId, act: () => void this.#copy(peer) },
      ...(peer.level === "blocked" ? [] : [{ label: words.blockMenu, danger: true, act: () => this.#block(peer, name, path) }]),
      { label: words.forget, danger: true, act: () => this.#forget(peer, name, path) },
    ];
  }

  /** @param {Peer} peer */
  #reconnect({ peer_id }) {
    this.parted.delete(peer_id);
    return this.post("/p2p/reconnect", { peer_id });
  }

  /** @param {Peer} peer */
  async #part({ peer_id }) {
    await this.post("/p2p/disconnect", { peer_id });
    this.parted.add(peer_id);
  }

  /** @param {Peer} peer */
  async #copy(peer) {
    if (await copyText(peer.peer_id)) this.say(words.idCopied);
  }

  /** @param {Peer} peer @param {string} name @param {string} path */
  #letFlow(peer, name, path) {
    this.#confirm(peer, flowTitle(name), flowText(name, peer.merge.nodes, peer.merge.messages), words.flowButton, () => this.post(`${path}/merge`));
  }

  /** @param {Peer} peer @param {string} name @param {string} path */
  #block(peer, name, path) {
    this.#confirm(peer, blockTitle(name), blockText(name), words.block, () => this.post(`${path}/block`), true);
  }

  /** @param {Peer} peer @param {string} name @param {string} path */
  #forget(peer, name, path) {
    this.#confirm(peer, forgetTitle(name), forgetText(name), words.forgetButton, () => this.delete(path), true);
  }

  /** @param {Peer} peer @param {string} title @param {string[]} text @param {string} button @param {() => Promise<unknown>} call @param {boolean} [danger] */
  #confirm(peer, title, text, button, call, danger = false) {
    const act = async () => {
      await call();
      await this.app.peers.load();
      await this.updateComplete;
    };
    confirm({ title, text, button, danger, cancel: words.cancel, act, explain, onClosed: () => this.#keepFocus(peer.peer_id) });
  }

  /** @param {string} id @param {() => Promise<unknown>} call */
  async #do(id, call) {
    if (this.busy.has(id)) return;
    this.busy = new Set([...this.busy, id]);
    this.problems = { ...this.problems, [id]: "" };
    try {
      await call();
    } catch (error) {
      this.problems = { ...this.problems, [id]: explain(error) };
    }
    await this.app.peers.load();
    this.busy = new Set([...this.busy].filter((each) => each !== id));
    await this.updateComplete;
    this.#keepFocus(id);
  }

  /** The button that was pressed may be gone: its row, or else the heading, takes the focus. @param {string} id */
  #keepFocus(id) {
    if (document.activeElement && document.activeElement !== document.body) return;
    const row = this.querySelector(`[data-peer-id="${CSS.escape(id)}"]`);
    /** @type {HTMLElement | null} */ (row ?? this.querySelector("#peers-title"))?.focus();
  }

  /** @param {Peer} peer */
  #more(peer) {
    const problem = this.problems[peer.peer_id] ?? "";
    const lines = [...this.#remarks(peer), ...reasonsOf(peer)];
    const tried = peer.state === "offline" && peer.level !== "blocked" && peer.attempts.some(({ outcome }) => outcome !== "connected");
    if (!problem && lines.length === 0 && !tried) return nothing;
    const next = instantOf(peer.next_try);
    return html`<div class="row-more">
      ${alertLine(problem)}
      ${lines.map((line) => html`<p class="quiet">${line}</p>`)}
      ${tried
        ? html`<details class="fold"><summary>${triedAddresses(peer.attempts.length, next ? at(next, new Date()) : "")}</summary>
            ${outcomeList(peer.attempts)}</details>`
        : nothing}
    </div>`;
  }

  /** What the state alone does not say. @param {Peer} peer */
  #remarks(peer) {
    const idle = peer.level === "trusted" && peer.state === "offline" && peer.next_try === null;
    const parted = this.parted.has(peer.peer_id) ? words.disconnected : words.notDialled;
    return [
      ...(peer.level === "introduced" ? [`${introducedBy(listed(peer.introduced_by.map((id) => this.#nameOf(id))))}.`] : []),
      ...(peer.merge?.needed ? [words.apart] : []),
      ...(idle ? [parted] : []),
    ];
  }

  /** @param {string} id */
  #nameOf(id) {
    return nameOf(this.app.peers.view.value.peers.find((peer) => peer.peer_id === id) ?? { peer_id: id });
  }

  /** What changed is said once; figures are not. @param {boolean} [quietly] */
  #sayChanges(quietly = false) {
    const { status, peers } = this.app.peers.view.value;
    if (status !== "ready") return;
    const first = this.said.size === 0 && quietly;
    for (const peer of peers) {
      const { label } = stateOf(peer, this.app.mayManage);
      if (!first && this.said.get(peer.peer_id) !== label) this.say(announced(nameOf(peer), label));
      this.said.set(peer.peer_id, label);
    }
  }
}

/** @param {Peer} peer */
function seen(peer) {
  if (peer.state !== "offline") return "";
  const date = instantOf(peer.last_seen);
  return date ? lastSeen(fromNow(date, new Date())) : neverSeen;
}

/** An unknown total is no bar. @param {{done: number, total: number}} progress */
function bar({ done, total }) {
  return total > 0 ? html`<progress aria-label=${words.progress} max=${total} value=${Math.min(done, total)}></progress>` : nothing;
}

customElements.define("canopy-peers", PeerList);
