/** The identity card as a page. */

import { html, nothing, render } from "../../vendor/lit.js";
import { ApiError } from "../../base/api.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { failure, notice, skeleton } from "../../parts/notice.js";
import { words } from "./directory-strings.js";
import { facts, head, nameOf } from "./identity.js";

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("./identity.js").Person} Person */

/** @type {import("../../base/types.js").MountInside} */
export function mount(root, app, params) {
  render(html`<canopy-person .app=${app} .userId=${params.user ?? ""}></canopy-person>`, root);
  return { name: "person", title: words.title, unmount: () => render(nothing, root) };
}

class PersonPage extends LightElement {
  static properties = { app: { attribute: false }, userId: {}, person: { state: true }, error: { state: true }, said: { state: true } };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    this.userId = "";
    /** @type {Person | null} */
    this.person = null;
    /** @type {unknown} */
    this.error = null;
    this.said = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.peers.view);
    void this.#load();
  }

  async #load() {
    try {
      this.person = (await this.app.api.get(`/users/${encodeURIComponent(this.userId)}`)).user;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    return html`<header class="place-header">
        <a class="icon-button" href="/people" aria-label=${words.title} title=${words.title}>${icon("back")}</a>
        <p class="place-name">${icon("people")}<span>${words.title}</span></p>
      </header>
      <div class="page" data-drawn><div class="page-inner is-narrow">${this.#content()}</div></div>`;
  }

  #content() {
    if (this.error instanceof ApiError && (this.error.status === 404 || this.error.status === 400)) {
      return notice(words.missing, words.missingAdvice, { heading: "h1" });
    }
    if (this.error) return failure(words.loadFailed, words.loadFailedAdvice, this.error, () => void this.#load());
    const { person, app } = this;
    if (!person) return skeleton(2);
    const own = person.user_id === app.me.user_id;
    return html`<section class="panel">${head(person, html`<h1 tabindex="-1" dir="auto">${nameOf(person)}</h1>`)}
      ${facts(app, person, (said) => (this.said = said))}<p class="said" role="status">${this.said}</p>
      <div class="line">${own ? html`<a class="button" href="/settings/profile">${words.editProfile}</a>` : nothing}
        ${app.mayManage && !person.is_remote && !own ? html`<a class="button" href="/admin/users">${words.manage}</a>` : nothing}</div></section>`;
  }
}

customElements.define("canopy-person", PersonPage);
