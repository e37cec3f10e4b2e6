/**
 * What a person has typed and not sent, kept per person and place, never moved to another place.
 *
 * Tabs share a draft, and the newest one holds. When two tabs wrote something else, the older text is put aside and
 * offered by all of them, for it was meant too.
 */

import * as storage from "./storage.js";
import { Store } from "./store.js";

const AFTER_LAST_KEY = 300; // ms

export class Drafts {
  /** @param {string} person */
  constructor(person) {
    this.prefix = `draft.${person}.`;
    /** @type {Map<string, {text: string, timer: ReturnType<typeof setTimeout>}>} */
    this.pending = new Map();
    /** Where something stands that was not sent. @type {Store<ReadonlySet<string>>} */
    this.places = new Store(this.#kept());
    this.unwatch = storage.watch(this.prefix, () => this.places.set(this.#kept()));
    addEventListener("pagehide", this.flush);
    document.addEventListener("visibilitychange", this.#hidden);
  }

  stop() {
    this.flush();
    this.unwatch();
    removeEventListener("pagehide", this.flush);
    document.removeEventListener("visibilitychange", this.#hidden);
  }

  /** A telephone may end a page that nobody sees without another word. */
  #hidden = () => document.hidden && this.flush();

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
    const wanted = this.prefix + place;
    return storage.watch(wanted, (name, value) => name === wanted && fn(value ?? ""));
  }

  /**
   * What to show when another tab has written: the newer of both texts. The older is put aside, unless one came of the other.
   * @param {string} place @param {string} theirs @param {string} ours what stands here @param {boolean} typed whether that was typed here
   */
  settle(place, theirs, ours, typed) {
    const newer = this.pending.has(place) ? ours : theirs; // what was typed here has yet to be stored, and will be
    const older = newer === theirs ? ours : theirs;
    if ((typed || newer === ours) && older.trim() && newer.trim() && !alike(newer, older)) this.putAside(place, older);
    return newer;
  }

  /** The older of two texts that stood here. @param {string} place @returns {string} */
  aside(place) {
    return this.get(asideOf(place));
  }

  /** @param {string} place @param {string} text */
  putAside(place, text) {
    this.set(asideOf(place), text);
    this.#store(asideOf(place));
  }

  /** @param {string} place @param {(text: string) => void} fn when another tab put something aside or took it */
  watchAside(place, fn) {
    return this.watch(asideOf(place), fn);
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
    if (this.places.value.has(place) !== (draft.text !== "")) this.places.set(this.#kept());
  }

  /** @returns {ReadonlySet<string>} */
  #kept() {
    return new Set(storage.names(this.prefix).map((name) => name.slice(this.prefix.length)));
  }
}

/** @param {string} place */
const asideOf = (place) => `aside.${place}`;

/**
 * Whether one text came of the other by writing on: what both begin and end with is at least half of the shorter.
 * @param {string} one @param {string} other
 */
export function alike(one, other) {
  const most = Math.min(one.length, other.length);
  let begin = 0;
  while (begin < most && one[begin] === other[begin]) begin += 1;
  let end = 0;
  while (end < most - begin && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  return begin + end >= most / 2;
}
