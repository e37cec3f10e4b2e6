/**
 * What is known of one conversation: a window of acknowledged rows, what was cut off at its two ends, what lies
 * beyond, and how it came.
 *
 * An event is a doorbell. When it carries the message, that is used; when not, what came after the last
 * known message is read again. Drawing is somebody else's business.
 */

import { ApiError } from "../../base/api.js";
import { Store } from "../../base/store.js";
import { EMPTY, isAlive, merged, pathOf, rowOf } from "./rows.js";

const PAGE = 50;
const MOST_PAGE = 200;
const MOST_ROWS = 200; // mounted; see further.js
const KEPT_ROWS = 150;
const DAY = 24 * 3600 * 1000; // ms
const CLOCKS_DIFFER = 5_000; // ms before the node is asked again about a message that it still shows
const AROUND = 25; // rows on either side of a message that a link leads to
const MOST_AROUND = 99; // of a window that is read again

/** @typedef {import("../../base/types.js").Message} Message */
/** @typedef {import("../../base/types.js").LiveEvent} LiveEvent */
/** @typedef {import("../../parts/message-row.js").Row} Row */
/** @typedef {import("./rows.js").Edge} Edge */
/** @typedef {import("./rows.js").View} View */
/** @typedef {{messages: Message[], root?: Message | null, has_more: boolean}} Page oldest first */
/** @typedef {{messages: Message[], root?: Message | null, older: boolean, newer: boolean}} Around */

/**
 * @typedef {object} Source
 * @property {string} place key of drafts and of what is on its way
 * @property {string} channelId
 * @property {string | null} root the thread, or null for a channel
 * @property {(message: Message) => boolean} holds
 * @property {(query: string, signal: AbortSignal) => Promise<Page>} page
 * @property {(id: string, each: number, signal: AbortSignal) => Promise<Around>} around that many before and after
 */

export class Conversation {
  /** @param {import("../../base/types.js").SignedInApp} app @param {Source} source */
  constructor(app, source) {
    this.app = app;
    this.source = source;
    /** @type {Store<View>} */
    this.view = new Store(EMPTY);
    /** Rows that were cut off at either end of the window, oldest first. @type {Record<"older" | "newer", Row[]>} */
    this.cut = { older: [], newer: [] };
    /** What the node has beyond all that is known. @type {Record<"older" | "newer", Edge>} */
    this.ends = { older: "none", newer: "none" };
    /** @type {import("./further.js").Further | null} */
    this.further = null;
    /** Called with rows that have just arrived from others. @type {(rows: Row[]) => void} */
    this.onArrived = () => {};
    /** Own messages that came by the stream before the answer to their sending. @type {Message[]} */
    this.early = [];
    this.catching = false;
    /** Whether the rows stand where they can be measured, and not behind a panel. */
    this.shown = () => true;
    /** Messages that are read again, and whether somebody asked once more meanwhile. @type {Map<string, boolean>} */
    this.refreshing = new Map();
    this.stopping = new AbortController();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.ending = undefined;
  }

  stop() {
    clearTimeout(this.ending);
    this.stopping.abort();
  }

  /** @param {string} id @returns {Row | undefined} */
  find(id) {
    const { rows, lead } = this.view.value;
    return lead?.id === id ? lead : rows.find((row) => row.id === id);
  }

  /** Reads the newest page, or as many rows as are already shown, and replaces what is known. */
  async load() {
    const { rows: shown, newer } = this.view.value;
    const limit = newer === "none" ? Math.min(MOST_PAGE, Math.max(PAGE, shown.length)) : PAGE;
    try {
      const page = await this.source.page(`limit=${limit}`, this.stopping.signal);
      const fresh = this.#rowsOf(page.messages);
      const since = this.view.value.newer === "none" ? this.view.value.rows.filter((row) => row.order > (fresh.at(-1)?.order ?? "") && isAlive(row)) : [];
      this.#begin({ rows: merged(fresh, since), older: page.has_more ? "some" : "none", lead: this.#leadOf(page) });
    } catch (error) {
      this.#loadFailed(error);
    }
  }

  /** Reads the rows on both sides of one of them. @param {string} id @param {number} [each] @returns {Promise<boolean>} whether it is there */
  async loadAround(id, each = AROUND) {
    try {
      const { messages, older, newer, ...page } = await this.source.around(id, each, this.stopping.signal);
      const rows = this.#rowsOf(messages.filter(this.source.holds));
      this.#begin({ rows, older: older ? "some" : "none", newer: newer ? "some" : "none", lead: this.#leadOf(page) });
      return this.find(id) !== undefined;
    } catch (error) {
      this.#loadFailed(error);
      return false;
    }
  }

  /** What may have been missed is read again, where the reader is. */
  async reload() {
    const { rows: shown, newer } = this.view.value;
    const rows = shown.filter(isAlive);
    const middle = rows[Math.floor(rows.length / 2)]?.id;
    if (newer === "none" || !middle) await this.load();
    else await this.loadAround(middle, Math.min(MOST_AROUND, Math.ceil(rows.length / 2)));
  }

