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
  missingMessage: "This message is not available here",
  missingMessageAdvice: "It may be deleted, expired, not synced yet, or not shared with you.",
  askPeers: "Ask peers to sync this channel",
  peersAsked: "The peers were asked. What they have will appear here.",
  toNewest: "Show the newest messages",
  loadingNewer: "Loading newer messages…",
  newerFailed: "Newer messages could not be loaded.",
  newDivider: "New",
  jumpToNew: "Jump",
  markRead: "Mark read",
  noReplies: "No replies yet",
  replyInThread: "Reply in thread",
  quote: "Quote",
  copyText: "Copy text",
  copyLink: "Copy link",
  markUnread: "Mark unread from here",
  edit: "Edit",
  delete: "Delete",
  deleteTitle: "Delete this message?",
  keep: "Keep it",
  textCopied: "Text copied",
  linkCopied: "Link copied",
  notCopied: "The browser did not allow copying.",
  notSaved: "Not saved:",
  toReact: "react",
  toShowHistory: "show the history",
  history: "What this message said",
  historyNow: "now",
  changedElsewhere: "This message was changed elsewhere while you were editing. It now says:",
  takeTheirs: "Use that text",
  thread: "Thread",
  closeThread: "Close the thread",
  following: "Following",
  follow: "Follow",
  followsWhy: "You hear of new replies",
  followsNot: "You do not hear of new replies",
  missingThread: "This thread is not available here",
};

export const everyoneNote = "Everybody in this channel";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** The usual first. */
export const lifespans = [
  { seconds: 0, label: "90 days (usual)" },
  { seconds: HOUR, label: "1 hour" },
  { seconds: DAY, label: "1 day" },
  { seconds: 7 * DAY, label: "7 days" },
  { seconds: 30 * DAY, label: "30 days" },
  { seconds: 365 * DAY, label: "1 year (longest by default)" },
];

/** @param {string} what */
export const failedTo = (what) => `Could not ${what}:`;

/** @param {string} audience */
export const deleteAdvice = (audience) =>
  `It disappears for ${audience}. Nodes that are offline delete it when they return; copies outside your control cannot be recalled.`;

/** @param {number} count */
export const repliesLabel = (count) => plural(count, "{n} reply", "{n} replies");

/** @param {string} author */
export const replyName = (author) => `Reply to ${author}’s message`;

/** @param {string} author */
export const editName = (author) => `Edit the message of ${author}`;

/** @param {string} author */
export const threadFeed = (author) => `Replies to ${author}`;

/** @param {string} author */
export const sheetTitle = (author) => `Message from ${author}`;

/** @param {string} author @param {string} time */
export const jumpedTo = (author, time) => `Message from ${author}, ${time}`;

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

/** @param {number | null} people @param {number} nodes */
export const audienceWords = (people, nodes) =>
  people === null ? "everybody who reads it" : `${members(people)} on ${plural(nodes, "{n} node", "{n} nodes")}`;

/** @param {string} channel @param {number | null} people @param {number} nodes */
export function audience(channel, people, nodes) {
  if (people === null) return `#${channel}`;
  return `#${channel} · ${audienceWords(people, nodes)}`;
}

/** @param {number} count @param {string} time when the first of them was written, if that is known */
export const newSince = (count, time) => plural(count, "{n} new", "{n} new") + (time ? ` since ${time}` : "");

/** @param {number} count */
export const newBelow = (count) => plural(count, "{n} new", "{n} new");

/** @param {string} author @param {string} text */
export const announceOne = (author, text) => `${author}: ${text}`;

/** @param {number} count @param {string[]} authors */
export function announceMany(count, authors) {
  const names = new Intl.ListFormat(LOCALE, { type: "conjunction" }).format(authors);
  return plural(count, "{n} new message from {names}", "{n} new messages from {names}").replace("{names}", names);
}
