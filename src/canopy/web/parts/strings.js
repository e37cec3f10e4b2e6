/** The words of the shared parts, in one place so that they can be translated. */

import { catalogue, fill } from "../base/language.js";
import { LOCALE } from "../base/text.js";

export const words = catalogue("parts", {
  of_people: "People",
  of_channels: "Channels",
  of_emoji: "Emoji",
  livesFor: "deletes itself after {span}",
  recent: "Recent",
  smileys: "Smileys",
  hearts: "Hearts",
  nature: "Nature",
  food: "Food and drink",
  activities: "Activities",
  things: "Things",
  signs: "Signs",
  reacted: "{emoji} {n}",
  reactedByMe: "{emoji} 1, you",
  reactedByUs: "{emoji} {n}, {others, plural, one {you and # other} other {you and # others}}",
  replies: "{n, plural, one {# reply} other {# replies}}",
  lastReply: "last {time}",
  expiresAt: "Deletes itself {time}",
  reactions: "{n, plural, one {# reaction} other {# reactions}}",
  retryIn: "retry in {n} s",
  goneWith: "Node not reachable: your messages wait here ({n})",
  tooLong: "{n, plural, one {# character} other {# characters}} too many",
  catchingUp: "Catching up from {peer}",
  catchingUpMore: "Catching up from {peer} and {n} more",
  howFar: "{done} of {total}",
  messagesFar: "{done} of {total} messages",
  soFar: "{done} so far",
  viaKey: "via API key \"{name}\"",
  writtenOn: "Written on {node}",
  writtenOnKey: "Written on {node} ({key})",
  peersWaiting: "{n, plural, one {# peer waits} other {# peers wait}} for you",
  accountsWaiting: "{n, plural, one {# account waits} other {# accounts wait}} for you",
  skipToMessages: "Skip to messages",
  skipToComposer: "Skip to composer",
  skipToContent: "Skip to content",
  main: "Main",
  conversations: "Conversations",
  showConversations: "Show conversations",
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
  ctrlEnterHint: "Ctrl+Enter sends · Enter for a new line",
  enterHint: "Enter sends · Shift+Enter for a new line",
  showPassword: "Show typed text",
  hidePassword: "Hide typed text",
  agent: "Agent",
  retry: "Retry",
  edit: "Edit",
  discard: "Discard",
  edited: "(edited)",
  showAll: "Show all ({n, plural, one {# line} other {# lines}})",
  waiting: "Waiting for the node",
  tryingAgain: "Too many actions; trying again in {n} s",
  notSent: "Not sent:",
  unknownPerson: "Unknown person",
  live: "Live",
  livePartly: "Live, not all peers synced",
  showSync: "Transfers and sync",
  connecting: "Connecting…",
  reconnecting: "Reconnecting…",
  retryNow: "Retry now",
  signedOut: "Signed out",
  gone: "Node not reachable: your messages wait here",
  cannotSave: "This node cannot save messages: disk full or not writable. What you write stays here until it can be sent.",
  updatedTo: "Updated to {version}",
  reload: "Reload",
  technical: "Technical details",
  actions: "Message actions",
  more: "More actions",
  ruleMet: "met",
  ruleNotMet: "not met",
  react: "React",
  addReaction: "Add a reaction",
  replyInThread: "Reply in thread",
  you: "you",
  chooseEmoji: "Choose an emoji",
  searchEmoji: "Search emoji",
  emoji: "Emoji",
  noEmoji: "No emoji by that name.",
  deleted: "Message deleted",
  removed: "Removed by an admin of the channel",
  undo: "Undo",
  showHistory: "Show what it said before",
  save: "Save",
  close: "Close",
  cancel: "Cancel",
  lifespan: "Lifespan",
  editHint: "Enter saves · Escape cancels",
  thisNode: "this node",
  notThere: "{n, plural, one {{who} is} other {{who} are}} not in {place} and will not see this",
  agentsCalled: "{n, plural, one {# agent} other {# agents}} will be notified: {names}",
  whomTitle: "Whom do you mean?",
  couldBe: "@{handle} could be any of these. Nothing has been sent yet.",
  keepWriting: "Keep writing",
  otherDraft: "Restore other draft",
  otherSpan: "Other…",
  spanHour: "{n, plural, one {# hour} other {# hours}}",
  spanDay: "{n, plural, one {# day} other {# days}}",
  spanTitle: "How long should it live?",
  spanNumber: "Number",
  spanUnit: "Unit",
  spanHours: "hours",
  spanDays: "days",
  spanSet: "Set lifespan",
  spanLimits: "Choose between 1 hour and 365 days.",
  writingTools: "Writing tools",
  preview: "Preview",
  backToWriting: "Back to writing",
  makingPreview: "Making the preview…",
  noPreview: "No preview, and nothing is lost:",
  nothingWritten: "Nothing is written yet.",
});

