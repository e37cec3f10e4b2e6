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
};

/** @param {number} seconds */
export const retryIn = (seconds) => `retry in ${seconds} s`;

/** @param {number} waiting */
export const gone = (waiting) => (waiting > 0 ? `${words.gone} (${waiting})` : words.gone);

/** @param {number} over */
export const tooLong = (over) => `${over.toLocaleString(LOCALE)} characters too many`;

/** @param {string} author @param {string} time @param {string} text */
export const rowName = (author, time, text) => `${author}, ${time}, ${text}`;

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
};

/** @param {number} n */
export const peersWaiting = (n) => plural(n, "{n} peer waits for you", "{n} peers wait for you");
