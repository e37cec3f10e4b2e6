/** The words of the panel of what is on its way. */

import { catalogue, fill } from "../../base/language.js";

export const syncWords = catalogue("sync", {
  title: "Transfers and sync",
  close: "Close",
  allSent: "Everything you wrote is on this node.",
  unsent: "{n, plural, one {# message waits} other {# messages wait}} in this browser.",
  retryNow: "Retry now",
  noPeers: "This node is linked with no other yet, so nothing is on its way.",
  lastSeen: "last seen {when}",
  toConnect: "Connections and diagnostics",
});

/** @param {number} n */
export const unsentCount = (n) => fill(syncWords.unsent, { n });

/** @param {string} when */
export const lastSeen = (when) => fill(syncWords.lastSeen, { when });
