/** One message as an article. Drawn from a Row, which is the same for a sent and an unsent message. */

import { html, nothing, repeat } from "../vendor/lit.js";
import { bareTime, clockTime, fullTime, soonTime } from "../base/time.js";
import { excerpt, segments } from "../base/text.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";
import { markup } from "./markup.js";
import { expiresAt, lastReply, originTitle, reactionName, reactionWho, replyCount, rowName, showAll, tryingAgain, viaKey, words } from "./strings.js";

const LATER = "later:"; // how the outbox says in how many seconds it tries again
const MOST_LINES = 30; // of a text before it is folded
const WIDE = 120; // characters that stand in one line of a wide window

/** @typedef {{type: string, emoji: string, users: string[], mine: boolean}} Reaction */

/**
 * @typedef {object} Row
 * @property {string} key stays the same from the first paint to the acknowledged message
 * @property {string | null} id the node's id, null until acknowledged
 * @property {{id: string, name: string, agent: boolean, url?: string | null}} author
 * @property {string | null} origin peer id of the node on which it was written, when that is not this one
 * @property {boolean} first whether that node spoke for the first time with it
 * @property {string | null} via what the key is called with which a program wrote it for its author
 * @property {string} content
 * @property {string | null} html the same as the node marked it up, null until it has
 * @property {Date} at
 * @property {string} order what the node sorts by
 * @property {"sent" | "sending" | "waiting" | "failed"} state
 * @property {string} reason
 * @property {boolean} own
 * @property {boolean} edited
 * @property {boolean} system
 * @property {string | null} root the first message of its thread
 * @property {number} replies
 * @property {Date | null} lastReply
 * @property {Reaction[]} reactions
 * @property {Date | null} expires
 * @property {boolean} deleted
 * @property {boolean} removed whether it was an admin of the channel who took it away
 * @property {string[]} called what stands behind an `@` and calls somebody
 * @property {boolean} forMe whether it calls the reader
 */

/**
 * @typedef {object} RowActions
 * @property {(key: string) => void} retry
 * @property {(key: string) => void} edit takes a failed one back into the composer
 * @property {(key: string) => void} discard
 * @property {(row: Row, type: string) => void} react
 * @property {(row: Row, anchor: HTMLElement) => void} pickReaction
 * @property {(row: Row) => void} openThread
 * @property {(row: Row) => void} showHistory
 * @property {(row: Row) => void} undoDelete
 */

/**
 * @typedef {object} RowPlace
 * @property {boolean} head whether the author's name stands above
 * @property {boolean} current whether Tab stops here
 * @property {import("../base/types.js").Origins} origins
 * @property {(id: string) => string} nameOf
 * @property {string} me
 * @property {boolean} leaving whether it is deleted as soon as nobody can undo it
 * @property {boolean} found whether a link led here
 * @property {boolean} inThread whether its thread is all around it
 * @property {unknown} [editor] what stands in place of its text
 */

/** @param {Row} row @param {RowPlace} place @param {RowActions} actions */
export function messageRow(row, place, actions) {
  const gone = row.deleted || place.leaving;
  const text = gone ? words.deleted : excerpt(row.content, 80);
  const reacted = row.reactions.reduce((sum, { users }) => sum + users.length, 0);
  return html`<article class=${classesOf(row, place)} tabindex=${place.current ? 0 : -1} data-key=${row.key}
    data-message-id=${row.id ?? nothing} data-state=${row.state}
    aria-label=${rowName(row.author.name, clockTime(row.at), text, gone ? 0 : reacted, place.inThread ? 0 : row.replies)}>
    <div class="message-side">${place.head ? avatar(row.author) : time(row, "message-gutter", bareTime)}</div>
    <div class="message-main">
      ${place.head ? head(row, place.origins) : nothing}
      ${place.editor ?? (gone ? stub(row, place, actions) : body(row, place, actions))}
      ${gone ? nothing : under(row, place, actions)}
      ${place.inThread ? nothing : thread(row, place, actions)}
      ${fate(row, actions)}
    </div>
  </article>`;
}

