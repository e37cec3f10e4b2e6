/** Pure: what the node says of a peer, in words. */

import { cleanName } from "../../base/text.js";
import { howFar } from "../../parts/strings.js";
import { messages, refused, unnamed, waiting, words } from "./peer-strings.js";
import { listed } from "./strings.js";

/** @typedef {import("../../base/types.js").Peer} Peer */
/** @typedef {"good" | "busy" | "wait" | "off" | "bad"} Tone */
/** @typedef {{tone: Tone, label: string, detail: string}} State */

/** Nothing is told by colour alone. @type {Record<Tone, string>} */
export const GLYPHS = { good: "●", busy: "⟳", wait: "◐", off: "○", bad: "✕" };

/** @param {{peer_id: string, display_name?: string | null}} peer */
export function nameOf(peer) {
  return cleanName(peer.display_name) || unnamed(peer.peer_id);
}

/** @param {string[] | undefined} six */
export function fingerprint(six) {
  return (six ?? []).join("-");
}

/** @param {Peer} peer @param {boolean} mayManage @returns {State} */
export function stateOf(peer, mayManage) {
  if (peer.level === "blocked") return { tone: "bad", label: words.blocked, detail: words.blockedDetail };
  if (peer.level !== "trusted") return unreviewed(peer, mayManage);
  if (peer.state === "offline") return { tone: "off", label: words.offline, detail: "" };
  if (peer.state === "connected_not_syncing") return { tone: "wait", label: words.notSyncing, detail: words.theirTurn };
  if (peer.progress) {
    return { tone: "busy", label: words.catchingUp, detail: messages(howFar(peer.progress.done, peer.progress.total)) };
  }
  return { tone: "good", label: words.syncing, detail: peer.level_with_us ? words.level : words.comparing };
}

/** @param {Peer} peer @param {boolean} mayManage @returns {State} */
function unreviewed(peer, mayManage) {
  const label = peer.level === "introduced" ? words.introduced : words.notReviewed;
  if (peer.state === "offline") return { tone: "off", label, detail: words.offline };
  return { tone: "wait", label, detail: mayManage ? words.yourTurn : words.readOnlyTurn };
}

/** A peer that is connected and that nobody has judged yet. @param {Peer} peer */
export function awaitsApproval(peer) {
  return peer.state !== "offline" && (peer.level === "unknown" || peer.level === "introduced");
}

/** @param {Peer} peer @returns {string[]} sentences on what was refused and what waits */
export function reasonsOf(peer) {
  return [
    ...sentence(words.refused, peer.refused ?? {}, refused),
    ...sentence(words.waiting, peer.waiting ?? {}, waiting),
  ];
}

/** @param {string} lead @param {Record<string, number>} counts @param {(reason: string, count: number) => string} say @returns {string[]} */
function sentence(lead, counts, say) {
  const parts = Object.entries(counts).flatMap(([reason, count]) => (count > 0 ? [say(reason, count)] : []));
  return parts.length > 0 ? [`${lead}: ${listed(parts)}.`] : [];
}
