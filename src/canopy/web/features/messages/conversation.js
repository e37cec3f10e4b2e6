/**
 * What is known of one conversation: the acknowledged rows, where older ones begin, and how they came.
 *
 * An event is a doorbell. When it carries the message, that is used; when not, what came after the last
 * known message is read again. Drawing is somebody else's business.
 */

import { ApiError } from "../../base/api.js";
import { Store } from "../../base/store.js";
import { merged, rowOf } from "./rows.js";

const PAGE = 50;
const MOST_PAGE = 200;
const MOST_ROWS = 200; // mounted at the newest end; older ones are read again when scrolled to
const KEPT_ROWS = 150;

/** @typedef {import("../../base/types.js").Message} Message */
/** @typedef {import("../../base/types.js").LiveEvent} LiveEvent */
/** @typedef {import("../../parts/message-row.js").Row} Row */
/** @typedef {{rows: Row[], status: "loading" | "ready" | "failed" | "missing", older: "none" | "some" | "loading" | "failed", error: unknown}} View */

export class Conversation {
  /** @param {import("../../base/types.js").SignedInApp} app @param {string} channelId */
  constructor(app, channelId) {
    this.app = app;
    this.channelId = channelId;
    this.path = `/channels/${encodeURIComponent(channelId)}/messages`;
    /** @type {Store<View>} */
    this.view = new Store(/** @type {View} */ ({ rows: [], status: "loading", older: "none", error: null }));
    /** Called with rows that have just arrived from others. @type {(rows: Row[]) => void} */
    this.onArrived = () => {};
    /** Own messages that came by the stream before the answer to their sending. @type {Message[]} */
    this.early = [];
    this.catching = false;
    this.stopping = new AbortController();
  }

  stop() {
    this.stopping.abort();
  }

  /** Reads the newest page, or as many rows as are already shown, and replaces what is known. */
  async load() {
    const limit = Math.min(MOST_PAGE, Math.max(PAGE, this.view.value.rows.length));
    try {
      const page = await this.#get(`limit=${limit}&order=created`);
      const fresh = this.#rowsOf(page.messages);
      const since = this.view.value.rows.filter((row) => row.order > (fresh.at(-1)?.order ?? ""));
      this.#set({ rows: merged(fresh, since), status: "ready", older: page.has_more ? "some" : "none", error: null });
    } catch (error) {
      this.#loadFailed(error);
    }
  }

  async loadOlder() {
    const { rows, older } = this.view.value;
    const oldest = rows.find((row) => row.id !== null);
    if (older === "loading" || older === "none" || !oldest) return;
    this.#set({ older: "loading" });
    try {
      const page = await this.#get(`limit=${PAGE}&order=created&before=${encodeURIComponent(oldest.id ?? "")}`);
      const rowsNow = this.view.value.rows;
      const known = new Set(rowsNow.map((row) => row.id));
      const fresh = this.#rowsOf(page.messages).filter((row) => !known.has(row.id));
      this.#set({ rows: [...fresh, ...rowsNow], older: page.has_more && page.messages.length > 0 ? "some" : "none" });
    } catch (error) {
      if (!this.stopping.signal.aborted) this.#set({ older: "failed", error });
    }
  }

  /** @param {LiveEvent[]} events */
  hear(events) {
    const ours = events.filter((event) => event.channel_id === this.channelId);
    const created = ours.filter((event) => event.event_type === "channel.message.created");
    const carried = created.map((event) => event.payload?.message).filter((message) => message !== undefined);
    this.#arrived(carried);
    if (carried.length < created.length) void this.#catchUp();
    for (const event of ours) this.#changed(event);
  }

  /** The node's answer to a message of ours. @param {Message} message */
  acknowledged(message) {
    this.early = this.early.filter((each) => each.id !== message.id);
    if (message.channel_id === this.channelId) this.#add([message]);
  }

  /** Messages of ours whose answer will never come: the stream is then all we have. */
  settleEarly() {
    if (this.early.length > 0 && !this.#sending()) this.#add(this.early.splice(0));
  }

  /** At the newest end only as many rows are kept as a browser draws with ease. */
  trim() {
    const { rows } = this.view.value;
    if (rows.length > MOST_ROWS) this.#set({ rows: rows.slice(-KEPT_ROWS), older: "some" });
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
    const { rows, older } = this.view.value;
    const known = new Set(rows.map((row) => row.id));
    const floor = older === "none" ? "" : (rows[0]?.order ?? "");
    const wanted = this.#rowsOf(messages).filter((row) => known.has(row.id) || row.order >= floor);
    if (wanted.length > 0) this.#set({ rows: merged(rows, wanted) });
    return [...new Map(wanted.map((row) => [row.id, row])).values()].filter((row) => !known.has(row.id));
  }

  /** @param {LiveEvent} event */
  #changed(event) {
    if (event.event_type === "channel.message.edited" && event.message_id) void this.#refresh(event);
    if (event.event_type === "channel.message.deleted") {
      this.#set({ rows: this.view.value.rows.filter((row) => row.id !== event.message_id) });
    }
  }

  /** @param {LiveEvent} event */
  async #refresh(event) {
    if (!this.view.value.rows.some((row) => row.id === event.message_id)) return;
    const carried = event.payload?.message;
    try {
      this.#add([carried ?? (await this.#get("", `/${encodeURIComponent(event.message_id ?? "")}`)).message]);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.#changed({ ...event, event_type: "channel.message.deleted" });
    }
  }

  /** One reader at a time; a bell that rings meanwhile makes it read once more. */
  async #catchUp() {
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
    const last = this.view.value.rows.findLast((row) => row.id !== null);
    if (!last) return this.load();
    const page = await this.#get(`limit=${MOST_PAGE}&order=created&after=${encodeURIComponent(last.id ?? "")}`);
    this.#arrived(page.messages);
    if (page.has_more && page.messages.length > 0) this.missed = true;
    return undefined;
  }

  #sending() {
    return this.app.outbox.waiting(`channel:${this.channelId}`) > 0;
  }

  /** @param {Message[]} messages */
  #rowsOf(messages) {
    return messages.map((message) => rowOf(message, this.app.me.user_id));
  }

  /** @param {unknown} error */
  #loadFailed(error) {
    if (this.stopping.signal.aborted) return;
    const missing = error instanceof ApiError && (error.status === 404 || error.status === 403 || error.status === 400);
    if (this.view.value.rows.length > 0 && !missing) return; // what is shown stays readable
    this.#set({ status: missing ? "missing" : "failed", error });
  }

  /** @param {string} query @param {string} [below] */
  #get(query, below = "") {
    return this.app.api.get(`${this.path}${below}${query ? `?${query}` : ""}`, { signal: this.stopping.signal });
  }

  /** @param {Partial<View>} change */
  #set(change) {
    if (!this.stopping.signal.aborted) this.view.set({ ...this.view.value, ...change });
  }
}
