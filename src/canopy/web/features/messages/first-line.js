/** The line above the first message of a node: who speaks here from now on, and where that node is reviewed. */

import { html, nothing } from "../../vendor/lit.js";
import { firstFrom, reviewTrustIn, words } from "./strings.js";

/**
 * A node that is no peer has no page: its words came through others, and there is nothing to decide about it yet.
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