const listed = new Intl.ListFormat(LOCALE, { type: "conjunction" });

/** How the lists of completions are called. @type {Record<string, string>} */
export const completionNames = { "@": words.of_people, "#": words.of_channels, ":": words.of_emoji };

/** @param {string[]} handles @param {string} place */
export const notThere = (handles, place) => fill(words.notThere, { n: handles.length, who: listed.format(handles), place });

/** @param {string[]} names */
export const agentsCalled = (names) => fill(words.agentsCalled, { n: names.length, names: new Intl.ListFormat(LOCALE, { type: "unit" }).format(names) });

/** @param {string} handle */
export const couldBe = (handle) => fill(words.couldBe, { handle });

/** @param {number} seconds */
export const spanWords = (seconds) => {
  const hours = Math.round(seconds / 3_600);
  return hours % 24 === 0 ? fill(words.spanDay, { n: hours / 24 }) : fill(words.spanHour, { n: hours });
};

/** @param {string} span */
export const livesFor = (span) => fill(words.livesFor, { span });

/** @type {Record<string, string>} */
export const emojiGroups = {
  Recent: words.recent, Smileys: words.smileys, People: words.of_people, Hearts: words.hearts, Nature: words.nature, Food: words.food,
  Activities: words.activities, Things: words.things, Signs: words.signs,
};

/** @param {string} emoji @param {number} count @param {boolean} mine */
export function reactionName(emoji, count, mine) {
  if (!mine) return fill(words.reacted, { emoji, n: count });
  if (count === 1) return fill(words.reactedByMe, { emoji });
  return fill(words.reactedByUs, { emoji, n: count, others: count - 1 });
}

/** @param {string} emoji @param {string[]} names */
export const reactionWho = (emoji, names) =>
  `${emoji} ${listed.format(names)}`;

/** @param {number} count */
export const replyCount = (count) => fill(words.replies, { n: count });

/** @param {string} time */
export const lastReply = (time) => fill(words.lastReply, { time });

/** @param {string} time */
export const expiresAt = (time) => fill(words.expiresAt, { time });

/** @param {number} count */
export const reactionCount = (count) => fill(words.reactions, { n: count });

/** @param {number} seconds */
export const retryIn = (seconds) => fill(words.retryIn, { n: seconds });

/** @param {number} waiting */
export const gone = (waiting) => (waiting > 0 ? fill(words.goneWith, { n: waiting }) : words.gone);

/** @param {number} n */
export const tryingAgain = (n) => fill(words.tryingAgain, { n });

/** @param {number} n */
export const showAll = (n) => fill(words.showAll, { n });

/** @param {string} version */
export const updatedTo = (version) => fill(words.updatedTo, { version });

/** @param {number} over */
export const tooLong = (over) => fill(words.tooLong, { n: over });

/** @param {string} author @param {string} time @param {string} text @param {number} [reactions] @param {number} [replies] */
export const rowName = (author, time, text, reactions = 0, replies = 0) =>
  [author, time, text, reactions ? reactionCount(reactions) : "", replies ? replyCount(replies) : ""].filter(Boolean).join(", ");

/** @param {string} peer @param {number} others that catch up at the same time */
export const catchingUp = (peer, others) =>
  others === 0 ? fill(words.catchingUp, { peer }) : fill(words.catchingUpMore, { peer, n: others });

/** An unknown total is no percentage. @param {number} done @param {number} total */
export const howFar = (done, total) =>
  total > 0 ? fill(words.howFar, { done, total }) : fill(words.soFar, { done });

/** The same of messages. @param {number} done @param {number} total */
export const messagesFar = (done, total) => (total > 0 ? fill(words.messagesFar, { done, total }) : howFar(done, total));

/** @param {string} node @param {string} fingerprint */
export const originTitle = (node, fingerprint) => (fingerprint ? fill(words.writtenOnKey, { node, key: fingerprint }) : fill(words.writtenOn, { node }));

/** @param {string} name */
export const viaKey = (name) => fill(words.viaKey, { name });

/** What no single feature owns. */
export const frameWords = catalogue("frame", {
  product: "Canopy",
  unreachable: "The node cannot be reached",
  unreachableAdvice: "Nothing is lost. Start Canopy on its machine, or check the network between you and it.",
  missing: "This page is not available here",
  missingAdvice: "The address may be wrong, or it leads to something that was not shared with you.",
  toStart: "Go to your conversations",
  details: "Details",
  thread: "Thread",
  search: "Search",
});

/** @param {number} n */
export const peersWaiting = (n) => fill(words.peersWaiting, { n });

/** @param {number} n */
export const accountsWaiting = (n) => fill(words.accountsWaiting, { n });
