/** The words of the page on trust. */

import { catalogue, fill } from "../../base/language.js";

export const words = catalogue("trust", {
  title: "Trust",
  backToList: "Back to conversations",
  lead: "What this node lets each peer do. A peer that nobody has reviewed is connected at most: nothing is exchanged with it.",
  readOnly: "Only the owner of this node changes this. You see what is there.",
  none: "This node has no peer yet",
  noneAdvice: "Peers come by an invite.",
  toConnect: "Connect with a node",
  loadFailed: "The peers could not be loaded.",
  loadFailedAdvice: "Nothing was changed.",
  caption: "Peers and what they may do",
  peer: "Peer",
  level: "Level",
  may: "What that permits",
  score: "Score",
  trusted: "Trusted",
  introduced: "Introduced",
  unknown: "Not reviewed",
  blocked: "Blocked",
  levelOf: "Level of {name}",
  sync: "exchange open channels",
  files: "receive files",
  relay: "carry their traffic",
  feed: "see posts for trusted peers",
  yes: "{what}: yes",
  no: "{what}: no",
  scoreHint: "100 for a peer that a person trusts, 0 for any other. It is the level as the number that older programs know.",
  unverified: "Compare these six words with the other person, by voice or side by side. They come from the key of that node.",
  now: "{name} is now: {level}",
  blockTitle: "Block {name}?",
  blockText: "The link is cut and not taken up again. What was exchanged stays on both nodes.",
  block: "Block",
  cancel: "Cancel",
  unnamed: "A node without a name",
  signedInAs: "Signed in as {name}",
  missing: "This peer is not known here",
  missingAdvice: "It may have been forgotten.",
  all: "All peers",
});

/** @param {string} name */
export const levelOf = (name) => fill(words.levelOf, { name });
