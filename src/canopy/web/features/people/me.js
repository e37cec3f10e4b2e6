/** On a phone: oneself, and the places that have no tab. */

import { html, nothing, render } from "../../vendor/lit.js";
import { ApiError, Unreachable } from "../../base/api.js";
import { avatar } from "../../parts/avatar.js";
import { icon } from "../../parts/icons.js";
import { words as shared } from "../../parts/strings.js";
import { words } from "./directory-strings.js";
import "./identity.js";

/** @type {import("../../base/types.js").MountInside} */
export function mount(root, app) {
  const draw = (problem = "") => render(page(app, problem, leave), root);
  const leave = async () => {
    try {
      await app.signOut();
    } catch (error) {
      if (!(error instanceof Unreachable) && !(error instanceof ApiError)) throw error;
      draw(words.notSignedOut);
    }
  };
  draw();
  return { name: "me", title: words.me, unmount: () => render(nothing, root) };
}

/** @param {import("../../base/types.js").SignedInApp} app @param {string} problem @param {() => Promise<void>} leave */
function page(app, problem, leave) {
  const { display_name: name, username, user_id: id, account_type, avatar_url: url } = app.me;
  /** @type {[string, string, Parameters<typeof icon>[0]][]} */
  const links = [
    ["/settings", words.settings, "gear"],
    ["/c", words.browse, "list"],
    ["/connect", words.network, "network"],
    ["/trust", words.trustPage, "shield"],
    ...(app.mayManage ? [/** @type {[string, string, "wrench"]} */ (["/admin", words.admin, "wrench"])] : []),
  ];
  return html`<header class="place-header"><h1 class="place-name" tabindex="-1">${icon("person")}<span>${words.me}</span></h1></header>
    <div class="page" data-drawn><div class="page-inner is-narrow">
      <a class="panel me-card" href="/people/${encodeURIComponent(id)}">${avatar({ id, name, agent: account_type === "agent", url: url ?? null })}<span><strong dir="auto">${name}</strong><span class="quiet">@${username}</span></span>${icon("forward")}</a>
      <ul class="list">${links.map(([href, label, mark]) => html`<li><a class="list-row is-link" href=${href}>${icon(mark)}<span>${label}</span>${icon("forward")}</a></li>`)}
        <li><button class="list-row is-link" type="button" @click=${(/** @type {Event} */ event) => app.showSync(/** @type {Element} */ (event.currentTarget))}>${icon("network")}<span>${shared.showSync}</span>${icon("forward")}</button></li>
        <li><button class="list-row is-link" type="button" @click=${() => app.help()}>${icon("help")}<span>${words.help}</span>${icon("forward")}</button></li>
        <li><button class="list-row is-link" type="button" @click=${leave}>${icon("leave")}<span>${words.signOut}</span></button></li></ul>
      ${problem ? html`<p class="field-error" role="alert">${problem}</p>` : nothing}
    </div></div>`;
}
