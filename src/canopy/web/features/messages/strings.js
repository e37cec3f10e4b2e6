/** The words of a conversation. */

import { catalogue, fill } from "../../base/language.js";
import { LOCALE } from "../../base/text.js";

export const words = catalogue("messages", {
  everyone: "Everybody in this channel",
  usual: "90 days (usual)",
  hour: "1 hour",
  day: "1 day",
  week: "7 days",
  month: "30 days",
  year: "1 year (longest by default)",
  failedTo: "Could not {what}:",
  deleteAdvice: "It disappears for {audience}. Nodes that are offline delete it when they return; copies outside your control cannot be recalled.",
  replies: "{n, plural, one {# reply} other {# replies}}",
  replyName: "Reply to {author}’s message",
  editName: "Edit the message of {author}",
  threadFeed: "Replies to {author}",
  sheetTitle: "Message from {author}",
  jumpedTo: "Message from {author}, {time}",
  feedName: "Messages in #{channel}",
  composerName: "Message #{channel}",
  beginning: "This is the beginning of #{channel}",
  earlierIn: "What was said before is in",
  goesOnIn: "This channel goes on in",
  otherChannel: "another channel",
  beginningHere: "Everybody on this node reads #{channel}. Say hello.",
  beginningMany: "Everybody on these {nodes} nodes reads #{channel}. Say hello.",
  members: "{n, plural, one {# member} other {# members}}",
  membersOnNodes: "{n, plural, one {# member} other {# members}} · {nodes, plural, one {# node} other {# nodes}}",
  everybody: "everybody who reads it",
  audience: "{n, plural, one {# member} other {# members}} on {nodes, plural, one {# node} other {# nodes}}",
  newSince: "{n} new since {time}",
  new: "{n} new",
  announceOne: "{author}: {text}",
  announceMany: "{n, plural, one {# new message} other {# new messages}} from {names}",
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
  firstFrom: "First message from node {node}",
  reviewTrust: "Review trust",
  reviewTrustIn: "Review trust in {node}",
  noReplies: "No replies yet",
  replyInThread: "Reply in thread",
  quote: "Quote",
  copyText: "Copy text",
  copyLink: "Copy link",
  copyReference: "Copy mesh reference",
  markUnread: "Mark unread from here",
  muteThread: "Mute thread",
  followThread: "Follow thread",
  followsNow: "You hear of new replies in this thread.",
  followsNoMore: "You no longer hear of replies in this thread.",
  toFollow: "follow the thread",
  save: "Save",
  unsave: "Remove from saved",
  saved: "Saved. It stands under Saved messages.",
  unsaved: "No longer saved.",
  toSave: "save the message",
  edit: "Edit",
  changeLifespan: "Change lifespan",
  lifespanTitle: "How long shall this message live?",
  lifespanText: "Counted from when it was written. When its time is over it disappears everywhere.",
  lifespanSave: "Change",
  delete: "Delete",
  deleteTitle: "Delete this message?",
  keep: "Keep it",
  textCopied: "Text copied",
  linkCopied: "Link copied",
  referenceCopied: "Mesh reference copied. It leads to this message on every node.",
  notCopied: "The browser did not allow copying.",
  notSaved: "Not saved:",
  toReact: "react",
  toShowHistory: "show the history",
  history: "What this message said",
  historyNow: "now",
  changedElsewhere: "This message was changed elsewhere while you were editing. It now says:",
  takeTheirs: "Use that text",
  editedDeleted: "The message was deleted. What you were writing stands in the box below.",
  thread: "Thread",
  closeThread: "Close the thread",
  following: "Following",
  follow: "Follow",
  followsWhy: "You hear of new replies",
  followsOwn: "You hear of new replies: you started it",
  followsReplied: "You hear of new replies: you replied",
  followsCalled: "You hear of new replies: you were mentioned",
  followsNot: "You do not hear of new replies",
  followsMuted: "You muted this thread",
  followMenu: "What you hear of this thread",
  mute: "Mute",
  byDefault: "Default",
  search: "Search",
  closeSearch: "Close the search",
  searchHere: "Search here",
  thisChannel: "This channel",
  more: "More",
  jumpToDate: "Jump to date",
  dateLabel: "First message since",
  dateNeeded: "Choose a day.",
  nothingSince: "Nothing was written here since then.",
  toJump: "jump",
  cancel: "Cancel",
  order: "Order",
  newestFirst: "Newest",
  bestMatch: "Best match",
  searchFailed: "The search did not work.",
  searchHint: "All words must occur; \"quoted ones\" side by side. The last word is found by its beginning.",
  nothingFound: "Nothing found",
  nothingFoundAdvice: "Try fewer words, or only the beginning of one.",
  moreHits: "Show more",
  toMessage: "Go to message",
  searchName: "Search in #{channel}",
  found: "{n, plural, one {# message} other {# messages}}",
  foundMore: "The first {n, plural, one {# message} other {# messages}}",
  missingThread: "This thread is not available here",
  alsoSend: "Also send to #{channel}",
});

