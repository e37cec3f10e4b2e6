/** The words of a conversation. */

import { LOCALE, plural } from "../../base/text.js";

export const words = {
  unknownPerson: "Unknown person",
  newMessages: "New messages",
  loadingOlder: "Loading older messages…",
  olderFailed: "Older messages could not be loaded.",
  retry: "Retry",
  backToList: "Back to conversations",
  details: "Details",
  slow: "This takes longer than usual",
  slowAdvice: "The node has not answered yet. Nothing is lost.",
  loadFailed: "The messages could not be loaded.",
  nothingLost: "Nothing is lost: they are on the node.",
  unavailable: "This conversation is not available here",
  unavailableAdvice:
    "It may be deleted, not synced yet, or not shared with you. The conversations you can read are in the list.",
};

/** @param {string} channel */
export const feedName = (channel) => `Messages in #${channel}`;

/** @param {string} channel */
export const composerName = (channel) => `Message #${channel}`;

/** @param {string} channel */
export const beginning = (channel) => `This is the beginning of #${channel}`;

/** @param {string} channel @param {string} purpose @param {number} nodes */
export const beginningAdvice = (channel, purpose, nodes) =>
  purpose || `Everybody on ${nodes > 1 ? `these ${nodes} nodes` : "this node"} reads #${channel}. Say hello.`;

/** @param {number} members */
export const members = (members) => plural(members, "{n} member", "{n} members");

/** @param {string} channel @param {number | null} people @param {number} nodes */
export function audience(channel, people, nodes) {
  if (people === null) return `#${channel}`;
  return `#${channel} · ${members(people)} on ${plural(nodes, "{n} node", "{n} nodes")}`;
}

/** @param {number} count */
export const newBelow = (count) => plural(count, "{n} new", "{n} new");

/** @param {string} author @param {string} text */
export const announceOne = (author, text) => `${author}: ${text}`;

/** @param {number} count @param {string[]} authors */
export function announceMany(count, authors) {
  const names = new Intl.ListFormat(LOCALE, { type: "conjunction" }).format(authors);
  return plural(count, "{n} new message from {names}", "{n} new messages from {names}").replace("{names}", names);
}
