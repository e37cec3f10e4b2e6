/** Who somebody is: one card, shown beside an avatar and as a page. */

import { html, nothing, render } from "../../vendor/lit.js";
import { cleanName } from "../../base/text.js";
import { ago, fullDate } from "../../base/time.js";
import { fill } from "../../base/language.js";
import { avatar } from "../../parts/avatar.js";
import { copyText } from "../../parts/copy.js";
import { icon } from "../../parts/icons.js";
import { words as partWords } from "../../parts/strings.js";
import { loadStyle } from "../../parts/style.js";
import { identityOf, words } from "./directory-strings.js";

await loadStyle(new URL("./directory.css", import.meta.url));

const GAP = 8; // px

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/**
 * @typedef {object} Person
 * @property {string} user_id
 * @property {string} username
 * @property {string} display_name
 * @property {"human" | "agent"} account_type
 * @property {string} status
 * @property {string} bio
 * @property {string} stable_handle
 * @property {boolean} is_remote
 * @property {string} origin_peer
 * @property {string | null} avatar_url
 * @property {string} created_at
 * @property {string} [presence_state]
 * @property {string | null} [last_check_in_at]
 */

/** @param {Person} person */
export function nameOf(person) {
  return cleanName(person.display_name) || person.username;
}

/** @param {Person} person @param {"small" | "normal" | "large"} [size] */
export function face(person, size = "normal") {
  return avatar({ id: person.user_id, name: nameOf(person), agent: person.account_type === "agent", url: person.avatar_url ?? null }, size);
}

/** The node of somebody, in words. @param {SignedInApp} app @param {Person} person */
export function nodeOf(app, person) {
  return person.is_remote ? app.peers.origins.value.get(person.origin_peer)?.name || words.unnamedNode : words.thisNode;
}

/** What the node knows, and no guess. @param {Person} person */
export function presenceOf({ presence_state: state, last_check_in_at: seen }) {
  if (seen) return fill(words.checkedIn, { when: ago(new Date(seen)) });
  if (state === "here" || state === "online") return words.here;
  return state === "no_checkin" ? words.neverSeen : words.unknown;
}

/** @param {SignedInApp} app @param {Person} person @param {(text: string) => void} say */
export function facts(app, person, say) {
  const peer = app.peers.view.value.peers.find(({ peer_id }) => peer_id === person.origin_peer);
  const six = peer?.words.join("-") ?? "";
  return html`<dl class="facts identity-facts">
    ${copyRow(words.handle, `@${person.username}`, words.copyHandle, say)}
    ${copyRow(words.userId, person.user_id, words.copyId, say, true)}
    ${copyRow(words.node, nodeOf(app, person), words.copyNode, say, false, person.origin_peer)}
    ${six ? html`<div><dt>${words.nodeWords}</dt><dd class="words" translate="no">${six}</dd></div>` : nothing}
    <div><dt>${words.kind}</dt><dd>${person.account_type === "agent" ? words.kindAgent : words.kindHuman}</dd></div>
    ${person.status === "active" ? nothing : html`<div><dt>${words.status}</dt><dd>${/** @type {Record<string, string>} */ (words)[person.status] ?? person.status}</dd></div>`}
    <div><dt>${words.presence}</dt><dd>${presenceOf(person)}</dd></div>
    <div><dt>${words.since}</dt><dd>${fullDate(new Date(person.created_at))}</dd></div>
  </dl>`;
}

/** @param {string} label @param {string} shown @param {string} name @param {(text: string) => void} say @param {boolean} [code] @param {string} [copied] */
function copyRow(label, shown, name, say, code = false, copied = shown) {
  const copy = async () => say((await copyText(copied)) ? words.copied : words.notCopied);
  return html`<div><dt>${label}</dt><dd>${code ? html`<code translate="no">${shown}</code>` : html`<bdi>${shown}</bdi>`}
    <button class="icon-button" type="button" aria-label=${name} title=${name} @click=${copy}>${icon("copy")}</button></dd></div>`;
}

/** @param {Person} person @param {unknown} [heading] */
export function head(person, heading = nothing) {
  return html`<div class="identity-head">${face(person, "large")}
    <div>${heading === nothing ? html`<strong dir="auto">${nameOf(person)}</strong>` : heading}
      <p class="quiet"><bdi>@${person.username}</bdi> ${person.account_type === "agent" ? html`<span class="badge">${partWords.agent}</span>` : nothing}</p></div></div>
    ${person.bio ? html`<p class="identity-bio" dir="auto">${person.bio}</p>` : nothing}`;
}

/** Opens the card beside what was clicked; it goes with a click elsewhere, with Escape and with the page.
 *  @param {SignedInApp} app @param {string} userId @param {Element} anchor */
export async function openIdentity(app, userId, anchor) {
  /** @type {Person} */
  let person;
  try {
    person = (await app.api.get(`/users/${encodeURIComponent(userId)}`)).user;
  } catch {
    return app.router.go(`/people/${encodeURIComponent(userId)}`); // the page says what is wrong
  }
  const opener = /** @type {HTMLElement | null} */ (document.activeElement);
  const card = document.createElement("div");
  card.popover = "auto";
  card.className = "identity";
  card.setAttribute("role", "dialog");
  card.setAttribute("aria-label", identityOf(nameOf(person)));
  const draw = (/** @type {string} */ said) => render(cardOf(app, person, said, draw, () => card.hidePopover()), card);
  card.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== "closed") return;
    const inside = card.contains(document.activeElement) || document.activeElement === document.body;
    card.remove();
    if (inside) opener?.focus();
  });
  card.addEventListener("keydown", (event) => walk(card, event));
  draw("");
  document.body.append(card);
  card.showPopover();
  place(card, anchor.getBoundingClientRect());
  card.querySelector("button")?.focus();
}

/** @param {SignedInApp} app @param {Person} person @param {string} said @param {(said: string) => void} draw @param {() => void} close */
function cardOf(app, person, said, draw, close) {
  const own = person.user_id === app.me.user_id;
  return html`<button class="icon-button identity-close" type="button" aria-label=${words.close} title=${words.close} @click=${close}>${icon("cross")}</button>
    ${head(person)}${facts(app, person, draw)}
    <p class="said" role="status">${said}</p>
    <div class="list-acts"><a class="button" href=${own ? "/settings/profile" : `/people/${encodeURIComponent(person.user_id)}`} @click=${close}>${own ? words.editProfile : words.openProfile}</a>
      ${app.mayManage && !person.is_remote && !own ? html`<a class="button" href="/admin/users" @click=${close}>${words.manage}</a>` : nothing}</div>`;
}

/** The arrows go through what can be copied, round and round. @param {HTMLElement} card @param {KeyboardEvent} event */
function walk(card, event) {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
  if ((key !== "ArrowDown" && key !== "ArrowUp") || altKey || ctrlKey || metaKey || shiftKey) return;
  const rows = /** @type {HTMLElement[]} */ ([...card.querySelectorAll(".identity-facts button")]);
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = key === "ArrowDown" ? at + 1 : at < 0 ? -1 : at - 1;
  event.preventDefault(); // the card would scroll as well
  rows.at(next % rows.length)?.focus();
}

/** Beside the anchor and inside the window. @param {HTMLElement} card @param {DOMRect} anchor */
function place(card, anchor) {
  const rightmost = innerWidth - card.offsetWidth - GAP;
  const lowest = innerHeight - card.offsetHeight - GAP;
  card.style.left = `${Math.max(GAP, Math.min(anchor.right + GAP, rightmost))}px`;
  card.style.top = `${Math.max(GAP, Math.min(anchor.top, lowest))}px`;
}
