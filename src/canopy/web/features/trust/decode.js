/**
 * Reads an invite code where it was pasted, so that a damaged one is named at once and nothing of it is sent.
 *
 * Only its shape is looked at. Whether it is genuine the node judges, which holds the means to.
 */

import { badCharacter, cutOff, expired, lacks, notACode, words } from "./strings.js";
import { instantOf } from "./when.js";

const PREFIX = "canopy:";
const MOST = 8192; // characters the node takes
const VERSION = 1;
const NEEDED = ["pid", "epk", "xpk"];
const STRANGE = /[^A-Za-z0-9_-]/u;

/** @typedef {{code: string} | {problem: string}} Decoded */

/**
 * @param {string} pasted @param {string} own peer id of this node @param {Date} now
 * @returns {Decoded} the code as the node takes it, or what is wrong with it
 */
export function decode(pasted, own, now) {
  const text = pasted.trim();
  if (text === "") return { problem: words.codeMissing };
  if (text.length > MOST) return { problem: words.codeTooLong };
  return text.startsWith("{") ? fromJson(text, text, own, now) : fromCode(text, own, now);
}

/** @param {string} text @param {string} own @param {Date} now @returns {Decoded} */
function fromCode(text, own, now) {
  const scheme = /^[a-z][a-z0-9+.-]*:/iu.exec(text)?.[0];
  if (scheme && scheme.toLowerCase() !== PREFIX) return { problem: notACode(scheme) };
  const whole = text.slice(scheme?.length ?? 0).replace(/\s+/gu, "").replace(/=+$/u, "");
  if (whole === "") return { problem: words.codeEmpty };
  const strange = STRANGE.exec(whole);
  if (strange) return { problem: badCharacter([...whole.slice(strange.index)][0] ?? "", strange.index + 1 + (scheme?.length ?? 0)) };
  const json = textOf(whole);
  if (!json.startsWith("{")) return { problem: words.codeDamaged };
  return fromJson(json, PREFIX + whole, own, now, whole.length);
}

/**
 * @param {string} json @param {string} code @param {string} own @param {Date} now
 * @param {number} [length] of what was pasted
 * @returns {Decoded}
 */
function fromJson(json, code, own, now, length = json.length) {
  const found = parsed(json);
  if (found === undefined) return { problem: json.trimEnd().endsWith("}") ? words.codeDamaged : cutOff(length) };
  if (typeof found.v === "number" && found.v > VERSION) return { problem: words.codeTooNew };
  const missing = NEEDED.find((name) => typeof found[name] !== "string" || found[name] === "");
  if (missing) return { problem: lacks(missing) };
  if (!Array.isArray(found.ep)) return { problem: lacks("ep") };
  if (found.pid === own) return { problem: words.codeOwn };
  const end = instantOf(/** @type {any} */ (found.exp));
  if (end && end <= now) return { problem: expired(end, now) };
  return { code };
}

/** @param {string} json @returns {Record<string, unknown> | undefined} */
function parsed(json) {
  try {
    const value = JSON.parse(json);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A last character that stands alone carries no whole byte: what came before it is kept, to tell what happened.
 *  @param {string} code base64url */
function textOf(code) {
  const usable = code.length % 4 === 1 ? code.slice(0, -1) : code;
  const plain = atob(usable.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(plain, (char) => char.codePointAt(0) ?? 0));
}
