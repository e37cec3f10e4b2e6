/** Pure functions on text that people wrote. Nothing here makes HTML. */

import { LANGUAGE } from "./language.js";

const BIDI_CONTROLS = /[\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const URL_START = /\bhttps?:\/\/[^\s<>"'`\u2066-\u2069\u202A-\u202E]+/gu;
const HUES = 8;

/** The language of the page, in the person's own flavour of it: dates and lists must not mix two languages. */
export const LOCALE =
  navigator.languages.find((language) => language.split("-")[0] === LANGUAGE) ?? LANGUAGE;

/** @typedef {{text: string, href: string | null}} Segment */

/** A name without controls that could make it look like another. @param {string | null | undefined} name */
export function cleanName(name) {
  return (name ?? "").replace(BIDI_CONTROLS, "").trim();
}

/** Text and the bare links in it, in order. @param {string} text @returns {Segment[]} */
export function segments(text) {
  /** @type {Segment[]} */
  const found = [];
  let from = 0;
  for (const hit of text.matchAll(URL_START)) {
    const url = withoutTail(hit[0]);
    if (!isHttp(url)) continue;
    if (hit.index > from) found.push({ text: text.slice(from, hit.index), href: null });
    found.push({ text: url, href: url });
    from = hit.index + url.length;
  }
  if (from < text.length) found.push({ text: text.slice(from), href: null });
  return found;
}

/** Punctuation that ends the sentence is no part of the address. @param {string} url */
function withoutTail(url) {
  let end = url.length;
  while (end > 0 && isTail(url.slice(0, end))) end -= 1;
  return url.slice(0, end);
}

/** @param {string} url */
function isTail(url) {
  const last = url.at(-1) ?? "";
  if (last === ")") return url.split(")").length > url.split("(").length;
  return ".,;:!?…*_~]}".includes(last);
}

/** @param {string} url */
function isHttp(url) {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && new URL(url).hostname !== "";
}

/** One or two letters for an avatar. @param {string} name */
export function initials(name) {
  const words = cleanName(name).split(/[\s._-]+/u).filter(Boolean);
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

/** Which of the eight avatar hues belongs to an id. @param {string} id */
export function hueOf(id) {
  let hash = 2166136261;
  for (const char of id) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619);
  return (hash >>> 0) % HUES;
}

/** The beginning of a text on one line. @param {string} text @param {number} most */
export function excerpt(text, most) {
  const line = text.replace(/\s+/gu, " ").trim();
  const chars = [...line];
  return chars.length <= most ? line : `${chars.slice(0, most - 1).join("")}…`;
}

/** @param {number} count @param {string} one @param {string} other both with {n} */
export function plural(count, one, other) {
  return (count === 1 ? one : other).replace("{n}", count.toLocaleString(LOCALE));
}