  /** Shows more rows at one end, a few in each frame. @param {"older" | "newer"} side */
  async showMore(side) {
    try {
      if (!this.further) {
        const { Further } = await import("./further.js");
        this.further ??= new Further(this);
      }
      await this.further.show(side);
    } catch (error) {
      this.set(side === "older" ? { older: "failed", error } : { newer: "failed", error });
    }
  }

  /** Shows the oldest rows that are known. */
  showOldest() {
    this.further?.toOldest();
  }

  /** @param {LiveEvent[]} events */
  hear(events) {
    const ours = events.filter((event) => event.channel_id === this.source.channelId);
    const created = ours.filter((event) => event.event_type === "channel.message.created");
    const carried = created.map((event) => event.payload?.message).filter((message) => message !== undefined);
    this.#arrived(carried.filter(this.source.holds));
    const replies = carried.filter((message) => message.thread_id && message.thread_id !== message.id);
    for (const id of new Set(replies.map((message) => message.thread_id ?? ""))) this.#replied(id);
    if (carried.length < created.length) void this.#catchUp();
    for (const event of ours) this.#changed(event);
  }

  /** The node's answer to a message of ours. @param {Message} message */
  acknowledged(message) {
    this.early = this.early.filter((each) => each.id !== message.id);
    if (message.channel_id === this.source.channelId && this.source.holds(message)) this.#add([message]);
  }

  /** Messages of ours whose answer will never come: the stream is then all we have. */
  settleEarly() {
    if (this.early.length > 0 && !this.#sending()) this.#add(this.early.splice(0));
  }

  /** At the newest end only as many rows are kept as a browser draws with ease. */
  trim() {
    const { rows, newer } = this.view.value;
    if (newer !== "none" || rows.length <= MOST_ROWS) return;
    if (this.further) this.further.keep(rows.slice(0, -KEPT_ROWS));
    else this.ends.older = "some";
    this.set({ rows: rows.slice(-KEPT_ROWS) });
  }

  /** Shows at once what the node has just answered. @param {Message} message */
  took(message) {
    this.#replace(rowOf(message, this.app.me.user_id));
  }

  /** @param {string} id @param {Partial<Row>} change */
  patch(id, change) {
    const row = this.find(id);
    if (row) this.#replace({ ...row, ...change });
  }

  /** One that was deleted from here. With replies something stays of it; else there is nothing to ask for. @param {string} id */
  async deleted(id) {
    const row = this.find(id);
    if (row && !row.replies) this.#remove(id);
    else await this.refresh(id);
  }

  /** Reads one message again; only one that is shown, and not twice at a time. @param {string} id */
  async refresh(id) {
    if (!this.find(id)) return void this.further?.forget(id);
    if (this.refreshing.has(id)) return void this.refreshing.set(id, true);
    this.refreshing.set(id, false);
    try {
      do {
        this.refreshing.set(id, false);
        const { message } = await this.app.api.get(`${pathOf(this.source.channelId)}/${encodeURIComponent(id)}?render=html`, { signal: this.stopping.signal });
        this.took(message);
      } while (this.refreshing.get(id));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.#remove(id);
    } finally {
      this.refreshing.delete(id);
    }
  }

  /** @param {Message[]} messages */
  #arrived(messages) {
    const me = this.app.me.user_id;
    const unclear = this.#sending() ? messages.filter((message) => message.user_id === me && !message.client_id) : [];
    this.early.push(...unclear);
    const fresh = this.#add(messages.filter((message) => !unclear.includes(message)));
    const foreign = fresh.filter((row) => !row.own);
    if (foreign.length > 0) this.onArrived(foreign);
  }

