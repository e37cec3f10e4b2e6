/** The emoji that this browser's person chose lately, the usual ones behind them. */

import * as storage from "../base/storage.js";

const NAME = "emoji.recent";
const KEPT = 16;
const USUAL = ["👍", "❤️", "😂", "🎉", "👀", "✅", "🙏", "🚀"];

/** @param {number} [most] @returns {string[]} the latest first */
export function recentEmoji(most = KEPT) {
  const stored = storage.readJson(NAME);
  const recent = Array.isArray(stored) ? stored.filter((each) => typeof each === "string") : [];
  return [...new Set([...recent, ...USUAL])].slice(0, most);
}

/** @param {string} emoji */
export function rememberEmoji(emoji) {
  storage.writeJson(NAME, [...new Set([emoji, ...recentEmoji()])].slice(0, KEPT));
}
