/**
 * How a person wants this browser to look and to behave. Kept in the browser, shared by its tabs.
 *
 * What changes the look is applied by `look.js`, which runs before the first paint; it hears of changes here.
 */

import * as storage from "./storage.js";
import { Store } from "./store.js";

const NAME = "look";

/**
 * @typedef {object} Preferences
 * @property {"system" | "light" | "dark" | "contrast"} theme
 * @property {"comfortable" | "compact"} density
 * @property {number} size percent
 * @property {"system" | "reduce"} motion
 * @property {"system" | "h12" | "h23"} hours
 * @property {"enter" | "ctrl-enter"} send what sends a message
 * @property {boolean} spellcheck
 * @property {boolean} letters whether single letters are shortcuts
 * @property {Partial<Record<Letter, string>>} keymap letters that mean something else than usually
 * @property {number} sidebar width of the list of conversations, in pixels
 */

/** Single letters and what they do. @typedef {keyof typeof LETTERS} Letter */
export const LETTERS = {
  reply: "r", quote: "q", edit: "e", react: ":", thumbs: "+", same: "=", markUnread: "u", saveIt: "s", copyLink: "l",
  followThread: "m", identity: "i", nextUnread: "n",
};
/** What moves, begins a sequence or asks for help cannot mean anything else. */
export const TAKEN = new Set(["j", "k", "g", "?", ">", " "]);

/** How wide the list of conversations may be, in pixels. */
export const SIDEBAR = { least: 200, usual: 264, most: 400 };

/** @type {Preferences} */
export const DEFAULTS = Object.freeze({
  theme: "system",
  density: "comfortable",
  size: 100,
  motion: "system",
  hours: "system",
  send: "enter",
  spellcheck: true,
  letters: true,
  keymap: {},
  sidebar: 264,
});

/** @type {Store<Preferences>} */
export const preferences = new Store(load());
storage.watch(NAME, () => adopt());

function load() {
  const known = /** @type {Partial<Preferences> | null} */ (storage.readJson(NAME));
  return { ...DEFAULTS, ...(known && typeof known === "object" ? known : {}) };
}

function adopt() {
  preferences.set(load());
  document.dispatchEvent(new CustomEvent("canopy-look", { detail: preferences.value }));
}

/** The key that does something for this person. @param {Letter} name @returns {string} */
export function letterOf(name) {
  return preferences.value.keymap[name] ?? LETTERS[name];
}

/** What a key does for this person. @param {string} key @returns {Letter | undefined} */
export function meaningOf(key) {
  const names = /** @type {Letter[]} */ (Object.keys(LETTERS));
  return names.find((name) => letterOf(name) === key);
}

/** @param {Partial<Preferences>} change */
export function prefer(change) {
  const wanted = Object.entries({ ...preferences.value, ...change });
  const unusual = wanted.filter(([name, value]) => (name === "keymap" ? Object.keys(value).length > 0 : value !== DEFAULTS[/** @type {keyof Preferences} */ (name)]));
  storage.writeJson(NAME, Object.fromEntries(unusual));
  adopt();
}
