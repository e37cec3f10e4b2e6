/** The words for the states of a peer. */

import { plural } from "../../base/text.js";

export const words = {
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
};

/** @param {string} id */
export const unnamed = (id) => `Node ${id.slice(0, 8)}`;

/** @param {string} count as in "1,200 of 10,000" */
export const messages = (count) => `${count} messages`;

/** By the code of a refusal: what was wrong. @type {Record<string, [string, string]>} */
const REFUSED = {
  malformed: ["{n} was malformed", "{n} were malformed"],
  bad_signature: ["{n} had a wrong signature", "{n} had a wrong signature"],
  bad_chain: ["{n} did not follow what its author wrote before", "{n} did not follow what their authors wrote before"],
  too_large: ["{n} was too large", "{n} were too large"],
  refused: ["{n} is not allowed here", "{n} are not allowed here"],
};

/** @type {Record<string, [string, string]>} */
const WAITING = {
  parked: ["{n} for what came before it", "{n} for what came before them"],
  postponed: ["{n} because too much came at once", "{n} because too much came at once"],
};

/** @param {string} reason @param {number} count */
export const refused = (reason, count) => because(REFUSED, reason, count);

/** @param {string} reason @param {number} count */
export const waiting = (reason, count) => because(WAITING, reason, count);

/** @param {Record<string, [string, string]>} known @param {string} reason @param {number} count */
function because(known, reason, count) {
  const [one, other] = known[reason] ?? ["{n} ({reason})", "{n} ({reason})"];
  return plural(count, one, other).replace("{reason}", reason.replaceAll("_", " "));
}
