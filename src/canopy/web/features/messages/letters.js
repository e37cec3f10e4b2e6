/** Which letter does what with the message in focus. */

import { meaningOf } from "../../base/preferences.js";

/** @typedef {import("../../parts/message-row.js").Row} Row */
/** @typedef {import("./acts.js").Acts} Acts */

/**
 * @param {string} key @param {Acts} acts @param {Row} row @param {HTMLElement} article
 * @returns {(() => void) | undefined}
 */
export function actOf(key, acts, row, article) {
  if (row.id === null || row.deleted) return undefined;
  /** @type {Partial<Record<import("../../base/preferences.js").Letter, () => void>>} */
  const letters = {
    reply: () => acts.openThread(row),
    quote: () => acts.quote(row),
    edit: () => void acts.startEdit(row),
    react: () => void acts.pickReaction(row, article),
    thumbs: () => void acts.reactQuickly(row, "👍"),
    same: () => row.reactions[0] && void acts.react(row, row.reactions[0].type),
    markUnread: () => acts.host.markUnread(row),
    copyLink: () => void acts.copyLink(row),
    saveIt: () => void acts.save(row),
    followThread: () => void acts.turnThread(row),
  };
  /** @type {Record<string, () => void>} */
  const fixed = {
    Enter: () => acts.openThread(row),
    ">": () => acts.quote(row),
    Delete: () => void acts.remove(row),
  };
  const meaning = key.length === 1 ? meaningOf(key.toLowerCase()) : undefined;
  return fixed[key] ?? (meaning && letters[meaning]);
}
