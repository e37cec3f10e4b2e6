/** Everybody whom this node knows. */

import { html, nothing, render, repeat } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { Coalesced } from "../../base/store.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { failure, notice, skeleton } from "../../parts/notice.js";
import { words as partWords } from "../../parts/strings.js";
import { words } from "./directory-strings.js";
import { face, nameOf, nodeOf, presenceOf } from "./identity.js";

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("./identity.js").Person} Person */
/** @typedef {"all" | "human" | "agent"} Kind */

const MOST_PAGES = 10; // of a hundred each

/** @type {import("../../base/types.js").MountInside} */
export function mount(root, app) {
  render(html`<canopy-directory .app=${app}></canopy-directory>`, root);
  return { name: "people", title: words.title, unmount: () => render(nothing, root) };
}

class Directory extends LightElement {
  static properties = { app: { attribute: false }, people: { state: true }, error: { state: true }, wanted: { state: true }, kind: { state: true } };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {Person[] | null} */
    this.people = null;
    /** @type {unknown} */
    this.error = null;
    this.wanted = "";
    /** @type {Kind} */
    this.kind = "all";
    this.reading = new Coalesced(() => this.#read());
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.peers.origins);
    this.stops.add(
      this.app.stream.onReset(() => void this.reading.run()),
      this.app.stream.onEvents((events) => events.some(({ event_type: type }) => type === "peer.changed" || type === "account.changed") && void this.reading.run()),
      () => this.reading.stop(),
    );
    void this.reading.run();
  }

  async #read() {
    try {
      /** @type {Person[]} */
      const found = [];
      for await (const page of this.app.api.pages("/users?limit=100", MOST_PAGES)) found.push(...page.users);
      [this.people, this.error] = [found, null];
    } catch (error) {
      if (!this.people) this.error = error;
    }
  }

  render() {
    return html`<header class="place-header">
        <a class="icon-button to-list" href="/" aria-label=${words.backToList} title=${words.backToList}>${icon("back")}</a>
        <h1 class="place-name" tabindex="-1">${icon("people")}<span>${words.title}</span></h1>
      </header>
      <div class="page" data-drawn><div class="page-inner">
        <div class="filter">
          <label class="field-box">${icon("search")}<input type="search" aria-label=${words.find} placeholder=${words.find} autocomplete="off"
            @input=${(/** @type {any} */ event) => (this.wanted = event.target.value)}></label>
          <div class="segments" role="group" aria-label=${words.which}>${/** @type {Kind[]} */ (["all", "human", "agent"]).map((kind) => html`
            <button type="button" aria-pressed=${this.kind === kind ? "true" : "false"} @click=${() => (this.kind = kind)}>${words[kind]}</button>`)}</div>
        </div>
        ${this.#content()}
      </div></div>`;
  }

  #content() {
    if (this.error) return failure(words.loadFailed, words.loadFailedAdvice, this.error, () => void this.reading.run());
    if (!this.people) return skeleton(4);
    const q = this.wanted.trim().replace(/^@/u, "").toLocaleLowerCase();
    const found = this.people.filter(
      (person) => (this.kind === "all" || person.account_type === this.kind) && `${nameOf(person)} ${person.username} ${nodeOf(this.app, person)}`.toLocaleLowerCase().includes(q),
    );
    const empty = !q && this.kind === "agent" ? notice(words.noAgents, words.noAgentsAdvice) : notice(words.none, words.noneAdvice);
    return html`<p class="sr-only" role="status">${q ? fill(words.found, { n: found.length }) : ""}</p>
      ${found.length === 0 ? empty : html`<ul class="list">${repeat(found, ({ user_id }) => user_id, (person) => this.#row(person))}</ul>`}`;
  }

  /** @param {Person} person */
  #row(person) {
    return html`<li class="list-row" data-user-id=${person.user_id}>
      ${face(person)}
      <div class="list-main"><h2 dir="auto"><a href="/people/${encodeURIComponent(person.user_id)}">${nameOf(person)}</a>
          ${person.account_type === "agent" ? html` <span class="badge">${partWords.agent}</span>` : nothing}
          ${person.user_id === this.app.me.user_id ? html` <span class="quiet">${words.you}</span>` : nothing}</h2>
        <p class="quiet is-meta"><bdi>@${person.username}</bdi> · <bdi>${nodeOf(this.app, person)}</bdi></p></div>
      <span class="quiet is-meta">${person.account_type === "agent" ? presenceOf(person) : nothing}</span>
    </li>`;
  }
}

customElements.define("canopy-directory", Directory);
