/**
 * Keyboard shortcuts. A layer may be put on top (a dialog, a menu); the newest that knows a chord gets it.
 *
 * Chords are written "Alt+ArrowUp", "F6", "Escape", "j", and letters pressed one after the other "g h". Single letters
 * never fire while a person types, nor when the person has switched them off.
 */

import { preferences } from "./preferences.js";

const SEQUENCE = 1500; // ms in which the second letter has to follow

/** @typedef {Record<string, (event: KeyboardEvent) => void>} Chords */

export class Keys {
  constructor() {
    /** @type {Chords[]} */
    this.layers = [];
    /** The first letter of a sequence, and until when it counts. */
    this.first = { letter: "", until: 0 };
    addEventListener("keydown", (event) => this.#pressed(event));
    // Whatever closes itself with Escape would take this for one.
    addEventListener("keydown", (event) => chordOf(event) === "Shift+Escape" && this.#pressed(event), true);
  }

  /** @param {Chords} chords @returns {() => void} takes them away */
  add(chords) {
    this.layers.push(chords);
    return () => {
      this.layers = this.layers.filter((layer) => layer !== chords);
    };
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.defaultPrevented || event.isComposing) return;
    const key = chordOf(event);
    if (key.length === 1 && (isTyping(event.target) || !preferences.value.letters)) return;
    const chord = this.#sequence(key);
    if (chord === "") return;
    const layer = this.layers.findLast((each) => chord in each);
    if (!layer || (document.querySelector("dialog[open]") && !(chord in LANDMARK))) return;
    event.preventDefault();
    layer[chord]?.(event);
  }

  /** The chord that a key completes; empty when it begins one. @param {string} key */
  #sequence(key) {
    const both = `${this.first.letter} ${key}`;
    const follows = this.first.letter !== "" && performance.now() < this.first.until && this.layers.some((layer) => both in layer);
    const begins = !follows && key.length === 1 && this.layers.some((layer) => Object.keys(layer).some((chord) => chord.startsWith(`${key} `)));
    this.first = { letter: begins ? key : "", until: performance.now() + SEQUENCE };
    if (begins) return "";
    return follows ? both : key;
  }
}

/** A dialog keeps the keys of the page under it to itself. */
const LANDMARK = { Escape: true };

/** @param {KeyboardEvent} event */
export function chordOf(event) {
  const ctrl = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  const alt = event.altKey ? "Alt+" : "";
  const shift = event.shiftKey && event.key.length > 1 ? "Shift+" : "";
  return ctrl + alt + shift + event.key;
}

/** @param {EventTarget | null} target */
export function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);
}

/**
 * Moves the focus from landmark to landmark. A landmark is focused itself, so that a screen reader
 * says where one is; it takes no Tab stop.
 * @param {1 | -1} direction
 */
export function nextLandmark(direction) {
  const marks = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("nav, main, aside, footer[aria-label]")]);
  const shown = marks.filter((mark) => mark.offsetParent !== null || mark.getClientRects().length > 0);
  if (shown.length === 0) return;
  const here = shown.findLastIndex((mark) => mark.contains(document.activeElement));
  const start = here < 0 && direction < 0 ? 0 : here;
  const next = shown[(start + direction + shown.length) % shown.length];
  if (!next) return;
  next.tabIndex = -1;
  next.focus();
}

const STEPS = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 });

/** A list of places takes one Tab stop; arrows, Home and End move in it. @param {KeyboardEvent} event */
export function rove(event) {
  const list = /** @type {HTMLElement} */ (event.currentTarget);
  const step = STEPS[event.key];
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  if ((step === undefined && event.key !== "Home" && event.key !== "End") || isTyping(event.target)) return;
  const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[data-roving]")]).filter((item) => item.offsetParent !== null);
  const here = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  if (here < 0) return;
  event.preventDefault();
  const next = step === undefined ? (event.key === "Home" ? 0 : items.length - 1) : (here + step + items.length) % items.length;
  items[next]?.focus();
}
