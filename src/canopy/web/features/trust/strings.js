/** The words of Connect. */

import { catalogue, fill } from "../../base/language.js";
import { LOCALE } from "../../base/text.js";
import { dayAndTime, fromNow } from "./when.js";

export const words = catalogue("connect", {
  hour: "1 hour",
  day: "1 day",
  week: "7 days",
  month: "30 days",
  shareText: "Join my Canopy node: {code}",
  expires: "It works until {end} ({when}).",
  soon: "in less than a minute",
  expired: "This invite expired on {end}. Ask for a new one.",
  notACode: "This begins with “{scheme}”; an invite code begins with “canopy:”.",
  badCharacter: "Character {position} (“{character}”) does not belong in an invite code.",
  cutOff: "This code is cut off: it ends after {n, plural, one {# character} other {# characters}}, before it is complete. Copy all of it.",
  lacks: "This code is incomplete: “{field}” is missing in it.",
  reachConfigured: "Public",
  reachConfiguredText: "the address that was set for this node",
  reachPublic: "Public",
  reachPublicText: "from anywhere",
  reachLan: "Local network",
  reachLanText: "from the same network",
  reachVpn: "VPN",
  reachVpnText: "from inside the same VPN",
  reachVm: "Virtual",
  reachVmText: "from this machine’s virtual networks",
  reachLoopback: "This machine",
  reachLoopbackText: "from programs on this machine",
  facts: "{known, plural, one {# peer} other {# peers}} · {connected} connected",
  waitForYou: "{n, plural, one {{names} waits} other {{names} wait}} for your approval.",
  flowText: "Until now the open channels of your two sides were kept apart. If you let them flow, {name} and the nodes behind it will see {messages, plural, one {# message} other {# messages}} of {more, plural, one {# node} other {# nodes}} from here, and you will see theirs.",
  flowFinal: "What has been exchanged cannot be called back.",
  flowTitle: "Let channels flow to {name}?",
  forgetTitle: "Forget {name}?",
  forgetText: "This node drops its link with {name}, its addresses and your approval. To connect again you need a new invite.",
  forgetStays: "History stays: messages that were exchanged remain here and there.",
  blockTitle: "Block {name}?",
  blockText: "Nothing more is exchanged with {name}, and people here no longer see what its people write.",
  blockUndo: "You can unblock it at any time.",
  actionsFor: "Actions for {name}",
  approveName: "Approve {name}",
  seenNow: "Seen just now",
  seen: "Seen {when}",
  neverSeen: "Never seen",
  nextTry: "Next try at {moment}",
  triedAddresses: "{n, plural, one {# address tried} other {# addresses tried}}",
  triedNext: "{n, plural, one {# address tried} other {# addresses tried}} · next try at {moment}",
  tried: "tried at {moment}",
  introducedBy: "Introduced by {peer}",
  announced: "{name}: {state}",
  connectTo: "Connect to {name}",
  reviewOf: "Review {name}",
  title: "Connect",
  toTrust: "Trust",
  backToList: "Back to conversations",
  readOnly: "Only the owner of this node may connect, approve or block peers. You see what is there.",
  unreachable: "The node cannot be reached. Nothing was changed; try again when it runs.",
  retry: "Retry",
  cancel: "Cancel",
  slow: "This takes longer than usual",
  slowAdvice: "The node has not answered yet.",

  inviteTitle: "Your invite",
  inviteFailed: "The invite could not be read.",
  inviteFailedAdvice: "Your peers stay connected all the same.",
  qrName: "QR code of your invite",
  code: "Invite code",
  copy: "Copy",
  copied: "Copied",
  notCopied: "Press Ctrl+C to copy",
  share: "Share",
  oneTime: "Whoever holds this code may join: the first node that shows it is approved at once, and no other after it.",
  manyTimes: "Whoever holds this code can connect. Nothing is exchanged before the owner of this node approves.",
  neverExpires: "It does not expire.",
  compareOwn: "These six words come from this node’s key. Read them to the other person, who sees them too.",
  validFor: "Valid for",
  another: "Make another",
  anotherMade: "A new code was made. The one before it stays valid until it expires.",

  reachTitle: "Reachable at",
  reachSeveral: "Several addresses are normal: a peer takes the first that works.",
  reachNone: "This node has no reachable address.",
  reachNoneAdvice: "Peers cannot dial it, but it can dial them: paste their invite, or add a public address below.",
  reachLocal: "Only programs on this machine can reach it. Let Canopy listen on your network, or add a public address below.",
  publicTitle: "Add a public address",
  publicHint: "The name or address under which your router or server passes connections on to this node.",
  host: "Host",
  port: "Port",
  publicButton: "Make a code with it",
  publicRemove: "Remove it",
  publicRemoved: "The new code no longer names it.",
  qrTooLong: "This code is too long for a picture. Copy it instead.",
  publicDone: "The new code begins with this address.",
  hostWrong: "Write a host name or an IP address, without “http://” and without a path.",
  portWrong: "A port is a number from 1 to 65535.",

  addTitle: "Add a peer",
  paste: "Code from the other node",
  pasteHint: "It begins with “canopy:”. You see whose it is before anything happens.",
  review: "Review",
  connect: "Connect",
  compareTheirs: "Ask the other person to read you their six words. If they differ, do not connect.",
  nothingYet: "Nothing is synced yet. Connecting approves this node: you will exchange the messages of open channels.",
  unnamed: "A node without a name",
  reviewed: "Invite of",
  trying: "Trying…",
  addAnother: "Add another peer",
  outcomes: "What became of each address",
  connected: "Connected",
  saved: "Saved, not connected yet",

  codeMissing: "Paste a code first.",
  codeEmpty: "Nothing follows “canopy:”. Copy the whole code.",
  codeTooLong: "This is longer than any invite code.",
  codeDamaged: "This is no invite code, or it was altered on its way. Copy it again, from “canopy:” to its end.",
  codeTooNew: "This code was made by a newer Canopy. Update this node to use it.",
  codeOwn: "This is the invite of this very node. Give it to someone else, and paste theirs here.",

  nearbyTitle: "Found on this network",
  nearbyEmpty: "Nodes that announce themselves on this network appear here by themselves.",
  unknownNode: "A node that has not introduced itself",
  introducedTitle: "Introduced",
  introducedAdvice: "Nodes that your peers know. Ask for their invite to connect to them yourself.",

  peersTitle: "Peers",
  peersLoading: "Loading peers…",
  peersFailed: "The peers could not be loaded.",
  peersFailedAdvice: "Nothing is lost: they are on the node.",
  peersEmpty: "No peers yet.",
  peersEmptyAdvice: "Give somebody your invite, or paste theirs above.",
  approve: "Approve",
  block: "Block",
  unblock: "Unblock",
  reconnect: "Reconnect",
  reconnecting: "Reconnecting…",
  disconnect: "Disconnect",
  copyId: "Copy peer id",
  idCopied: "The peer id was copied.",
  forget: "Forget…",
  blockMenu: "Block…",
  flow: "Let channels flow…",
  flowButton: "Let channels flow",
  forgetButton: "Forget",
  progress: "Catching up",
  disconnected: "Disconnected until you reconnect or this node restarts.",
  notDialled: "This node does not dial it by itself now. Reconnect, or wait until it comes.",
  apart: "Open channels stay apart on this link: both sides know other nodes already.",

  diagnosticsTitle: "Diagnostics",
  diagnosticsFailed: "The diagnostics could not be read.",
  connectedNow: "Connected peers",
  known: "Known peers",
  queued: "Messages waiting to be sent",
  redials: "Peers waiting to be dialled again",
  catchUps: "Catch-ups running",
  failures: "Recent failures",
  noFailures: "No connection has failed lately.",
  copyReport: "Copy report",
  reportHint: "The report holds counts and reasons, no names and no addresses.",
  resync: "Compare with all peers again",
  resynced: "All connected peers are being compared again.",
});

