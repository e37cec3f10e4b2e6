/** Your invite: as a picture, as words and as text, and the addresses that it names. */

import { html, nothing } from "../../vendor/lit.js";
import { Coalesced } from "../../base/store.js";
import { copyText } from "../../parts/copy.js";
import { field, valuesOf } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { failure } from "../../parts/notice.js";
import { Block, alertLine, bare, explain, fingerprintLine } from "./block.js";
import { whenPeersChange } from "./peers.js";
import { fingerprint } from "./states.js";
import { LIFETIMES, expires, reachKind, shareText, words } from "./strings.js";
import { instantOf } from "./when.js";

const SHOWN = 2000; // ms for which "Copied" stands
const USUAL = 604_800; // s; a week
const HOST = /^(?:\[[0-9a-f:.]+\]|[0-9a-f:]*:[0-9a-f:.]+|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/iu;

/** @typedef {import("./types.js").Invite} Invite */

export class InviteBlock extends Block {
  static properties = {
    ...Block.properties,
    invite: { state: true },
    error: { state: true },
    copied: { state: true },
    busy: { state: true },
    done: { state: true },
    problem: { state: true },
    errors: { state: true },
  };

  constructor() {
    super();
    /** @type {Invite | null} */
    this.invite = null;
    /** @type {unknown} */
    this.error = null;
    /** @type {"" | "yes" | "no"} */
    this.copied = "";
    this.busy = false;
    /** What has just been made. */
    this.done = "";
    this.problem = "";
    /** By field of the public address. @type {Record<string, string>} */
    this.errors = {};
    this.reading = new Coalesced(() => this.#read());
  }

  connectedCallback() {
    super.connectedCallback();
    this.stops.add(() => this.reading.stop(), whenPeersChange(this.app.stream, () => void this.reading.run()));
    void this.reading.run();
  }

  async #read() {
    try {
      this.invite = /** @type {Invite} */ (await this.get("/p2p/invite"));
      this.error = null;
      this.dispatchEvent(new CustomEvent("own", { detail: this.invite.peer_id }));
    } catch (error) {
      if (!this.invite) this.error = error; // a code that was shown stays good
    }
  }

  render() {
    return html`<section class="panel" aria-labelledby="invite-title">
      <h2 id="invite-title">${words.inviteTitle}</h2>
      ${this.invite ? this.#content(this.invite) : this.#waiting()}
    </section>`;
  }

  #waiting() {
    if (!this.error) return html`<div class="qr is-awaited" aria-hidden="true"></div>`;
    return failure(words.inviteFailed, words.inviteFailedAdvice, this.error, () => void this.reading.run());
  }

  /** @param {Invite} invite */
  #content(invite) {
    const end = instantOf(invite.expires_at);
    return html`
      <div class="invite">
        ${invite.qr ? qr(invite.qr) : html`<p class="quiet">${words.qrTooLong}</p>`}
        <div class="invite-who">
          <h3 dir="auto">${invite.name}</h3>
          ${fingerprintLine(fingerprint(invite.words))}
          <p class="quiet">${words.compareOwn}</p>
        </div>
      </div>
      ${this.#code(invite.invite_code)}
      <p class="quiet">${invite.one_time ? words.oneTime : words.manyTimes} ${end ? expires(end, new Date()) : words.neverExpires}</p>
      ${this.app.mayManage ? this.#another() : nothing}
      <p class="quiet" role="status">${this.done}</p>
      ${alertLine(this.problem)}
      ${reachable(invite)}
      ${this.app.mayManage ? this.#publicAddress(invite) : nothing}`;
  }

  /** @param {string} code */
  #code(code) {
    return html`<div class="field">
      <label for="own-code">${words.code}</label>
      <div class="line">
        <div class="field-box"><input id="own-code" readonly .value=${code} spellcheck="false" translate="no"
          @focus=${(/** @type {FocusEvent} */ event) => /** @type {HTMLInputElement} */ (event.target).select()}></div>
        <button class="button" type="button" @click=${() => this.#copy(code)}>${icon(this.copied === "yes" ? "check" : "copy")}
          <span aria-live="polite">${this.#copyLabel()}</span></button>
        ${"share" in navigator
          ? html`<button class="button" type="button" @click=${() => share(code)}>${icon("share")}${words.share}</button>`
          : nothing}
      </div>
    </div>`;
  }

  #copyLabel() {
    if (this.copied === "") return words.copy;
    return this.copied === "yes" ? words.copied : words.notCopied;
  }

  /** @param {string} code */
  async #copy(code) {
    this.copied = (await copyText(code)) ? "yes" : "no";
    if (this.copied === "no") /** @type {HTMLInputElement} */ (this.querySelector("#own-code")).select();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.copied = ""), SHOWN);
  }

  #another() {
    return html`<form class="line another" @submit=${this.#make}>
      <label for="lifetime">${words.validFor}</label>
      <select class="select" id="lifetime" name="seconds">${LIFETIMES.map(({ seconds, label }) => html`
        <option value=${seconds} ?selected=${seconds === USUAL}>${label}</option>`)}</select>
      <button class="button" type="submit" aria-busy=${this.busy ? "true" : "false"}>${words.another}</button>
    </form>`;
  }

  /** @param {SubmitEvent} event */
  #make = (event) => {
    event.preventDefault();
    const seconds = Number(valuesOf(/** @type {HTMLFormElement} */ (event.target)).seconds);
    void this.#replace(() => this.post("/p2p/invite", { expires_in: seconds }), words.anotherMade);
  };

  /** The code of before stays in view until the new one is there. @param {() => Promise<Invite>} call @param {string} done */
  async #replace(call, done) {
    if (this.busy) return;
    this.busy = true;
    this.done = this.problem = "";
    try {
      this.invite = await call();
      this.done = done;
    } catch (error) {
      this.problem = explain(error);
    } finally {
      this.busy = false;
    }
  }

  /** @param {Invite} invite */
  #publicAddress(invite) {
    const none = invite.reach.every(({ kind }) => kind === "loopback");
    return html`<details class="fold" ?open=${none}>
      <summary>${words.publicTitle}</summary>
      <form class="public" novalidate @submit=${this.#setPublic}>
        <p class="quiet">${words.publicHint}</p>
        <div class="line is-top">
          ${field({ name: "public_host", label: words.host, error: this.errors.public_host, plain: true, autocomplete: "off" })}
          ${field({ name: "public_port", label: words.port, error: this.errors.public_port, plain: true, inputmode: "numeric", most: 5, autocomplete: "off", value: portOf(invite) })}
        </div>
        <div class="line">
          <button class="button" type="submit" aria-busy=${this.busy ? "true" : "false"}>${words.publicButton}</button>
          ${invite.reach.some(({ kind }) => kind === "configured")
            ? html`<button class="button" type="button" @click=${this.#removePublic}>${words.publicRemove}</button>`
            : nothing}
        </div>
      </form>
    </details>`;
  }

  /** @param {SubmitEvent} event */
  #setPublic = (event) => {
    event.preventDefault();
    const { public_host: host = "", public_port: port = "" } = valuesOf(/** @type {HTMLFormElement} */ (event.target));
    this.errors = publicErrors(host.trim(), port.trim());
    if (Object.keys(this.errors).length > 0) return;
    const query = new URLSearchParams({ public_host: host.trim(), public_port: port.trim() });
    void this.#replace(() => this.get(`/p2p/invite?${query}`), words.publicDone);
  };

  #removePublic = () => {
    this.errors = {};
    void this.#replace(() => this.get("/p2p/invite?public_host="), words.publicRemoved);
  };
}

/** @param {string} host @param {string} port @returns {Record<string, string>} */
function publicErrors(host, port) {
  const number = /^[0-9]+$/u.test(port) ? Number(port) : 0;
  return {
    ...(HOST.test(host) ? {} : { public_host: words.hostWrong }),
    ...(number >= 1 && number <= 65_535 ? {} : { public_port: words.portWrong }),
  };
}

/** The port on which the mesh listens is the likeliest outside too. @param {Invite} invite */
function portOf(invite) {
  return /:([0-9]+)(?:\/|$)/u.exec(bare(invite.reach[0]?.address ?? ""))?.[1];
}

/** @param {string} code */
async function share(code) {
  try {
    await navigator.share({ text: shareText(code) });
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // the person changed their mind
  }
}

/** Dark on light in every theme: cameras expect it. @param {{size: number, path: string}} code */
function qr({ size, path }) {
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label=${words.qrName} shape-rendering="crispEdges">
    <path d=${path}></path></svg>`;
}

/** @param {Invite} invite */
function reachable({ reach }) {
  const local = reach.length > 0 && reach.every(({ kind }) => kind === "loopback");
  return html`<div class="reach">
    <h3>${words.reachTitle}</h3>
    ${reach.length === 0 ? html`<p><strong>${words.reachNone}</strong> ${words.reachNoneAdvice}</p>` : nothing}
    <ul>${reach.map(({ address, kind }) => {
      const [name, meaning] = reachKind(kind);
      return html`<li><code>${address}</code><span class="quiet"><strong>${name}</strong>${meaning ? html` · ${meaning}` : nothing}</span></li>`;
    })}</ul>
    ${local ? html`<p class="quiet">${words.reachLocal}</p>` : nothing}
    ${reach.length > 1 ? html`<p class="quiet">${words.reachSeveral}</p>` : nothing}
  </div>`;
}

customElements.define("canopy-invite", InviteBlock);