  /** @param {Message[]} messages @returns {Row[]} those that were not known before */
  #add(messages) {
    const { rows, older, newer, beyond } = this.view.value;
    const known = new Set(rows.map((row) => row.id));
    const floor = older === "none" ? "" : (rows[0]?.order ?? "");
    const ceiling = newer === "none" ? "\uffff" : (rows.at(-1)?.order ?? "");
    const added = this.#rowsOf(messages);
    const wanted = added.filter((row) => known.has(row.id) || row.order >= floor);
    const inside = wanted.filter((row) => known.has(row.id) || row.order <= ceiling);
    const below = wanted.filter((row) => !inside.includes(row));
    for (const row of added) if (!inside.includes(row)) this.further?.doubt(row.order);
    if (wanted.length > 0) this.set({ rows: merged(rows, inside), beyond: beyond + below.filter((row) => !row.own).length });
    return [...new Map(wanted.map((row) => [row.id, row])).values()].filter((row) => !known.has(row.id));
  }

  /** A reply came: what it answers counts one more. @param {string} root */
  #replied(root) {
    if (this.source.root === null || this.source.root === root) void this.refresh(root);
  }

  /** @param {LiveEvent} event */
  #changed({ event_type, message_id, payload }) {
    if (!message_id || event_type === "channel.message.created" || event_type === "channel.message.read") return;
    const row = this.find(message_id);
    const message = payload?.message;
    if (!row) this.further?.forget(message_id);
    if (!row) return event_type === "channel.message.deleted" ? this.#unknownDeleted() : undefined;
    // What is being read at this moment may be older than this.
    if (message && this.refreshing.has(message_id)) this.refreshing.set(message_id, true);
    if (message) return this.took(message);
    return event_type === "channel.message.deleted" ? this.#remove(message_id) : void this.refresh(message_id);
  }

  /** It may have been a reply, and what it answered counts one less. Which one that was is no longer known. */
  #unknownDeleted() {
    const { rows, newer } = this.view.value;
    if (newer === "none" && rows.some((row) => row.replies > 0)) void this.load();
  }

  /** One reader at a time; a bell that rings meanwhile makes it read once more. */
  async #catchUp() {
    if (this.view.value.newer !== "none") return void (this.ends.newer = "some");
    this.missed = true;
    if (this.catching) return;
    this.catching = true;
    try {
      while (this.missed && !this.stopping.signal.aborted) {
        this.missed = false;
        await this.#readAfterLast();
      }
    } catch {
      this.missed = false; // the stream tells when the node is back, and everything is read again then
    } finally {
      this.catching = false;
    }
  }

  async #readAfterLast() {
    const last = this.view.value.rows.at(-1);
    if (!last) return this.load();
    const page = await this.source.page(`limit=${MOST_PAGE}&after=${encodeURIComponent(last.id ?? "")}`, this.stopping.signal);
    this.#arrived(page.messages);
    if (page.has_more && page.messages.length > 0) this.missed = true;
    return undefined;
  }

  #sending() {
    return this.app.outbox.waiting(this.source.place) > 0;
  }

  /** @param {Row} row */
  #replace(row) {
    const { rows, lead } = this.view.value;
    if (lead?.id === row.id) this.set({ lead: { ...row, key: lead.key } });
    if (rows.some((each) => each.id === row.id)) this.set({ rows: merged(rows, [row]) });
    else this.further?.forget(row.id ?? "");
  }

  /** @param {string} id */
  #remove(id) {
    const { rows, lead } = this.view.value;
    this.further?.forget(id);
    this.set({ rows: rows.filter((row) => row.id !== id), lead: lead?.id === id ? { ...lead, deleted: true } : lead });
  }

  /** @param {Message[]} messages */
  unknown(messages) {
    const known = new Set(this.view.value.rows.map((row) => row.id));
    return this.#rowsOf(messages).filter((row) => !known.has(row.id));
  }

  /** @param {Message[]} messages */
  #rowsOf(messages) {
    return messages.map((message) => rowOf(message, this.app.me.user_id));
  }

  /** @param {{root?: Message | null}} page */
  #leadOf({ root }) {
    return root ? rowOf(root, this.app.me.user_id) : null;
  }

  /** @param {unknown} error */
  #loadFailed(error) {
    if (this.stopping.signal.aborted) return;
    const missing = error instanceof ApiError && (error.status === 404 || error.status === 403 || error.status === 400);
    if (this.view.value.rows.length > 0 && !missing) return; // what is shown stays readable
    this.set({ status: missing ? "missing" : "failed", error });
  }

  /** Other rows than before, with nothing known beyond them. @param {Partial<View>} change */
  #begin(change) {
    this.cut = { older: [], newer: [] };
    if (this.further) this.further.growing = null;
    this.set({ ...EMPTY, status: "ready", ...change });
  }

  /** @param {Partial<View>} change `older` and `newer` say what lies beyond all that is known */
  set(change) {
    if (this.stopping.signal.aborted) return;
    const { cut, ends } = this;
    ends.older = change.older ?? ends.older;
    ends.newer = change.newer ?? ends.newer;
    const next = { ...this.view.value, ...change };
    next.older = cut.older.length > 0 ? "some" : ends.older;
    next.newer = cut.newer.length > 0 ? "some" : ends.newer;
    next.beyond = next.newer === "none" ? 0 : next.beyond;
    next.before = cut.older.length;
    next.total = ends.older === "none" && ends.newer === "none" ? cut.older.length + next.rows.length + cut.newer.length : -1;
    if (isOther(next, this.view.value)) this.view.set(next);
    if (change.rows) this.#watchEnds();
  }

  /** What is shown is read again when the time of a message is over: the node rings for it with its next sweep only.
   *  The message itself is not asked for: browsers write of what is missing to their console. */
  #watchEnds() {
    clearTimeout(this.ending);
    const mortal = this.view.value.rows.filter((row) => row.expires !== null && !row.deleted);
    const wait = Math.min(...mortal.map((row) => Number(row.expires))) - Date.now();
    if (wait > DAY) return; // none, or the page will hardly stay open for so long
    this.ending = setTimeout(() => void this.reload(), wait > 0 ? wait : CLOCKS_DIFFER);
  }
}

/** Reading ahead mostly changes nothing that is shown. @param {View} one @param {View} other */
function isOther(one, other) {
  return /** @type {(keyof View)[]} */ (Object.keys(one)).some((key) => one[key] !== other[key]);
}