/** How long an invite may be used, in seconds. */
export const LIFETIMES = [
  { seconds: 3600, label: words.hour },
  { seconds: 86_400, label: words.day },
  { seconds: 604_800, label: words.week },
  { seconds: 2_592_000, label: words.month },
];

/** @param {string} code */
export const shareText = (code) => fill(words.shareText, { code });

/** @param {Date} end @param {Date} now */
export const expires = (end, now) => fill(words.expires, { end: dayAndTime(end, now), when: fromNow(end, now) ?? words.soon });

/** @param {Date} end @param {Date} now */
export const expired = (end, now) => fill(words.expired, { end: dayAndTime(end, now) });

/** @param {string} scheme */
export const notACode = (scheme) => fill(words.notACode, { scheme });

/** @param {string} character @param {number} position */
export const badCharacter = (character, position) =>
  fill(words.badCharacter, { position, character });

/** @param {number} length */
export const cutOff = (length) =>
  fill(words.cutOff, { n: length });

/** @param {string} field */
export const lacks = (field) => fill(words.lacks, { field });

/** @type {Record<string, [string, string]>} by kind: its name, and what it means */
const REACH = {
  configured: [words.reachConfigured, words.reachConfiguredText],
  public: [words.reachPublic, words.reachPublicText],
  lan: [words.reachLan, words.reachLanText],
  vpn: [words.reachVpn, words.reachVpnText],
  vm: [words.reachVm, words.reachVmText],
  loopback: [words.reachLoopback, words.reachLoopbackText],
};

