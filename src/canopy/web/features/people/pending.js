/** An account that nobody has let in yet: says so, and goes on by itself as soon as somebody does. */

import { html, nothing, render } from "../../vendor/lit.js";
import { ApiError } from "../../base/api.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { signOut } from "./session.js";
import { words } from "./strings.js";

const LOOK_AGAIN = 2000; // ms; an account that waits may hold no stream

/** @typedef {import("../../base/types.js").App} App */
/** @typedef {import("../../base/types.js").SessionInfo} SessionInfo */

class Pending extends LightElement {
  static properties = { app: { attribute: false }, session: { attribute: false }, onDone: { attribute: false }, onOut: { attribute: false }, suspended: { state: true } };

  constructor() {
    super();
    /** @type {App} */
    this.app = /** @type {any} */ (undefined);
    /** @type {SessionInfo} */
    this.session = /** @type {any} */ (undefined);
    /** @type {(session: SessionInfo) => void} */
    this.onDone = () => {};
    this.onOut = () => {};
    this.suspended = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.stops.every(() => !document.hidden && void this.#look(), LOOK_AGAIN);
    void this.#look();
  }

  async #look() {
    try {
      const { status } = await this.app.api.get("/auth/status");
      if (status === "active") this.onDone(await this.app.api.get("/session"));
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.code === "account_suspended")) this.suspended = true;
    }
  }

  render() {
    const { display_name: name, username } = this.session.user;
    return html`<main class="outside"><div class="card">
      <div class="card-head"><h1 tabindex="-1">${this.suspended ? words.turnedAway : words.pendingTitle}</h1><p>${this.suspended ? words.turnedAwayText : words.pendingLead}</p></div>
      <p class="strip ${this.suspended ? "is-danger" : "is-note"}" role="status">${icon(this.suspended ? "warn" : "clock")}<span>${this.suspended ? words.turnedAway : words.pendingState}</span></p>
      <p class="quiet"><bdi>${name}</bdi> · <bdi>@${username}</bdi></p>
      <button class="button" type="button" @click=${this.#leave}>${words.signOut}</button>
    </div></main>`;
  }

  #leave = async () => {
    try {
      await signOut(this.app.api);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
    this.onOut();
  };
}

customElements.define("canopy-pending", Pending);

/** @param {HTMLElement} root @param {App} app @param {SessionInfo} session @param {(session: SessionInfo) => void} onDone @param {() => void} onOut */
export function mount(root, app, session, onDone, onOut) {
  render(html`<canopy-pending .app=${app} .session=${session} .onDone=${onDone} .onOut=${onOut}></canopy-pending>`, root);
  return { name: "pending", title: words.pendingTitle, unmount: () => render(nothing, root) };
}
