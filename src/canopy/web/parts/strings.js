/** The words of the shared parts, in one place so that they can be translated. */

import { LOCALE, plural } from "../base/text.js";

export const words = {
  skipToMessages: "Skip to messages",
  skipToComposer: "Skip to composer",
  skipToContent: "Skip to content",
  main: "Main",
  conversations: "Conversations",
  status: "Status",
  home: "Home",
  network: "Network",
  people: "People",
  settings: "Settings",
  admin: "Administration",
  me: "Me",
  help: "Keyboard shortcuts",
  resize: "Drag to make the list wider or narrower",
  newChannel: "New channel",
  browse: "Browse channels",
  themeLight: "Light theme",
  themeDark: "Dark theme",
  themeContrast: "High contrast",
  themeSystem: "Theme of the system",
  comfortable: "Comfortable rows",
  compact: "Compact rows",
  signOut: "Sign out",
  send: "Send",
  audience: "Who will see this",
  enterHint: "Enter sends · Shift+Enter for a new line",
  showPassword: "Show typed text",
  hidePassword: "Hide typed text",
  agent: "Agent",
  retry: "Retry",
  edit: "Edit",
  discard: "Discard",
  edited: "(edited)",
  waiting: "Waiting for the node",
  notSent: "Not sent:",
  unknownPerson: "Unknown person",
  live: "Live",
  connecting: "Connecting…",
  reconnecting: "Reconnecting…",
  retryNow: "Retry now",
  signedOut: "Signed out",
  gone: "Node not reachable: your messages wait here",
  technical: "Technical details",
  actions: "Message actions",
  more: "More actions",
  react: "React",
  addReaction: "Add a reaction",
  replyInThread: "Reply in thread",
  you: "you",
  chooseEmoji: "Choose an emoji",
  searchEmoji: "Search emoji",
  emoji: "Emoji",
  noEmoji: "No emoji by that name.",
  deleted: "Message deleted",
  undo: "Undo",
  showHistory: "Show what it said before",
  save: "Save",
  close: "Close",
  cancel: "Cancel",
  lifespan: "Lifespan",
  editHint: "Enter saves · Escape cancels",
};

/** How the lists of completions are called. @type {Record<string, string>} */
export const completionNames = { "@": "People", "#": "Channels", ":": "Emoji" };

/** @param {string} span */
export const livesFor = (span) => `deletes itself after ${span}`;

/** @type {Record<string, string>} */
export const emojiGroups = {
  Recent: "Recent", Smileys: "Smileys", People: "People", Hearts: "Hearts", Nature: "Nature", Food: "Food and drink",
  Activities: "Activities", Things: "Things", Signs: "Signs",
};

/** @param {string} emoji @param {number} count @param {boolean} mine */
export function reactionName(emoji, count, mine) {
  if (!mine) return `${emoji} ${count.toLocaleString(LOCALE)}`;
  if (count === 1) return `${emoji} 1, you`;
  return `${emoji} ${count.toLocaleString(LOCALE)}, ${plural(count - 1, "you and {n} other", "you and {n} others")}`;
}

/** @param {string} emoji @param {string[]} names */
export const reactionWho = (emoji, names) =>
  `${emoji} ${new Intl.ListFormat(LOCALE, { type: "conjunction" }).format(names)}`;

/** @param {number} count */
export const replyCount = (count) => plural(count, "{n} reply", "{n} replies");

/** @param {string} time */
export const lastReply = (time) => `last ${time}`;

/** @param {string} time */
export const expiresAt = (time) => `Deletes itself ${time}`;

/** @param {number} count */
export const reactionCount = (count) => plural(count, "{n} reaction", "{n} reactions");

/** @param {number} seconds */
export const retryIn = (seconds) => `retry in ${seconds} s`;

/** @param {number} waiting */
export const gone = (waiting) => (waiting > 0 ? `${words.gone} (${waiting})` : words.gone);

/** @param {number} over */
export const tooLong = (over) => `${over.toLocaleString(LOCALE)} characters too many`;

/** @param {string} author @param {string} time @param {string} text @param {number} [reactions] @param {number} [replies] */
export const rowName = (author, time, text, reactions = 0, replies = 0) =>
  [author, time, text, reactions ? reactionCount(reactions) : "", replies ? replyCount(replies) : ""].filter(Boolean).join(", ");

/** @param {string} peer @param {number} others that catch up at the same time */
export const catchingUp = (peer, others) =>
  others === 0 ? `Catching up with ${peer}` : `Catching up with ${peer} and ${plural(others, "{n} more", "{n} more")}`;

/** An unknown total is no percentage. @param {number} done @param {number} total */
export const howFar = (done, total) =>
  total > 0 ? `${done.toLocaleString(LOCALE)} of ${total.toLocaleString(LOCALE)}` : `${done.toLocaleString(LOCALE)} so far`;

/** @param {string} node @param {string} fingerprint */
export const originTitle = (node, fingerprint) => (fingerprint ? `Written on ${node} (${fingerprint})` : `Written on ${node}`);

/** What no single feature owns. */
export const frameWords = {
  product: "Canopy",
  unreachable: "The node cannot be reached",
  unreachableAdvice: "Nothing is lost. Start Canopy on its machine, or check the network between you and it.",
  missing: "This page is not available here",
  missingAdvice: "The address may be wrong, or it leads to something that was not shared with you.",
  toStart: "Go to your conversations",
  details: "Details",
  thread: "Thread",
};

/** @param {number} n */
export const peersWaiting = (n) => plural(n, "{n} peer waits for you", "{n} peers wait for you");

/** @param {number} n */
export const accountsWaiting = (n) => plural(n, "{n} account waits for you", "{n} accounts wait for you");
