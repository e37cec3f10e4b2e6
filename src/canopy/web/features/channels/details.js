/** What there is to know of a channel and to change about it, beside the conversation. */

import { html, nothing, render } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { cleanName } from "../../base/text.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { notice, skeleton } from "../../parts/notice.js";
import "./members.js";
import "./channel-settings.js";
import { hrefOf } from "./sidebar.js";
import { words } from "./strings.js";

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */

/** @type {import("../../base/types.js").MountInside} */
export function mount(root, app, params) {
  render(html`<canopy-details .app=${app} .channelId=${params.channel ?? ""} .tab=${params.tab ?? "members"}></canopy-details>`, root);
  return { name: "details", title: "", unmount: () => render(nothing, root) };
}

const TABS = /** @type {const} */ ({ members: words.tabMembers, settings: words.tabSettings });

export class Details extends LightElement {
  static properties = { app: { attribute: false }, channelId: {}, tab: {} };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    this.channelId = "";
    this.tab = "members";
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.channels);
    this.stops.listen(this, "keydown", (event) => this.#pressed(event));
  }

  get #channel() {
    return this.app.channels.value?.find(({ id }) => id === this.channelId);
  }

  render() {
    const channel = this.#channel;
    const back = `/c/${encodeURIComponent(this.channelId)}`;
    return html`<header class="place-header">
        <h2 class="place-name" tabindex="-1" aria-label=${channel ? fill(words.detailsOf, { name: cleanName(channel.name) }) : nothing}>${words.details}</h2>
        <a class="icon-button aside-close" href=${back} aria-label=${words.close} title=${words.close}>${icon("cross")}</a>
      </header>
      ${channel ? this.#content(channel) : this.app.channels.value ? notice(words.missing, words.missingAdvice) : skeleton(3)}`;
  }

  /** @param {import("../../base/types.js").Channel} channel */
  #content(channel) {
    const base = `${hrefOf(channel)}/about`;
    return html`<nav class="tabs" aria-label=${words.details}>${Object.entries(TABS).map(([tab, name]) => html`
        <a href="${base}/${tab}" aria-current=${tab === this.tab ? "page" : nothing}>${name}</a>`)}</nav>
      <div class="aside-content">${this.tab === "settings"
        ? html`<canopy-channel-settings .app=${this.app} .channel=${channel}></canopy-channel-settings>`
        : html`<canopy-members .app=${this.app} .channel=${channel}></canopy-members>`}</div>`;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    this.app.router.go(`/c/${encodeURIComponent(this.channelId)}`);
  }
}

customElements.define("canopy-details", Details);