/** @param {string} kind @returns {[string, string]} */
export const reachKind = (kind) => REACH[kind] ?? [kind, ""];

/** @param {number} known @param {number} connected */
export const facts = (known, connected) => fill(words.facts, { known, connected });

/** @param {string[]} names of peers that wait for approval */
export const waitForYou = (names) =>
  fill(words.waitForYou, { n: names.length, names: listed(names) });

/** @param {string[]} names */
export const listed = (names) => new Intl.ListFormat(LOCALE, { type: "conjunction" }).format(names);

/** @param {string} name @param {number} more nodes @param {number} messages */
export const flowText = (name, more, messages) => [
  fill(words.flowText, { name, messages, more }),
  words.flowFinal,
];

/** @param {string} name */
export const flowTitle = (name) => fill(words.flowTitle, { name });

/** @param {string} name */
export const forgetTitle = (name) => fill(words.forgetTitle, { name });

/** @param {string} name */
export const forgetText = (name) => [
  fill(words.forgetText, { name }),
  words.forgetStays,
];

/** @param {string} name */
export const blockTitle = (name) => fill(words.blockTitle, { name });

/** @param {string} name */
export const blockText = (name) => [
  fill(words.blockText, { name }),
  words.blockUndo,
];

/** @param {string} name */
export const actionsFor = (name) => fill(words.actionsFor, { name });

/** @param {string} name */
export const approveName = (name) => fill(words.approveName, { name });

/** @param {string | null} ago */
export const lastSeen = (ago) => (ago === null ? words.seenNow : fill(words.seen, { when: ago }));

export const neverSeen = words.neverSeen;

/** @param {string} moment */
export const nextTry = (moment) => fill(words.nextTry, { moment });

/** @param {number} count @param {string} moment of the next try, if there is one */
export const triedAddresses = (count, moment) => {
  return moment ? fill(words.triedNext, { n: count, moment }) : fill(words.triedAddresses, { n: count });
};

/** @param {string} moment */
export const tried = (moment) => fill(words.tried, { moment });

/** @param {string} peer */
export const introducedBy = (peer) => fill(words.introducedBy, { peer });

/** @param {string} name @param {string} state */
export const announced = (name, state) => fill(words.announced, { name, state });

/** @param {string} name */
export const connectTo = (name) => fill(words.connectTo, { name });

/** @param {string} name */
export const reviewOf = (name) => fill(words.reviewOf, { name });
