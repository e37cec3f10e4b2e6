/**
 * Messages that their reader has deleted and may still bring back.
 *
 * The node deletes at once, and every other node with it, so the time for a change of mind is kept here. It is
 * stored: a page that goes sends what is due by then, and the next page sends what that one could not.
 */

import { ApiError } from "./api.js";
import * as storage from "./storage.js";
import { Store } from "./store.js";

const UNDO = 10_000; // ms
const AGAIN = 5_000; // ms before another attempt when the node is away

/** @typedef {{channelId: string, messageId: string, due: number}} Deletion */

export class Deletions {
  /** @param {import("./api.js").Api} api @param {string} person */
  constructor(api, person) {
    this.api = api;
    this.name = `deletions.${person}`;
    /** @type {Store<Deletion[]>} */
    this.items = new Store(this.#load());
    /** @type {Map<string, ReturnType<typeof setTimeout>>} */
    this.timers = new Map();
    /**
     * Waited for before the message is forgotten, so that no page shows it again for a moment; told whether it is gone.
     * @type {Set<(item: Deletion, gone: boolean) => Promise<void>>}
     */
    this.hearers = new Set();
    this.unwatch = storage.watch(this.name, () => this.items.set(this.#load()));
    addEventListener("pagehide", this.#leaving);
  }

  /** What is due still goes: whoever signs out has decided. */
  stop() {
    this.#leaving();
    this.unwatch();
    removeEventListener("pagehide", this.#leaving);
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  /** @param {(item: Deletion, gone: boolean) => Promise<void>} fn @returns {() => void} */
  onDone(fn) {
    this.hearers.add(fn);
    return () => this.hearers.delete(fn);
  }

  /** @param {string} channelId @param {string} messageId */
  add(channelId, messageId) {
    const item = { channelId, messageId, due: Date.now() + UNDO };
    this.#save([...this.#load().filter((each) => each.messageId !== messageId), item]);
    this.#arm(item, UNDO);
  }

  /** @param {string} messageId */
  undo(messageId) {
    clearTimeout(this.timers.get(messageId));
    this.timers.delete(messageId);
    this.#forget(messageId);
  }

  /** Sends what an earlier page left behind. */
  kick = () => {
    for (const item of this.#load()) if (item.due < Date.now() && !this.timers.has(item.messageId)) void this.#send(item);
  };

  /** @param {Deletion} item @param {number} wait */
  #arm(item, wait) {
    clearTimeout(this.timers.get(item.messageId));
    this.timers.set(item.messageId, setTimeout(() => void this.#send(item), wait));
  }

  /** @param {Deletion} item */
  async #send(item) {
    let gone = true;
    try {
      await this.api.delete(pathOf(item));
    } catch (error) {
      const refused = error instanceof ApiError && error.status < 500 && error.status !== 401 && error.status !== 429;
      if (!refused) return this.#arm(item, AGAIN);
      gone = error.status === 404;
    }
    await Promise.all([...this.hearers].map((hearer) => hearer(item, gone)));
    this.timers.delete(item.messageId);
    return this.#forget(item.messageId);
  }

  /** Deleting twice is deleting once, so what is sent here stays stored until somebody hears the answer. */
  #leaving = () => {
    const mine = this.#load().filter((item) => this.timers.has(item.messageId));
    for (const item of mine) {
      clearTimeout(this.timers.get(item.messageId));
      void this.api.delete(pathOf(item), { keepalive: true }).catch(() => {});
    }
    const gone = new Set(mine.map((item) => item.messageId));
    if (mine.length > 0) this.#save(this.#load().map((item) => (gone.has(item.messageId) ? { ...item, due: 0 } : item)));
    this.timers.clear();
  };

  /** @param {string} messageId */
  #forget(messageId) {
    this.#save(this.#load().filter((item) => item.messageId !== messageId));
  }

  /** @returns {Deletion[]} */
  #load() {
    const stored = storage.readJson(this.name);
    return Array.isArray(stored) ? stored : [];
  }

  /** @param {Deletion[]} items */
  #save(items) {
    if (items.length > 0) storage.writeJson(this.name, items);
    else storage.remove(this.name);
    this.items.set(items);
  }
}

/** @param {Deletion} item */
function pathOf({ channelId, messageId }) {
  return `/channels/${encodeURIComponent(channelId)}/messages/${encodeURIComponent(messageId)}`;
}