export const everyoneNote = words.everyone;

const HOUR = 3600;
const DAY = 24 * HOUR;

/** The usual first. */
export const lifespans = [
  { seconds: 0, label: words.usual },
  { seconds: HOUR, label: words.hour },
  { seconds: DAY, label: words.day },
  { seconds: 7 * DAY, label: words.week },
  { seconds: 30 * DAY, label: words.month },
  { seconds: 365 * DAY, label: words.year },
];

/** @param {string} what */
export const failedTo = (what) => fill(words.failedTo, { what });

/** @param {string} audience */
export const deleteAdvice = (audience) =>
  fill(words.deleteAdvice, { audience });

/** @param {string} channel */
export const searchName = (channel) => fill(words.searchName, { channel });

/** @param {number} count @param {boolean} more whether there are others */
export const foundCount = (count, more) => fill(more ? words.foundMore : words.found, { n: count });

/** @param {number} count */
export const repliesLabel = (count) => fill(words.replies, { n: count });

/** @param {string} node */
export const firstFrom = (node) => fill(words.firstFrom, { node });

/** @param {string} node */
export const reviewTrustIn = (node) => fill(words.reviewTrustIn, { node });

/** @param {string} author */
export const replyName = (author) => fill(words.replyName, { author });

/** @param {string} author */
export const editName = (author) => fill(words.editName, { author });

/** @param {string} author */
export const threadFeed = (author) => fill(words.threadFeed, { author });

/** @param {string} author */
export const sheetTitle = (author) => fill(words.sheetTitle, { author });

/** @param {string} author @param {string} time */
export const jumpedTo = (author, time) => fill(words.jumpedTo, { author, time });

/** @param {string} channel */
export const feedName = (channel) => fill(words.feedName, { channel });

/** @param {string} channel */
export const composerName = (channel) => fill(words.composerName, { channel });

/** @param {string} channel */
export const alsoSend = (channel) => fill(words.alsoSend, { channel });

/** @param {string} channel */
export const beginning = (channel) => fill(words.beginning, { channel });

/** @param {string} channel @param {string} purpose @param {number} nodes */
export const beginningAdvice = (channel, purpose, nodes) =>
  purpose || (nodes > 1 ? fill(words.beginningMany, { nodes, channel }) : fill(words.beginningHere, { channel }));

/** @param {number} members @param {number} nodes on which they are, which is said when there are several */
export const members = (members, nodes) => fill(nodes > 1 ? words.membersOnNodes : words.members, { n: members, nodes });

/** @param {number | null} people @param {number} nodes */
export const audienceWords = (people, nodes) =>
  people === null ? words.everybody : fill(words.audience, { n: people, nodes });

/** @param {string} channel @param {number | null} people @param {number} nodes */
export function audience(channel, people, nodes) {
  if (people === null) return `#${channel}`;
  return `#${channel} · ${audienceWords(people, nodes)}`;
}

/** @param {number} count @param {string} time when the first of them was written, if that is known */
export const newSince = (count, time) => time ? fill(words.newSince, { n: count, time }) : fill(words.new, { n: count });

/** @param {number} count */
export const newBelow = (count) => fill(words.new, { n: count });

/** @param {string} author @param {string} text */
export const announceOne = (author, text) => fill(words.announceOne, { author, text });

/** @param {number} count @param {string[]} authors */
export function announceMany(count, authors) {
  const names = new Intl.ListFormat(LOCALE, { type: "conjunction" }).format(authors);
  return fill(words.announceMany, { n: count, names });
}
