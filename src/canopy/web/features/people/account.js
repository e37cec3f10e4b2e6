/** The person at the foot of the rail, and the menu behind the avatar. */

import { html, nothing } from "../../vendor/lit.js";
import { ApiError, Unreachable } from "../../base/api.js";
import { avatar } from "../../parts/avatar.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { accountName, words } from "./strings.js";

const GAP = 8; // px between the button and its menu

export class AccountMenu extends LightElement {
  static properties = { me: { attribute: false }, onSignOut: { attribute: false }, problem: { state: true } };

  constructor() {
    super();
    /** @type {import("../../base/types.js").User} */
    this.me = /** @type {any} */ (undefined);
    /** @type {() => Promise<void>} */
    this.onSignOut = async () => {};
    /** Why signing out did not work. */
    this.problem = "";
  }

  render() {
    const { display_name: name, username, user_id: id, account_type, avatar_url: url } = this.me;
    return html`<button class="rail-item" type="button" data-roving tabindex="-1" popovertarget="account-menu" aria-haspopup="menu"
        aria-label=${accountName(name, username)} title=${accountName(name, username)}>
        ${avatar({ id, name, agent: account_type === "agent", url: url ?? null }, "small")}</button>
      <div class="menu" id="account-menu" popover @toggle=${this.#toggled}>
        <div class="menu-head"><strong>${name}</strong><span>@${username}</span></div>
        <div role="menu" aria-label=${words.account}>
          <a role="menuitem" class="menu-link" href="/people/${encodeURIComponent(id)}" @click=${this.#hide}>${icon("person")}${words.ownCard}</a>
          <a role="menuitem" class="menu-link" href="/settings/profile" @click=${this.#hide}>${icon("gear")}${words.editProfile}</a>
          <button role="menuitem" type="button" @click=${this.#signOut}>${icon("leave")}${words.signOut}</button>
        </div>
        ${this.problem ? html`<p class="menu-head field-error" role="alert">${this.problem}</p>` : nothing}
      </div>`;
  }

  #hide = () => /** @type {HTMLElement | null} */ (this.querySelector("#account-menu"))?.hidePopover();

  async #signOut() {
    this.problem = "";
    try {
      await this.onSignOut();
    } catch (error) {
      if (!(error instanceof Unreachable) && !(error instanceof ApiError)) throw error;
      this.problem = words.notSignedOut;
    }
  }

  /** Beside its button, inside the window on any width. @param {ToggleEvent} event */
  #toggled(event) {
    const menu = /** @type {HTMLElement} */ (event.target);
    const button = this.querySelector("button");
    if (event.newState !== "open" || !button) return;
    const place = button.getBoundingClientRect();
    menu.style.insetInlineStart = `${Math.min(place.left, innerWidth - menu.offsetWidth - GAP)}px`;
    menu.style.insetBlockStart = `${place.top - menu.offsetHeight - GAP}px`;
    /** @type {HTMLElement | null} */ (menu.querySelector("[role=menuitem]"))?.focus();
  }
}

customElements.define("canopy-account", AccountMenu);
