/**
 * The words of the app in the language of the person.
 *
 * English stands in the `strings.js` of each room and is what a missing word falls back to. Another language is
 * one file below `locales/`, fetched only when it is chosen, before any room's words are read. Messages are
 * written in the small part of ICU that we need: `{name}` and `{count, plural, one {# day} other {# days}}`.
 */

import * as storage from "./storage.js";

/** @typedef {Record<string, Record<string, string>>} Locale by room and key */

/** What a person may choose. @type {Record<string, string>} */
export const LANGUAGES = { en: "English", de: "Deutsch" };
/** For tests: longer words with every letter changed, left to right and right to left. */
const PSEUDO = new Set(["en-XA", "ar-XB"]);
const CHOSEN = "language";

/** The language of the page. */
export const LANGUAGE = choose();
const plurals = new Intl.PluralRules(LANGUAGE);
const numbers = new Intl.NumberFormat(LANGUAGE);
/** @type {Locale} */
let locale = {};
/** @type {(message: string) => string} */
let disguise = (message) => message;

document.documentElement.lang = LANGUAGE;
document.documentElement.dir = LANGUAGE.startsWith("ar") ? "rtl" : "ltr";
if (PSEUDO.has(LANGUAGE)) disguise = (await import("./pseudo.js")).disguise;
else if (LANGUAGE !== "en") locale = await load(LANGUAGE);

function choose() {
  const chosen = storage.read(CHOSEN);
  if (chosen && (chosen in LANGUAGES || PSEUDO.has(chosen))) return chosen;
  const known = navigator.languages.map((language) => language.split("-")[0] ?? "");
  return known.find((language) => language in LANGUAGES) ?? "en";
}

/** A page in English is better than none. @param {string} language @returns {Promise<Locale>} */
async function load(language) {
  try {
    const answer = await fetch(new URL(`../locales/${language}.json`, import.meta.url));
    return answer.ok ? await answer.json() : {};
  } catch {
    return {};
  }
}

/** The person's choice, or null for the browser's. */
export function chosenLanguage() {
  return storage.read(CHOSEN);
}

/** Words are read once, so the page is loaded anew; drafts and the outbox are kept. @param {string | null} language */
export function chooseLanguage(language) {
  if (language === null) storage.remove(CHOSEN);
  else storage.write(CHOSEN, language);
  location.reload();
}

/**
 * The words of a room.
 * @template {Record<string, string>} T
 * @param {string} room @param {T} english @returns {T}
 */
export function catalogue(room, english) {
  const own = locale[room] ?? {};
  const pairs = Object.entries(english).map(([key, message]) => [key, disguise(own[key] ?? message)]);
  return /** @type {T} */ (Object.fromEntries(pairs));
}

/** A message with its values. @param {string} message @param {Record<string, string | number>} [values] @returns {string} */
export function fill(message, values = {}) {
  let text = "";
  for (let at = 0; at < message.length; at += 1) {
    if (message[at] !== "{") text += message[at];
    else {
      const end = closing(message, at);
      text += place(message.slice(at + 1, end), values);
      at = end;
    }
  }
  return text;
}

/** Where the brace that opens at `from` closes. @param {string} message @param {number} from */
function closing(message, from) {
  let depth = 0;
  for (let at = from; at < message.length; at += 1) {
    if (message[at] === "{") depth += 1;
    if (message[at] === "}" && (depth -= 1) === 0) return at;
  }
  return message.length;
}

/** @param {string} inner what stands between braces @param {Record<string, string | number>} values */
function place(inner, values) {
  const [name = "", kind, ...rest] = inner.split(",");
  const value = values[name.trim()];
  if (kind?.trim() === "plural") return plural(rest.join(","), Number(value), values);
  return typeof value === "number" ? numbers.format(value) : (value ?? `{${inner}}`);
}

/** @param {string} forms @param {number} count @param {Record<string, string | number>} values */
function plural(forms, count, values) {
  const wanted = plurals.select(count);
  const form = formOf(forms, `=${count}`) ?? formOf(forms, wanted) ?? formOf(forms, "other") ?? "";
  return fill(form, values).replaceAll("#", numbers.format(count));
}

/** @param {string} forms @param {string} name */
function formOf(forms, name) {
  const found = forms.indexOf(`${name} {`);
  if (found < 0) return undefined;
  const open = found + name.length + 1;
  return forms.slice(open + 1, closing(forms, open));
}
