/**
 * Messages on their way to the node. Nothing typed is lost.
 *
 * Every message is stored before it is sent and forgotten only when the node has answered. Messages of
 * one place leave in the order they were written. The same Idempotency-Key and client id go with every
 * attempt, so two tabs that both try, or a node that answered into a cut line, still make one message.
 */

import { ApiError, Unreachable } from "./api.js";
import { Backoff } from "./sse.js";
import * as storage from "./storage.js";
import { Store } from "./store.js";
import { TAB, freshId } from "./tabs.js";

const ABANDONED = 20_000; // ms without an attempt after which another tab's message may be adopted
const TRY_AGAIN = new Set([401, 408, 425, 429, 502, 503, 504]);

/** @typedef {import("./types.js").Outgoing} Outgoing */
/** @typedef {import("./types.js").Message} Message */

export class Outbox {
  /** @param {import("./api.js").Api} api @param {string} person */
  constructor(api, person) {
    this.api = api;
    this.name = `outbox.${person}`;
    /** @type {Store<Outgoing[]>} */
    this.items = new Store(this.#load());
    /** Hears every acknowledged message before it leaves the outbox. @type {Set<(message: Message) => void>} */
    this.sentHearers = new Set();
    /** @type {Set<string>} places with an attempt under way */
    this.busy = new Set();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.backoff = new Backoff();
    this.stopped = false;
    this.unwatch = storage.watch(this.name, () => this.items.set(this.#load()));
    addEventListener("pagehide", this.#release);
    addEventListener("pageshow", this.kick);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.unwatch();
    removeEventListener("pagehide", this.#release);
    removeEventListener("pageshow", this.kick);
  }

  /**
   * @param {string} place @param {string} channelId @param {string} content
   * @param {{parentId?: string | null, lifespan?: number | null}} [more] @returns {Outgoing}
   */
  send(place, channelId, content, { parentId = null, lifespan = null } = {}) {
    /** @type {Outgoing} */
    const item = {
      clientId: freshId(), place, channelId, content, parentId, lifespan, createdAt: Date.now(),
      state: "sending", reason: "", tab: TAB, touchedAt: Date.now(),
    };
    this.#save([...this.items.value, item]);
    void this.#drain(place);
    return item;
  }

  /** @param {string} clientId */
  retry(clientId) {
    this.#patch(clientId, { state: "sending", reason: "", tab: TAB, touchedAt: Date.now() });
    this.kick();
  }

  /** @param {string} clientId */
  discard(clientId) {
    this.#save(this.#load().filter((item) => item.clientId !== clientId));
  }

  /** @param {(message: Message) => void} fn @returns {() => void} */
  onSent(fn) {
    this.sentHearers.add(fn);
    return () => this.sentHearers.delete(fn);
  }

  /** The node may be back: try everything now. */
  kick = () => {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.#adopt();
    for (const place of new Set(this.#mine().map((item) => item.place))) void this.#drain(place);
  };

  /** @param {string} [place] @returns {number} messages that still wait */
  waiting(place) {
    return this.items.value.filter((item) => item.state !== "failed" && (!place || item.place === place)).length;
  }

  /** @param {string} place */
  async #drain(place) {
    if (this.busy.has(place) || this.stopped) return;
    this.busy.add(place);
    try {
      for (let item = this.#first(place); item && !this.stopped; item = this.#first(place)) {
        if (!(await this.#attempt(item))) break;
      }
    } finally {
      this.busy.delete(place);
    }
  }

  /** @param {Outgoing} item @returns {Promise<boolean>} whether the next one may go */
  async #attempt(item) {
    this.#patch(item.clientId, { touchedAt: Date.now() });
    try {
      const { message } = await this.api.post("/channels/messages?render=html", bodyOf(item), {
        headers: { "Idempotency-Key": item.clientId },
      });
      this.backoff.reset();
      for (const hearer of [...this.sentHearers]) hearer({ ...message, client_id: item.clientId });
      this.discard(item.clientId);
      return true;
    } catch (error) {
      return this.#failed(item, error);
    }
  }

  /** @param {Outgoing} item @param {unknown} error @returns {boolean} */
  #failed(item, error) {
    if (!passes(error)) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#patch(item.clientId, { state: "failed", reason });
      return true;
    }
    const asked = error instanceof ApiError && error.retryAfter !== null ? error.retryAfter * 1000 : 0;
    const wait = Math.max(asked, this.backoff.next());
    const reason = error instanceof ApiError && error.status === 429 ? `later:${Math.ceil(wait / 1000)}` : "";
    for (const other of this.#mine().filter((each) => each.place === item.place)) {
      this.#patch(other.clientId, { state: "waiting", reason });
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(this.kick, wait);
    return false;
  }

  /** Messages of closed tabs become ours. */
  #adopt() {
    const now = Date.now();
    const items = this.#load();
    /** @param {Outgoing} item */
    const left = (item) => item.tab !== TAB && (item.tab === null || now - item.touchedAt > ABANDONED);
    if (!items.some(left)) return;
    this.#save(items.map((item) => (left(item) ? { ...item, tab: TAB, touchedAt: now } : item)));
  }

  /** On leaving, the next page or another tab may have what is ours at once. */
  #release = () => {
    if (this.#mine().length === 0) return;
    this.#save(this.#load().map((item) => (item.tab === TAB ? { ...item, tab: null } : item)));
  };

  #mine() {
    return this.#load().filter((item) => item.tab === TAB && item.state !== "failed");
  }

  /** @param {string} place */
  #first(place) {
    return this.#mine().find((item) => item.place === place);
  }

  /** @param {string} clientId @param {Partial<Outgoing>} change */
  #patch(clientId, change) {
    this.#save(this.#load().map((item) => (item.clientId === clientId ? { ...item, ...change } : item)));
  }

  /** Storage is the truth, because other tabs write there too. @returns {Outgoing[]} */
  #load() {
    const stored = storage.readJson(this.name);
    return Array.isArray(stored) ? stored : [];
  }

  /** @param {Outgoing[]} items */
  #save(items) {
    if (items.length > 0) storage.writeJson(this.name, items);
    else storage.remove(this.name);
    this.items.set(items);
  }
}

/** @param {Outgoing} item */
function bodyOf({ channelId, content, clientId, parentId, lifespan }) {
  return {
    channel_id: channelId, content, client_id: clientId,
    ...(parentId ? { parent_message_id: parentId } : {}),
    ...(lifespan ? { ttl_seconds: lifespan } : {}),
  };
}

/** Whether an attempt failed for a reason that passes by itself. @param {unknown} error */
function passes(error) {
  if (error instanceof Unreachable) return true;
  if (!(error instanceof ApiError)) return false;
  // A disk does not empty itself: whoever wrote is told, and decides.
  if (error.code === "storage_failed") return false;
  return TRY_AGAIN.has(error.status) || error.code === "idempotency_in_progress";
}