/** @param {Row} row @param {RowPlace} place */
function classesOf(row, { head, found, leaving }) {
  const flags = { "is-head": head, "is-system": row.system, "is-found": found, "is-gone": leaving || row.deleted, "is-for-me": row.forMe && !row.deleted };
  const set = Object.entries(flags).filter(([, on]) => on).map(([name]) => name);
  return ["message", ...set].join(" ");
}

/** @param {Row} row @param {RowPlace["origins"]} origins */
function head(row, origins) {
  return html`<div class="message-head">
    <bdi class="message-author">${row.author.name}</bdi>
    ${row.author.agent ? html`<span class="badge">${words.agent}</span>` : nothing}
    ${time(row, "message-time")}
    ${row.origin === null ? nothing : origin(row.origin, origins.get(row.origin))}
    ${row.via === null || row.deleted ? nothing : html`<bdi class="message-via">${viaKey(row.via)}</bdi>`}
    ${expiry(row)}
  </div>`;
}

/** Where a foreign author writes; the words of the key tell two nodes of one name apart.
 *  @param {string} peer @param {{name: string, words: string[]} | undefined} node */
function origin(peer, node) {
  const name = node?.name || peer.slice(0, 8);
  return html`<bdi class="message-origin" title=${originTitle(name, node?.words.join("-") ?? peer)}>${name}</bdi>`;
}

/** Shown only when it is near, or everybody would read of three months everywhere. @param {Row} row */
function expiry(row) {
  const near = row.expires && soonTime(row.expires, new Date());
  if (!row.expires || !near || row.deleted) return nothing;
  return html`<span class="message-expiry" title=${expiresAt(fullTime(row.expires))}>${icon("hourglass")}${near}</span>`;
}

/** @param {Row} row @param {string} className @param {(at: Date) => string} [written] */
function time(row, className, written = clockTime) {
  return html`<time class=${className} datetime=${row.at.toISOString()} title=${fullTime(row.at)}>${written(row.at)}</time>`;
}

/** Links take a Tab stop only in the current row, or a long list could not be left.
 *  @param {Row} row @param {RowPlace} place @param {RowActions} actions */
function body(row, { current, head: named }, actions) {
  const long = linesOf(row.content);
  // No white space may stand between the tag and the text: it would be shown.
  return html`<div class=${long > 0 ? "message-text is-folded" : "message-text"} dir="auto">${row.html === null ? plain(row, current) : markup(row, row.html, current)}${row.edited
    ? html` <button class="message-note" type="button" tabindex=${current ? 0 : -1} title=${words.showHistory}
        @click=${() => actions.showHistory(row)}>${words.edited}</button>`
    : nothing}${named ? nothing : expiry(row)}</div>${long > 0
    ? html`<button class="message-unfold" type="button" tabindex=${current ? 0 : -1} @click=${unfold}>${showAll(long)}</button>`
    : nothing}`;
}

/** How many lines a text has that is too long to be shown whole; 0 for others. @param {string} text */
function linesOf(text) {
  if (text.length < MOST_LINES) return 0;
  const lines = text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / WIDE)), 0);
  return lines > MOST_LINES ? lines : 0;
}

/** It stays open until the row leaves the page. @param {Event} event */
function unfold({ currentTarget }) {
  const button = /** @type {HTMLElement} */ (currentTarget);
  button.previousElementSibling?.classList.remove("is-folded");
  /** @type {HTMLElement | null} */ (button.closest("article"))?.focus();
}

/** What nobody has marked up yet. @param {Row} row @param {boolean} current */
function plain(row, current) {
  return segments(row.content).map(({ text, href }) =>
    href === null
      ? calls(text, row.called)
      : html`<a href=${href} target="_blank" rel="noopener noreferrer" tabindex=${current ? 0 : -1}>${text}</a>`,
  );
}

