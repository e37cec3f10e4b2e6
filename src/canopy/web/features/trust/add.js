/** Adding a peer: paste its code, see whose it is, connect, and read what became of each address. */

import { html, nothing } from "../../vendor/lit.js";
import { cleanName } from "../../base/text.js";
import { field } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { Block, alertLine, bare, explain, fingerprintLine, glyph, outcomeList } from "./block.js";
import { decode } from "./decode.js";
import { fingerprint, stateOf } from "./states.js";
import { connectTo, expires, nextTry, words } from "./strings.js";
import { at, instantOf } from "./when.js";

const PAUSE = 500; // ms without a key after which what was typed is judged

/** @typedef {import("./types.js").Review} Review */
/** @typedef {import("./types.js").Imported} Imported */

export class AddBlock extends Block {
  static properties = {
    ...Block.properties,
    own: {},
    offered: {},
    problem: { state: true },
    busy: { state: true },
    review: { state: true },
    result: { state: true },
  };

  constructor() {
    super();
    /** Peer id of this node, once it is known. */
    this.own = "";
    /** A code that is looked at without being pasted. */
    this.offered = "";
    this.problem = "";
    this.busy = false;
    /** @type {Review | null} */
    this.review = null;
    /** @type {Imported | null} */
    this.result = null;
    this.typed = "";
    this.code = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.peers.view);
    this.stops.add(() => clearTimeout(this.timer));
  }

  firstUpdated() {
    if (!this.offered) return;
    this.typed = this.offered;
    void this.#look();
  }

  render() {
    return html`<section class="panel" aria-labelledby="add-title">
      <h2 id="add-title" tabindex="-1">${words.addTitle}</h2>
      ${this.result ? this.#outcome(this.result) : this.review ? this.#reviewed(this.review) : this.#entry()}
    </section>`;
  }

  #entry() {
    return html`<form novalidate @submit=${this.#ask} @input=${this.#input}>
      ${field({
        name: "code", label: words.paste, hint: words.pasteHint, error: this.problem, plain: true, autocomplete: "off",
        value: this.typed || undefined, onInput: (value) => (this.typed = value),
      })}
      <button class="button is-primary" type="submit" aria-busy=${this.busy ? "true" : "false"}>${words.review}</button>
    </form>`;
  }

  /** What was pasted is whole and judged at once; what is being typed, when the hands rest. @param {InputEvent} event */
  #input = (event) => {
    clearTimeout(this.timer);
    this.problem = "";
    if (this.typed.trim() === "") return;
    const pasted = event.inputType === "insertFromPaste" || event.inputType === "insertFromDrop";
    this.timer = setTimeout(() => this.#judge(), pasted ? 0 : PAUSE);
  };

  #judge() {
    const found = decode(this.typed, this.own, new Date());
    this.code = "code" in found ? found.code : "";
    this.problem = "problem" in found ? found.problem : "";
  }

  /** @param {SubmitEvent} event */
  #ask = async (event) => {
    event.preventDefault();
    await this.#look();
  };

  /** Whose it is. Nothing happens before somebody connects. */
  async #look() {
    clearTimeout(this.timer);
    this.#judge();
    if (this.problem || this.busy) return;
    await this.#during(async () => {
      this.review = await this.post("/p2p/invite/import", { invite_code: this.code, dry_run: true });
    });
    if (this.review) this.#focusHeading();
  }

  /** @param {Review} review */
  #reviewed({ name, words: six, endpoints, warnings, expires_at }) {
    const end = instantOf(expires_at);
    return html`<div class="review">
      <p class="quiet">${words.reviewed}</p>
      <h3 dir="auto">${cleanName(name) || words.unnamed}</h3>
      ${fingerprintLine(fingerprint(six))}
      <p class="quiet">${words.compareTheirs}</p>
      ${warnings.map(({ sentence }) => html`<div class="strip is-warn" role="note">${icon("warn")}<span>${sentence}</span></div>`)}
      ${this.busy ? this.#trying(endpoints) : addresses(endpoints)}
      ${end ? html`<p class="quiet">${expires(end, new Date())}</p>` : nothing}
      <p class="lead">${words.nothingYet}</p>
      ${alertLine(this.problem)}
      <div class="line">
        <button class="button is-primary" type="button" aria-busy=${this.busy ? "true" : "false"}
          aria-label=${connectTo(cleanName(name) || words.unnamed)} @click=${this.#connect}>${words.connect}</button>
        <button class="button" type="button" @click=${this.#reset}>${words.cancel}</button>
      </div>
    </div>`;
  }

  /** @param {string[]} endpoints */
  #trying(endpoints) {
    return html`<ul class="outcomes" role="status">${endpoints.map((address) => html`
      <li>${icon("clock")}<span><code>${bare(address)}</code> ${words.trying}</span></li>`)}</ul>`;
  }

  #connect = async () => {
    if (this.busy) return;
    await this.#during(async () => {
      this.result = await this.post("/p2p/invite/import", { invite_code: this.code });
    });
    void this.app.peers.load();
    if (this.result) this.#focusHeading();
  };

  /** @param {() => Promise<void>} act */
  async #during(act) {
    this.busy = true;
    this.problem = "";
    try {
      await act();
    } catch (error) {
      this.problem = explain(error);
    } finally {
      this.busy = false;
    }
  }

  /** The peer itself is asked what it is now; the answer of the import grows old. @param {Imported} result */
  #outcome(result) {
    const peer = this.app.peers.view.value.peers.find((each) => each.peer_id === result.peer_id);
    const state = peer && peer.state !== "offline" ? stateOf(peer, this.app.mayManage) : null;
    const connected = state !== null || result.status === "connected";
    const attempts = peer && peer.attempts.length > 0 ? peer.attempts : (result.attempts ?? []);
    const next = connected ? null : instantOf(peer?.next_try ?? result.next_try);
    return html`<div class="review">
      <h3 dir="auto">${cleanName(this.review?.name) || words.unnamed}</h3>
      <div role="status">
        <p class="state">${glyph(state?.tone ?? (connected ? "good" : "off"))}<strong>${state?.label ?? (connected ? words.connected : words.saved)}</strong></p>
        <p class="quiet">${state?.detail ?? result.message}</p>
      </div>
      ${attempts.length > 0 ? outcomeList(attempts) : nothing}
      ${next ? html`<p class="quiet">${nextTry(at(next, new Date()))}</p>` : nothing}
      <div class="line"><button class="button" type="button" @click=${this.#reset}>${words.addAnother}</button></div>
    </div>`;
  }

  #reset = () => {
    const kept = this.result ? "" : this.typed;
    this.review = this.result = null;
    this.problem = this.code = "";
    this.typed = kept;
    void this.updateComplete.then(() => this.querySelector("input")?.focus());
  };

  /** The button that was pressed is gone: what came in its place is read from its heading. */
  #focusHeading() {
    void this.updateComplete.then(() => /** @type {HTMLElement | null} */ (this.querySelector("#add-title"))?.focus());
  }
}

/** @param {string[]} endpoints */
function addresses(endpoints) {
  return html`<ul class="addresses">${endpoints.map((address) => html`<li><code>${address}</code></li>`)}</ul>`;
}

customElements.define("canopy-add-peer", AddBlock);
