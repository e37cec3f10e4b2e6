/** Pure: from what the node and the outbox hold to the rows and dividers of the list. */

import { cleanName } from "../../base/text.js";
import { dayKey, dayLabel } from "../../base/time.js";
import { words } from "./strings.js";

const MERGE = 5 * 60_000; // ms within which rows of one author stand together

/** @typedef {import("../../base/types.js").Message} Message */
/** @typedef {import("../../parts/message-row.js").Row} Row */
/** @typedef {{kind: "day", key: string, label: string} | {kind: "row", key: string, row: Row, head: boolean, position: number}} Item */

/**
 * Only our own client ids are keys: another author could choose one of ours.
 * @param {Message} message @param {string} me @returns {Row}
 */
export function rowOf(message, me) {
  const own = message.user_id === me;
  return {
    key: own && message.client_id ? message.client_id : message.id,
    id: message.id,
    author: {
      id: message.user_id,
      name: cleanName(message.display_name) || cleanName(message.username) || words.unknownPerson,
      agent: message.account_type === "agent",
    },
    origin: originOf(message),
    content: message.content ?? "",
    at: new Date(message.created_at),
    order: message.created_at,
    state: "sent",
    reason: "",
    own,
    edited: Boolean(message.edited_at),
    system: message.type === "system",
  };
}

/** The node shows handles of other nodes with the beginning of their id behind them. @param {Message} message */
function originOf({ origin_peer: peer, username }) {
  return peer && username?.endsWith(`.${peer.slice(0, 8)}`) ? peer : null;
}

/** @param {import("../../base/types.js").Outgoing} item @param {import("../../base/types.js").User} me @returns {Row} */
export function pendingRow(item, me) {
  return {
    key: item.clientId,
    id: null,
    author: { id: me.user_id, name: cleanName(me.display_name) || me.username, agent: me.account_type === "agent" },
    origin: null,
    content: item.content,
    at: new Date(item.createdAt),
    order: "",
    state: item.state,
    reason: item.reason,
    own: true,
    edited: false,
    system: false,
  };
}

/**
 * Puts rows at their places: a known id or key is replaced where it stands, a new one goes behind the last
 * that is not younger. What the node sent in one order stays in that order.
 * @param {Row[]} rows @param {Row[]} added @returns {Row[]}
 */
export function merged(rows, added) {
  const result = [...rows];
  for (const row of added) {
    const known = result.findIndex((each) => each.id === row.id || each.key === row.key);
    if (known >= 0) {
      result[known] = { ...row, key: result[known]?.key ?? row.key };
      continue;
    }
    let at = result.length;
    while (at > 0 && (result[at - 1]?.order ?? "") > row.order) at -= 1;
    result.splice(at, 0, row);
  }
  return result;
}

/** @param {Row[]} rows oldest first @param {Date} now @returns {Item[]} */
export function itemsOf(rows, now) {
  /** @type {Item[]} */
  const items = [];
  /** @type {Row | null} */
  let before = null;
  for (const [index, row] of rows.entries()) {
    const newDay = before === null || dayKey(before.at) !== dayKey(row.at);
    if (newDay) items.push({ kind: "day", key: `day-${dayKey(row.at)}-${row.key}`, label: dayLabel(row.at, now) });
    items.push({ kind: "row", key: row.key, row, head: newDay || startsBlock(before, row), position: index + 1 });
    before = row;
  }
  return items;
}

/** @param {Row | null} before @param {Row} row */
function startsBlock(before, row) {
  if (before === null || before.author.id !== row.author.id || before.system !== row.system) return true;
  return row.at.getTime() - before.at.getTime() > MERGE;
}