/** The text with those who are called set apart. @param {string} text @param {string[]} called */
function calls(text, called) {
  if (called.length === 0 || !text.includes("@")) return text;
  const names = called.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/gu, "\\$&")).sort((a, b) => b.length - a.length);
  const pieces = text.split(new RegExp(`(?<![\\w.@-])(@(?:${names.join("|")})(?![A-Za-z0-9]))`, "giu"));
  return pieces.map((piece, index) => (index % 2 === 1 ? html`<b class="mention">${piece}</b>` : piece));
}

/** @param {Row} row @param {RowPlace} place @param {RowActions} actions */
function stub(row, { leaving }, actions) {
  return html`<div class="message-stub" role=${leaving ? "status" : nothing}>${row.removed ? words.removed : words.deleted}${leaving
    ? html` <button type="button" @click=${() => actions.undoDelete(row)}>${words.undo}</button>`
    : nothing}</div>`;
}

/** @param {Row} row @param {RowPlace} place @param {RowActions} actions */
function under(row, { nameOf, me, current }, actions) {
  const pick = row.id === null ? null : (/** @type {HTMLElement} */ anchor) => actions.pickReaction(row, anchor);
  return reactionChips(row.reactions, (type) => actions.react(row, type), pick, { nameOf, me, reachable: current });
}

/**
 * @param {Reaction[]} reactions @param {(type: string) => void} toggle @param {((button: HTMLElement) => void) | null} pick
 * @param {{nameOf: (id: string) => string, me: string, reachable: boolean}} who reachable: whether Tab stops here
 */
function reactionChips(reactions, toggle, pick, { nameOf, me, reachable }) {
  if (reactions.length === 0) return nothing;
  const stop = reachable ? 0 : -1;
  return html`<div class="reactions">
    ${repeat(reactions, ({ type }) => type, ({ type, emoji, users, mine }) => html`<button class="reaction" type="button"
      tabindex=${stop} aria-pressed=${mine ? "true" : "false"} aria-label=${reactionName(emoji, users.length, mine)}
      title=${reactionWho(emoji, people(users, me, nameOf))} @click=${() => toggle(type)}><span
        class="reaction-emoji" aria-hidden="true">${emoji}</span><span aria-hidden="true">${users.length}</span></button>`)}
    ${pick
      ? html`<button class="reaction is-adding" type="button" tabindex=${stop} aria-label=${words.addReaction}
          title=${words.addReaction} @click=${(/** @type {Event} */ event) =>
            pick(/** @type {HTMLElement} */ (event.currentTarget))}>${icon("smile")}</button>`
      : nothing}
  </div>`;
}

/** Oneself comes first. @param {string[]} users @param {string} me @param {(id: string) => string} nameOf */
function people(users, me, nameOf) {
  const others = users.filter((id) => id !== me).map(nameOf);
  return users.includes(me) ? [words.you, ...others] : others;
}

/** @param {Row} row @param {RowPlace} place @param {RowActions} actions */
function thread(row, { current }, actions) {
  if (row.replies === 0) return nothing;
  const last = row.lastReply ? html`<span>${lastReply(clockTime(row.lastReply))}</span>` : nothing;
  return html`<button class="message-thread" type="button" tabindex=${current ? 0 : -1}
    @click=${() => actions.openThread(row)}>${icon("thread")}<b>${replyCount(row.replies)}</b>${last}</button>`;
}

/** @param {Row} row @param {RowActions} actions */
function fate(row, actions) {
  if (row.state === "waiting") return html`<div class="message-fate">${icon("clock")} ${row.reason.startsWith(LATER) ? tryingAgain(Number(row.reason.slice(LATER.length))) : words.waiting}</div>`;
  if (row.state !== "failed") return nothing;
  return html`<div class="message-fate" role="alert">
    <span>${words.notSent} ${row.reason}</span>
    <button type="button" @click=${() => actions.retry(row.key)}>${words.retry}</button>
    <button type="button" @click=${() => actions.edit(row.key)}>${words.edit}</button>
    <button type="button" @click=${() => actions.discard(row.key)}>${words.discard}</button>
  </div>`;
}
