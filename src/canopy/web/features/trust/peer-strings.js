/** The words for the states of a peer. */

import { catalogue, fill } from "../../base/language.js";

export const words = catalogue("peers", {
  unnamed: "Node {id}",
  messages: "{count} messages",
  malformed: "{n, plural, one {# was malformed} other {# were malformed}}",
  badSignature: "{n} had a wrong signature",
  badChain: "{n, plural, one {# did not follow what its author wrote before} other {# did not follow what their authors wrote before}}",
  tooLarge: "{n, plural, one {# was too large} other {# were too large}}",
  notAllowed: "{n, plural, one {# is not allowed here} other {# are not allowed here}}",
  parked: "{n, plural, one {# for what came before it} other {# for what came before them}}",
  postponed: "{n} because too much came at once",
  otherReason: "{n} ({reason})",
  blocked: "Blocked",
  blockedDetail: "Nothing is exchanged",
  offline: "Offline",
  notSyncing: "Connected, not syncing",
  theirTurn: "Waiting for approval on their side",
  yourTurn: "Connected, not syncing: waiting for your approval",
  readOnlyTurn: "Connected, not syncing: waiting for the owner of this node",
  catchingUp: "Connected, catching up",
  syncing: "Connected and syncing",
  level: "Up to date",
  comparing: "Comparing what both sides hold",
  notReviewed: "Not reviewed",
  introduced: "Introduced, not reviewed",
  refused: "Refused",
  waiting: "Waiting",
});

/** @param {string} id */
export const unnamed = (id) => fill(words.unnamed, { id: id.slice(0, 8) });

/** @param {string} count as in "1,200 of 10,000" */
export const messages = (count) => fill(words.messages, { count });

/** By the code of a refusal: what was wrong. @type {Record<string, string>} */
const REFUSED = { malformed: words.malformed, bad_signature: words.badSignature, bad_chain: words.badChain, too_large: words.tooLarge, refused: words.notAllowed };
/** @type {Record<string, string>} */
const WAITING = { parked: words.parked, postponed: words.postponed };

/** @param {string} reason @param {number} count */
export const refused = (reason, count) => because(REFUSED, reason, count);

/** @param {string} reason @param {number} count */
export const waiting = (reason, count) => because(WAITING, reason, count);

/** @param {Record<string, string>} known @param {string} reason @param {number} n */
const because = (known, reason, n) => fill(known[reason] ?? words.otherReason, { n, reason: reason.replaceAll("_", " ") });
