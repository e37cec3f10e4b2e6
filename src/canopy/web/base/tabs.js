/**
 * What tabs of one browser say to each other, and which of them leads.
 *
 * Both have two implementations. Where Web Locks exist a dead tab's lock falls to the next at once.
 * Where they are missing (a page over plain HTTP) a lease in localStorage is renewed by its holder and
 * taken by another when it runs out, well within the three seconds that the design allows.
 */

import * as storage from "./storage.js";

const LEASE = 2000; // ms a lease holds without renewal
const RENEW = 600; // ms between renewals, and between looks at a foreign lease
const SETTLE = 80; // ms after which a lease that is still ours was not contested

/** A fresh id of 24 hexadecimal digits. `crypto.randomUUID` is missing over plain HTTP. */
export function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** This tab, for as long as it is not reloaded. */
export const TAB = freshId();

/** Messages to the other tabs, never to this one. */
export class TabBus {
  /** @param {string} name @param {(message: any) => void} onMessage */
  constructor(name, onMessage) {
    this.name = `bus.${name}`;
    if (typeof BroadcastChannel === "function") {
      const channel = new BroadcastChannel(`canopy.${name}`);
      channel.onmessage = (event) => onMessage(event.data);
      this.post = (/** @type {unknown} */ message) => channel.postMessage(message);
      this.close = () => channel.close();
    } else {
      this.close = storage.watch(this.name, (_name, value) => value && onMessage(JSON.parse(value).message));
      this.post = (/** @type {unknown} */ message) => this.#postByStorage(message);
    }
  }

  /** Storage events carry the value; the fresh id makes equal messages differ. @param {unknown} message */
  #postByStorage(message) {
    storage.writeJson(this.name, { id: freshId(), message });
    storage.remove(this.name);
  }
}

/**
 * @typedef {object} Leadership
 * @property {() => void} stop gives the lead up
 */

/**
 * Stands for election until stopped. `onLead` may be called again after `onYield`.
 * @param {string} name @param {() => void} onLead @param {() => void} onYield
 * @returns {Leadership}
 */
export function standForLead(name, onLead, onYield) {
  return navigator.locks ? leadByLock(name, onLead, onYield) : new Lease(name, onLead, onYield);
}

/** @param {string} name @param {() => void} onLead @param {() => void} onYield @returns {Leadership} */
function leadByLock(name, onLead, onYield) {
  const giveUp = new AbortController();
  const held = () =>
    new Promise((resolve) => {
      if (giveUp.signal.aborted) return resolve(null);
      giveUp.signal.addEventListener("abort", () => resolve(null));
      return onLead();
    });
  navigator.locks
    .request(`canopy.${name}`, { signal: giveUp.signal }, held)
    .then(onYield)
    .catch(() => {}); // stopped while still waiting for its turn
  return { stop: () => giveUp.abort() };
}

class Lease {
  /** @param {string} name @param {() => void} onLead @param {() => void} onYield */
  constructor(name, onLead, onYield) {
    this.name = `lease.${name}`;
    this.onLead = onLead;
    this.onYield = onYield;
    this.leading = false;
    this.stopped = false;
    this.timer = setInterval(() => this.#look(), RENEW);
    this.unwatch = storage.watch(this.name, (_name, value) => value === null && this.#look());
    this.leaving = () => this.#release();
    addEventListener("pagehide", this.leaving);
    this.#look();
  }

  stop() {
    this.stopped = true;
    clearInterval(this.timer);
    this.unwatch();
    removeEventListener("pagehide", this.leaving);
    this.#release();
  }

  #look() {
    const lease = /** @type {{tab: string, until: number} | null} */ (storage.readJson(this.name));
    if (lease?.tab === TAB) this.#renew();
    else if (!lease || lease.until < Date.now() || lease.until > Date.now() + 10 * LEASE) this.#claim();
    else this.#yield();
  }

  #renew() {
    this.#write();
    if (!this.leading && !this.stopped) {
      this.leading = true;
      this.onLead();
    }
  }

  /** Two tabs may claim in the same instant; after a moment the last writer is the only holder. */
  #claim() {
    this.#yield();
    this.#write();
    setTimeout(() => !this.stopped && this.#look(), SETTLE);
  }

  #yield() {
    if (!this.leading) return;
    this.leading = false;
    this.onYield();
  }

  #release() {
    const lease = /** @type {{tab: string} | null} */ (storage.readJson(this.name));
    if (lease?.tab === TAB) storage.remove(this.name);
    this.#yield();
  }

  #write() {
    storage.writeJson(this.name, { tab: TAB, until: Date.now() + LEASE });
  }
}
