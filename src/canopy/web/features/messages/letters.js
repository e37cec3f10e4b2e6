/** Which letter does what with the message in focus. */

/** @typedef {import("../../parts/message-row.js").Row} Row */
/** @typedef {import("./acts.js").Acts} Acts */

/**
 * @param {string} key @param {Acts} acts @param {Row} row @param {HTMLElement} article
 * @returns {(() => void) | undefined}
 */
export function actOf(key, acts, row, article) {
  if (row.id === null || row.deleted) return undefined;
  /** @type {Record<string, () => void>} */
  const letters = {
    r: () => acts.openThread(row),
    Enter: () => acts.openThread(row),
    q: () => acts.quote(row),
    ">": () => acts.quote(row),
    e: () => void acts.startEdit(row),
    ":": () => void acts.pickReaction(row, article),
    "+": () => void acts.reactQuickly(row, "👍"),
    "=": () => row.reactions[0] && void acts.react(row, row.reactions[0].type),
    u: () => acts.host.markUnread(row),
    l: () => void acts.copyLink(row),
    s: () => void acts.save(row),
    m: () => void acts.turnThread(row),
    Delete: () => void acts.remove(row),
  };
  return letters[key.length === 1 ? key.toLowerCase() : key];
}
