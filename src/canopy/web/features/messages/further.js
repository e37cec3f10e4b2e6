/**
 * Reading on beyond the rows that are mounted. It is loaded when somebody first scrolls there.
 *
 * A page comes into view in portions, one a frame, or the frame that shows it would be late. As many rows leave at the
 * other end, and are kept, so that scrolling back asks the node for nothing; one page is always read ahead.
 */

import { isAlive } from "./rows.js";

const PAGE = 50; // rows
const PORTION = 6; // rows that are mounted in one frame: more than pass by in it, however fast the wheel turns
const MOST_ROWS = 200; // mounted
const MOST_CUT = 2_000; // rows kept beyond either end; what is further away is read again

/** @typedef {"older" | "newer"} Side */
/** @typedef {import("../../parts/message-row.js").Row} Row */

export class Further {
  /** @param {import("./conversation.js").Conversation} conversation */
  constructor(conversation) {
    this.conversation = conversation;
    /** The side that just now grows. @type {Side | null} */
    this.growing = null;
    /** @type {Partial<Record<Side, Promise<void>>>} */
    this.reading = {};
  }

  /** Shows one page more. Whoever turns round meanwhile is followed. @param {Side} side */
  async show(side) {
    if (this.growing === side) return;
    this.growing = side;
    if (this.#cut(side).length === 0) await this.#read(side);
    for (let left = PAGE; left > 0 && this.#grows(side); left -= PORTION) {
      await frame();
      // What came in above a list that is hidden would push it down when it is shown; it asks again then.
      if (!this.conversation.shown()) this.growing = null;
      if (!this.#grows(side)) return;
      // Before the last portion is drawn, because the list asks for more as soon as it is.
      if (left <= PORTION || this.#cut(side).length <= PORTION) this.growing = null;
      this.#take(side, Math.min(left, PORTION));
      if (this.#cut(side).length < PAGE) void this.#read(side);
    }
    if (this.growing === side) this.growing = null;
  }

  /** The oldest rows that are known, in place of those that are mounted. */
  toOldest() {
    const { cut, view } = this.conversation;
    if (cut.older.length === 0) return;
    this.growing = null;
    const all = [...cut.older.splice(0), ...view.value.rows, ...cut.newer];
    const rows = all.splice(0, 2 * PAGE);
    cut.newer = all;
    this.#bound("newer");
    this.conversation.set({ rows });
  }

  /** @param {Row[]} rows older than those that stay */
  keep(rows) {
    this.conversation.cut.older.push(...rows);
    this.#bound("older");
  }

  /** Something that is not mounted is new or has changed: what was kept from there on is read again when somebody comes there.
   *  @param {string} order */
  doubt(order) {
    const { cut, ends, view } = this.conversation;
    const { rows, older, newer } = view.value;
    if (older !== "none" && order <= (rows[0]?.order ?? "")) {
      cut.older = cut.older.filter((row) => row.order > order);
      ends.older = "some";
    } else if (newer !== "none" && order >= (rows.at(-1)?.order ?? "")) {
      cut.newer = cut.newer.filter((row) => row.order < order);
      ends.newer = "some";
    }
  }

  /** @param {string} id of a message that is not mounted */
  forget(id) {
    const { older, newer } = this.conversation.cut;
    const row = older.find((each) => each.id === id) ?? newer.find((each) => each.id === id);
    if (row) this.doubt(row.order);
  }

  /** @param {Side} side */
  #cut(side) {
    return this.conversation.cut[side];
  }

  /** @param {Side} side */
  #grows(side) {
    return this.growing === side && !this.conversation.stopping.signal.aborted;
  }

  /** @param {Side} side @param {number} count */
  #take(side, count) {
    const { cut, view } = this.conversation;
    if (cut[side].length === 0) return;
    const taken = side === "older" ? cut.older.splice(-count) : cut.newer.splice(0, count);
    const added = taken.filter(isAlive);
    const all = side === "older" ? [...added, ...view.value.rows] : [...view.value.rows, ...added];
    const surplus = Math.max(0, all.length - MOST_ROWS);
    if (side === "older") cut.newer.unshift(...all.splice(all.length - surplus));
    else cut.older.push(...all.splice(0, surplus));
    this.#bound(side === "older" ? "newer" : "older");
    this.conversation.set({ rows: all });
  }

  /** @param {Side} side */
  #bound(side) {
    const { cut, ends } = this.conversation;
    if (cut[side].length <= MOST_CUT) return;
    cut[side] = side === "older" ? cut.older.slice(-MOST_CUT) : cut.newer.slice(0, MOST_CUT);
    ends[side] = "some";
  }

  /** Reads what comes after all that is known; once at a time. @param {Side} side */
  #read(side) {
    if (this.conversation.ends[side] === "none") return undefined;
    return (this.reading[side] ??= this.#readPage(side).finally(() => delete this.reading[side]));
  }

  /** @param {Side} side */
  async #readPage(side) {
    const { conversation } = this;
    const end = this.#end(side);
    if (!end?.id) return;
    conversation.set({ [side]: "loading" });
    try {
      const query = `limit=${PAGE}&${side === "older" ? "before" : "after"}=${encodeURIComponent(end.id)}`;
      const page = await conversation.source.page(query, conversation.stopping.signal);
      // Something else was loaded meanwhile, or what came in between made this end doubtful.
      if (this.#end(side)?.id !== end.id) return this.#doubtful(side);
      const rows = conversation.unknown(page.messages);
      const cut = this.#cut(side);
      if (side === "older") cut.unshift(...rows);
      else cut.push(...rows);
      const more = (page.has_more && page.messages.length > 0) || conversation.ends[side] === "some";
      conversation.set({ [side]: more ? "some" : "none" });
    } catch (error) {
      if (!conversation.stopping.signal.aborted) conversation.set({ [side]: "failed", error });
    }
  }

  /** @param {Side} side */
  #doubtful(side) {
    if (this.conversation.ends[side] === "loading") this.conversation.set({ [side]: "some" });
  }

  /** The outermost row that is known. @param {Side} side @returns {Row | undefined} */
  #end(side) {
    const { cut, view } = this.conversation;
    return side === "older" ? (cut.older[0] ?? view.value.rows[0]) : (cut.newer.at(-1) ?? view.value.rows.at(-1));
  }
}

function frame() {
  return new Promise(requestAnimationFrame);
}
