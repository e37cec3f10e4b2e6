/** Pure: from what the node and the outbox hold to the rows and dividers of the list. */

import { cleanName } from "../../base/text.js";
import { dayKey, dayLabel } from "../../base/time.js";
import { repliesLabel, words } from "./strings.js";

const MERGE = 5 * 60_000; // ms within which rows of one author stand together

/** The names that programs use for the commonest ones. @type {Record<string, string>} */
const NAMED = {
  like: "👍", love: "❤️", laugh: "😂", dislike: "👎", angry: "😠", wow: "😮", sad: "😢", celebrate: "🎉",
  rocket: "🚀", eyes: "👀", check: "✅", hundred: "💯", idk: "🤷", pray: "🙏", beer: "🍺",
};

/** @typedef {import("../../base/types.js").Message} Message */
/** @typedef {import("../../parts/message-row.js").Reaction} Reaction */
/** @typedef {import("../../parts/message-row.js").Row} Row */
/** @typedef {{kind: "day" | "new" | "replies", key: string, label: string}} Divider */
/** @typedef {{kind: "first", key: string, above: string, peer: string}} FirstLine above: key of the first row of a node */
/** @typedef {Divider | FirstLine | {kind: "row", key: string, row: Row, head: boolean}} Item */

/** @typedef {"none" | "some" | "loading" | "failed"} Edge */
/**
 * @typedef {object} View what a list shows of a conversation
 * @property {Row[]} rows those that are mounted, oldest first
 * @property {"loading" | "ready" | "failed" | "missing"} status
 * @property {Edge} older
 * @property {Edge} newer
 * @property {Row | null} lead the message that all rows answer, in a thread
 * @property {number} beyond rows that came below the window
 * @property {number} before how many are known above the window
 * @property {number} total of the whole conversation, -1 while that is not known
 * @property {unknown} error
 */

/** @type {View} */
export const EMPTY = { rows: [], status: "loading", older: "none", newer: "none", lead: null, beyond: 0, before: 0, total: -1, error: null };

/** @param {Row} row whose time may be over, though the node has not yet rung for it */
export function isAlive(row) {
  return row.expires === null || Number(row.expires) > Date.now();
}

/** Where the messages of a channel are read. @param {string} channelId */
export function pathOf(channelId) {
  return `/channels/${encodeURIComponent(channelId)}/messages`;
}

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
      url: message.avatar_url ?? null,
    },
    origin: originOf(message),
    first: Boolean(message.first_from_peer),
    via: cleanName(message.via_api_key ?? "") || null,
    content: message.content ?? "",
    html: message.html ?? null,
    at: new Date(message.created_at),
    order: message.created_at,
    state: "sent",
    reason: "",
    own,
    edited: Boolean(message.edited_at),
    system: message.type === "system",
    root: message.thread_id ?? message.id,
    replies: message.reply_count ?? 0,
    lastReply: message.reply_count && message.last_activity_at ? new Date(message.last_activity_at) : null,
    reactions: reactionsOf(message.reactions ?? {}, me),
    expires: message.expires_at ? new Date(message.expires_at) : null,
    deleted: Boolean(message.deleted),
    removed: Boolean(message.by_moderator),
    called: calledIn(message),
    forMe: !own && (Boolean(message.mentions_everyone) || (message.mentions ?? []).some((each) => each.user_id === me)),
  };
}

/** @param {Record<string, string[]>} reactions @param {string} me @returns {Reaction[]} */
function reactionsOf(reactions, me) {
  return Object.entries(reactions).map(([type, users]) => ({
    type, emoji: NAMED[type] ?? type, users, mine: users.includes(me),
  }));
}

/** What may stand behind an `@` in its text, as somebody who is called. @param {Message} message @returns {string[]} */
function calledIn({ mentions = [], mentions_everyone: all }) {
  const names = mentions.flatMap((each) => [each.handle, each.username ?? "", each.display_name.trim().split(/\s+/u).join("_"), each.user_id]);
  return [...names, all ?? ""].filter(Boolean);
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
    author: { id: me.user_id, name: cleanName(me.display_name) || me.username, agent: me.account_type === "agent", url: me.avatar_url ?? null },
    origin: null,
    first: false,
    via: null,
    content: item.content,
    html: null,
    at: new Date(item.createdAt),
    order: "",
    state: item.state,
    reason: item.reason,
    own: true,
    edited: false,
    system: false,
    root: item.parentId ?? null,
    replies: 0,
    lastReply: null,
    reactions: [],
    expires: null,
    deleted: false,
    removed: false,
    called: [],
    forMe: false,
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

/**
 * @param {Row[]} rows oldest first @param {Date} now
 * @param {{lead?: Row | null, newFrom?: string | null}} [marks] lead: the message that the rows answer;
 *   newFrom: key of the first row that is new to the reader
 * @returns {Item[]}
 */
export function itemsOf(rows, now, { lead = null, newFrom = null } = {}) {
  /** @type {Item[]} */
  const items = lead ? leading(lead) : [];
  /** @type {Row | null} */
  let before = null;
  /** @type {Set<string>} */
  const named = new Set();
  for (const row of rows) {
    const newDay = lead === null && (before === null || dayKey(before.at) !== dayKey(row.at));
    const isNew = row.key === newFrom;
    if (newDay) items.push({ kind: "day", key: `day-${dayKey(row.at)}-${row.key}`, label: dayLabel(row.at, now) });
    if (isNew) items.push({ kind: "new", key: "new", label: words.newDivider });
    const line = firstLine(row, named);
    if (line) items.push(line);
    const head = newDay || isNew || line !== null || startsBlock(before, row);
    items.push({ kind: "row", key: row.key, row, head });
    before = row;
  }
  return items;
}

/**
 * A message that was the first until an older one came may still be shown as it was read: of each node the oldest counts.
 * @param {Row} row @param {Set<string>} named the nodes that have their line @returns {FirstLine | null}
 */
function firstLine(row, named) {
  if (!row.first || row.origin === null || named.has(row.origin)) return null;
  named.add(row.origin);
  return { kind: "first", key: `first-${row.key}`, above: row.key, peer: row.origin };
}

/** @param {Row} lead @returns {Item[]} */
function leading(lead) {
  const label = lead.replies > 0 ? repliesLabel(lead.replies) : words.noReplies;
  return [
    { kind: "row", key: lead.key, row: lead, head: true },
    { kind: "replies", key: "replies", label },
  ];
}

/** @param {Row | null} before @param {Row} row */
function startsBlock(before, row) {
  if (before === null || before.author.id !== row.author.id || before.system !== row.system) return true;
  if (before.deleted || row.deleted || before.via !== row.via) return true;
  return row.at.getTime() - before.at.getTime() > MERGE;
}
