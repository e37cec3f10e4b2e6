/** What stands in a list beside its rows: dividers, its two ends, and the ways to what is new. */

import { html, nothing } from "../../vendor/lit.js";
import { clockTime } from "../../base/time.js";
import { icon } from "../../parts/icons.js";
import { failure, notice, skeleton } from "../../parts/notice.js";
import { firstFrom, newBelow, newSince, reviewTrustIn, words } from "./strings.js";

/** @typedef {import("../../parts/message-row.js").Row} Row */
/** @typedef {import("./list.js").ListActions} ListActions */
/** @typedef {import("./list.js").Waited} Waited */
/** @typedef {import("./rows.js").View} View */

/** @param {import("./rows.js").Divider} item */
export function divider({ kind, label }) {
  return html`<div class="day${kind === "new" ? " is-new" : ""}"><span>${label}</span></div>`;
}

/**
 * Above the first message of a node: who speaks here from now on, and where that node is reviewed. A node that is no
 * peer has no page: its words came through others, and there is nothing to decide about it yet.
 * @param {string} peer @param {import("../../base/types.js").Origins} origins
 * @param {boolean} current whether Tab stops in the row below, and so at the link
 */
export function firstLine(peer, origins, current) {
  const node = origins.get(peer);
  const name = node?.name || peer.slice(0, 8);
  // A feed may hold articles alone, and text: with the link in it the line has to be one.
  return html`<div class="day is-first" role="article" aria-label=${firstFrom(name)}><span>${firstFrom(name)}${node ? html` · <a href="/trust/${encodeURIComponent(peer)}"
    tabindex=${current ? 0 : -1} aria-label=${reviewTrustIn(name)} @focusin=${stay}>${words.reviewTrust}</a>` : nothing}</span></div>`;
}

/** The list would take it for no row and give up the current one, and with it the Tab stop of this link. @param {Event} event */
function stay(event) {
  event.stopPropagation();
}

/** @param {View} view @param {{beginning: unknown, waited: Waited, actions: ListActions}} more beginning: above the very first row */
export function top({ status, older, error }, { beginning, waited, actions }) {
  if (status === "failed") return failure(words.loadFailed, words.nothingLost, error, actions.reload);
  if (status === "loading") return waiting(waited, actions);
  if (older === "loading" || older === "some") return html`<div class="older">${words.loadingOlder}</div>`;
  return older === "failed" ? again(words.olderFailed, actions.older) : beginning;
}

/** @param {View} view @param {ListActions} actions */
export function bottom({ newer }, actions) {
  if (newer === "none") return nothing;
  if (newer === "failed") return again(words.newerFailed, actions.newer);
  return html`<div class="older">${words.loadingNewer}</div>`;
}

/** @param {string} text @param {() => void} act */
function again(text, act) {
  return html`<div class="older" role="alert"><span>${text}
    <button class="button" type="button" @click=${act}>${words.retry}</button></span></div>`;
}

/** @param {Waited} waited @param {ListActions} actions */
function waiting(waited, actions) {
  if (waited === "briefly") return nothing;
  const late = { action: { label: words.retry, act: actions.reload } };
  return html`${waited === "long" ? notice(words.slow, words.slowAdvice, late) : nothing}${skeleton(6)}`;
}

/** @param {number} fresh how many rows came below @param {() => void} go */
export function jump(fresh, go) {
  return html`<div class="jump"><button class="button" type="button" @click=${go}>
    ${icon("down")}${fresh > 0 ? newBelow(fresh) : words.toNewest}</button></div>`;
}

/** The line "New" is out of sight: how much is below it, the way there, and the way to be done with it.
 *  @param {Row[]} rows @param {string} key of the row below it @param {{go: () => void, mark: () => void}} acts */
export function newPill(rows, key, { go, mark }) {
  const from = rows.findIndex((row) => row.key === key);
  const since = rows[from];
  const count = rows.slice(Math.max(from, 0)).filter((row) => !row.own).length;
  return html`<div class="jump is-above"><div class="pill">
    <span>${newSince(count, since ? clockTime(since.at) : "")}</span>
    ${since ? html`<button type="button" @click=${go}>${words.jumpToNew}</button>` : nothing}
    <button type="button" @click=${mark}>${words.markRead}</button>
  </div></div>`;
}
