/** The menu of a message: on a desk behind the toolbar's last button, on a phone the sheet. Its order is fixed. */

import { followsThread } from "./following.js";
import { words } from "./strings.js";

/** @typedef {import("../../parts/message-row.js").Row} Row */
/** @typedef {import("./acts.js").Acts} Acts */
/** @typedef {import("../../parts/menu.js").MenuItem} MenuItem */

/** The sheet of a phone has what a toolbar has beside it. @param {Acts} acts @param {Row} row @param {boolean} [sheet] @returns {Promise<MenuItem[]>} */
export async function rowMenu(acts, row, sheet = false) {
  const inThread = acts.conversation.source.root !== null;
  return [
    ...(inThread ? [] : [{ label: words.replyInThread, act: () => acts.openThread(row) }]),
    ...(sheet ? [saving(acts, row)] : []),
    { label: words.quote, act: () => acts.quote(row) },
    { label: words.copyText, act: () => void acts.copyText(row) },
    { label: words.copyLink, act: () => void acts.copyLink(row) },
    { label: words.copyReference, act: () => void acts.copyReference(row) },
    ...(inThread ? [] : [{ label: words.markUnread, act: () => acts.host.markUnread(row) }, following(acts, row, await followsThread(acts, row))]),
    ...(row.own ? [{ label: words.edit, act: () => void acts.startEdit(row) }, { label: words.changeLifespan, act: () => void acts.changeLifespan(row) }] : []),
    ...(acts.mayDelete(row) ? [{ label: words.delete, danger: true, act: () => void acts.remove(row) }] : []),
  ];
}

/** @param {Acts} acts @param {Row} row */
function saving(acts, row) {
  const saved = acts.app.saved.value.has(row.id ?? "");
  return { label: saved ? words.unsave : words.save, act: () => void acts.save(row) };
}

/** It does what it says, whatever is true by then. @param {Acts} acts @param {Row} row @param {boolean} follows */
function following(acts, row, follows) {
  return { label: follows ? words.muteThread : words.followThread, act: () => void acts.turnThread(row, !follows) };
}
