/** Where a channel that was continued as another one leads, and where that one came from. */

import { html, nothing } from "../../vendor/lit.js";
import { icon } from "../../parts/icons.js";
import { words } from "./strings.js";

/** @typedef {import("../../base/types.js").Channel} Channel */

/** At the beginning of its history. @param {Channel | undefined} channel @param {Channel[]} all */
export function earlier(channel, all) {
  return channel?.continues ? html`<p>${words.earlierIn} ${link(channel.continues, all)}</p>` : nothing;
}

/** Above its composer; there may be several. @param {Channel | undefined} channel @param {Channel[]} all */
export function later(channel, all) {
  return (channel?.continued_by ?? []).map(
    (id) => html`<p class="strip" role="status">${icon("info")}<span>${words.goesOnIn} ${link(id, all)}</span></p>`,
  );
}

/** @param {string} id @param {Channel[]} all */
function link(id, all) {
  const name = all.find((channel) => channel.id === id)?.name ?? words.otherChannel;
  return html`<a href="/c/${encodeURIComponent(id)}"><bdi>#${name}</bdi></a>`;
}
