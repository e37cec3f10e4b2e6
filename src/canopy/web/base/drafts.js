/** What a person has typed and not sent, kept per person and place, never moved to another place. */

import * as storage from "./storage.js";

const AFTER_LAST_KEY = 300; // ms

export class Drafts {
  /** @param {string} person */
  constructor(person) {
    this.prefix = `draft.${person}.`;
    /** @type {Map<string, {text: string, timer: ReturnType<typeof setTimeout>}>} */
    this.pending = new Map();
    addEventListener("pagehide", this.flush);
  }

  stop() {
    this.flush();
    removeEventListener("pagehide", this.flush);
  }

  /** @param {string} place @returns {string} */
  get(place) {
    return this.pending.get(place)?.text ?? storage.read(this.prefix + place) ?? "";
  }

  /** @param {string} place @param {string} text */
  set(place, text) {
    clearTimeout(this.pending.get(place)?.timer);
    this.pending.set(place, { text, timer: setTimeout(() => this.#store(place), AFTER_LAST_KEY) });
  }

  /** At once, because the message has been sent and must not come back. @param {string} place */
  clear(place) {
    this.set(place, "");
    this.#store(place);
  }

  /** @param {string} place @param {(text: string) => void} fn when another tab changed it */
  watch(place, fn) {
    return storage.watch(this.prefix + place, (_name, value) => fn(value ?? ""));
  }

  flush = () => {
    for (const place of [...this.pending.keys()]) this.#store(place);
  };

  /** @param {string} place */
  #store(place) {
    const draft = this.pending.get(place);
    if (!draft) return;
    clearTimeout(draft.timer);
    this.pending.delete(place);
    if (draft.text === "") storage.remove(this.prefix + place);
    else storage.write(this.prefix + place, draft.text);
  }
}
