/** What each peer may do, and who decides: a table first, one peer by its address. */

import { html, live, nothing, render, repeat } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { avatar } from "../../parts/avatar.js";
import { confirm } from "../../parts/confirm.js";
import { icon } from "../../parts/icons.js";
import { failure, notice, skeleton } from "../../parts/notice.js";
import { loadStyle } from "../../parts/style.js";
import { Block, alertLine, explain, fingerprintLine } from "./block.js";
import { fingerprint, nameOf } from "./states.js";
import { levelOf, words } from "./trust-strings.js";

await loadStyle(new URL("./trust.css", import.meta.url));

/** @typedef {import("../../base/types.js").Peer} Peer */
/** @typedef {Peer["level"]} Level */

/** What a person may turn a level into. @type {Record<Level, Level[]>} */
const MOVES = { trusted: ["trusted", "blocked"], introduced: ["introduced", "trusted", "blocked"], unknown: ["unknown", "trusted", "blocked"], blocked: ["blocked", "unknown"] };
const CALLS = /** @type {Record<string, string>} */ ({ trusted: "approve", blocked: "block", unknown: "unblock" });
const RIGHTS = /** @type {const} */ (["sync", "files", "relay", "feed"]);

/** @type {import("../../base/types.js").MountInside} */
export function mount(root, app, params) {
  render(html`<canopy-trust .app=${app} .peerId=${params.peer ?? ""}></canopy-trust>`, root);
  return { name: "trust", title: words.title, unmount: () => render(nothing, root) };
}

class Trust extends Block {
  static properties = { ...Block.properties, peerId: {}, problems: { state: true }, said: { state: true } };

  constructor() {
    super();
    /** Only this one is shown, when it is named. */
    this.peerId = "";
    /** @type {Record<string, string>} */
    this.problems = {};
    this.said = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.peers.view);
  }

  render() {
    return html`<header class="place-header">
        <a class="icon-button ${this.peerId ? "" : "to-list"}" href=${this.peerId ? "/trust" : "/"} aria-label=${this.peerId ? words.all : words.backToList} title=${this.peerId ? words.all : words.backToList}>${icon("back")}</a>
        <h1 class="place-name" tabindex="-1">${icon("shield")}<span>${words.title}</span></h1>
      </header>
      <div class="page" data-drawn><div class="page-inner">
        <p class="quiet">${words.lead} ${this.app.mayManage ? nothing : words.readOnly}</p>
        ${this.#content()}
        <p class="sr-only" role="status">${this.said}</p>
      </div></div>`;
  }

  #content() {
    const { status, peers, error } = this.app.peers.view.value;
    if (status === "failed") return failure(words.loadFailed, words.loadFailedAdvice, error, () => void this.app.peers.load());
    if (status === "loading") return skeleton(2);
    const shown = this.peerId ? peers.filter(({ peer_id }) => peer_id === this.peerId) : peers;
    if (this.peerId && shown.length === 0) return notice(words.missing, words.missingAdvice);
    if (shown.length === 0) return notice(words.none, words.noneAdvice, { action: { label: words.toConnect, act: () => this.app.router.go("/connect") } });
    return html`<ul class="list" aria-label=${words.caption}>${repeat(shown, ({ peer_id }) => peer_id, (peer) => this.#row(peer))}</ul>
      <p class="quiet is-meta">${words.scoreHint}</p>${this.peerId ? html`<p class="strip is-note">${words.unverified}</p>` : nothing}`;
  }

  /** @param {Peer} peer */
  #row(peer) {
    const name = nameOf(peer);
    const trusted = peer.level === "trusted";
    return html`<li class="list-row trust-row" data-peer-id=${peer.peer_id} data-level=${peer.level}>
      ${avatar({ id: peer.peer_id, name, agent: false })}
      <div class="list-main"><h2 dir="auto"><a href="/trust/${encodeURIComponent(peer.peer_id)}">${name}</a></h2>${fingerprintLine(fingerprint(peer.words))}</div>
      <ul class="rights" aria-label=${words.may}>${RIGHTS.map((right) => {
        const may = trusted && right !== "relay" && (right !== "sync" || peer.open_channels === "merged");
        return html`<li data-may=${may ? "yes" : "no"} aria-label=${fill(may ? words.yes : words.no, { what: words[right] })}>${icon(may ? "check" : "cross")}<span>${words[right]}</span></li>`;
      })}</ul>
      <p class="quiet is-meta trust-score">${words.score} ${trusted ? 100 : 0}</p>
      <div class="trust-level">${this.app.mayManage ? this.#select(peer, name) : html`<span class="badge is-plain">${words[peer.level]}</span>`}</div>
      ${alertLine(this.problems[peer.peer_id] ?? "")}
    </li>`;
  }

  /** @param {Peer} peer @param {string} name */
  #select(peer, name) {
    return html`<select class="select" aria-label=${levelOf(name)} @change=${(/** @type {Event} */ event) => this.#chosen(peer, name, event)}>${MOVES[peer.level].map((level) => html`
      <option value=${level} .selected=${live(level === peer.level)}>${words[level]}</option>`)}</select>`;
  }

  /** @param {Peer} peer @param {string} name @param {Event} event */
  #chosen(peer, name, event) {
    const select = /** @type {HTMLSelectElement} */ (event.target);
    const level = /** @type {Level} */ (select.value);
    if (level !== "blocked") return void this.#set(peer, name, level, select);
    select.value = peer.level;
    return confirm({
      title: fill(words.blockTitle, { name }), text: [words.blockText], cancel: words.cancel, button: words.block, danger: true, explain,
      act: () => this.#change(peer, name, level),
    });
  }

  /** @param {Peer} peer @param {string} name @param {Level} level @param {HTMLSelectElement} select */
  async #set(peer, name, level, select) {
    try {
      await this.#change(peer, name, level);
      this.problems = { ...this.problems, [peer.peer_id]: "" };
    } catch (error) {
      this.problems = { ...this.problems, [peer.peer_id]: explain(error) };
      select.value = peer.level;
    }
  }

  /** @param {Peer} peer @param {string} name @param {Level} level */
  async #change(peer, name, level) {
    await this.post(`/p2p/peers/${encodeURIComponent(peer.peer_id)}/${CALLS[level]}`);
    await this.app.peers.load();
    this.said = fill(words.now, { name, level: words[level] });
  }
}

customElements.define("canopy-trust", Trust);
