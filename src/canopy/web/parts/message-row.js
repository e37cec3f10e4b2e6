/** One message as an article. Drawn from a Row, which is the same for a sent and an unsent message. */

import { html, nothing } from "../vendor/lit.js";
import { bareTime, clockTime, fullTime } from "../base/time.js";
import { excerpt, segments } from "../base/text.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";
import { originTitle, rowName, words } from "./strings.js";

/**
 * @typedef {object} Row
 * @property {string} key stays the same from the first paint to the acknowledged message
 * @property {string | null} id the node's id, null until acknowledged
 * @property {{id: string, name: string, agent: boolean}} author
 * @property {string | null} origin peer id of the node on which it was written, when that is not this one
 * @property {string} content
 * @property {Date} at
 * @property {string} order what the node sorts by
 * @property {"sent" | "sending" | "waiting" | "failed"} state
 * @property {string} reason
 * @property {boolean} own
 * @property {boolean} edited
 * @property {boolean} system
 */

/**
 * @typedef {object} RowActions
 * @property {(key: string) => void} retry
 * @property {(key: string) => void} edit
 * @property {(key: string) => void} discard
 */

/**
 * @typedef {object} RowPlace
 * @property {boolean} head whether the author's name stands above
 * @property {boolean} current whether Tab stops here
 * @property {number} position
 * @property {number} total -1 when older ones exist
 * @property {import("../base/types.js").Origins} origins
 */

/** @param {Row} row @param {RowPlace} place @param {RowActions} actions */
export function messageRow(row, place, actions) {
  const classes = `message${place.head ? " is-head" : ""}${row.system ? " is-system" : ""}`;
  return html`<article class=${classes} tabindex=${place.current ? 0 : -1} data-key=${row.key}
    data-message-id=${row.id ?? nothing} data-state=${row.state} aria-posinset=${place.position} aria-setsize=${place.total}
    aria-label=${rowName(row.author.name, clockTime(row.at), excerpt(row.content, 80))}>
    <div class="message-side">${place.head ? avatar(row.author) : time(row, "message-gutter", bareTime)}</div>
    <div class="message-main">
      ${place.head ? head(row, place.origins) : nothing}
      ${body(row, place.current)}
      ${fate(row, actions)}
    </div>
  </article>`;
}

/** @param {Row} row @param {RowPlace["origins"]} origins */
function head(row, origins) {
  return html`<div class="message-head">
    <bdi class="message-author">${row.author.name}</bdi>
    ${row.author.agent ? html`<span class="badge">${words.agent}</span>` : nothing}
    ${time(row, "message-time")}
    ${row.origin === null ? nothing : origin(row.origin, origins.get(row.origin))}
  </div>`;
}

/** Where a foreign author writes; the words of the key tell two nodes of one name apart.
 *  @param {string} peer @param {{name: string, words: string[]} | undefined} node */
function origin(peer, node) {
  const name = node?.name || peer.slice(0, 8);
  return html`<bdi class="message-origin" title=${originTitle(name, node?.words.join("-") ?? peer)}>${name}</bdi>`;
}

/** @param {Row} row @param {string} className @param {(at: Date) => string} [written] */
function time(row, className, written = clockTime) {
  return html`<time class=${className} datetime=${row.at.toISOString()} title=${fullTime(row.at)}>${written(row.at)}</time>`;
}

/** Links take a Tab stop only in the current row, or a long list could not be left. @param {Row} row @param {boolean} current */
function body(row, current) {
  // No white space may stand between the tag and the text: it would be shown.
  return html`<div class="message-text" dir="auto">${segments(row.content).map(({ text, href }) =>
    href === null
      ? text
      : html`<a href=${href} target="_blank" rel="noopener noreferrer" tabindex=${current ? 0 : -1}>${text}</a>`,
  )}${row.edited ? html` <span class="message-note">${words.edited}</span>` : nothing}</div>`;
}

/** @param {Row} row @param {RowActions} actions */
function fate(row, actions) {
  if (row.state === "waiting") return html`<div class="message-fate">${icon("clock")} ${words.waiting}</div>`;
  if (row.state !== "failed") return nothing;
  return html`<div class="message-fate" role="alert">
    <span>${words.notSent} ${row.reason}</span>
    <button type="button" @click=${() => actions.retry(row.key)}>${words.retry}</button>
    <button type="button" @click=${() => actions.edit(row.key)}>${words.edit}</button>
    <button type="button" @click=${() => actions.discard(row.key)}>${words.discard}</button>
  </div>`;
}
