/**
 * The password rules of the node as a list that ticks while one types.
 *
 * The node names the rules; those whose code we know are judged here at once, the others are shown as
 * plain text and judged by the node. What the node refuses is marked by the code it answers.
 */

import { html, nothing } from "../vendor/lit.js";
import { icon } from "./icons.js";
import { words } from "./strings.js";

const CLASSES = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{N}]/u];
const MARKS = /** @type {const} */ ({ yes: "check", no: "cross", open: "dot" });
const SAID = { yes: words.ruleMet, no: words.ruleNotMet };

/** @typedef {{code: string, text: string}} Rule */
/** @typedef {"yes" | "no" | "open"} Met */

/** What can be judged here; whether a password is common only the node knows. @type {Record<string, (password: string, handle: string) => boolean>} */
const JUDGES = { length: longEnough, not_handle: withoutHandle };

/** @param {Rule} rule @param {string} password @param {string} handle @param {Set<string>} refused @returns {Met} */
export function judge(rule, password, handle, refused) {
  if (refused.has(rule.code)) return "no";
  if (password === "") return "open";
  return JUDGES[rule.code]?.(password, handle) ? "yes" : "open";
}

/** @param {Rule[]} rules @param {string} password @param {string} handle @param {Set<string>} refused */
export function ruleList(rules, password, handle, refused) {
  return html`<ul class="rules" id="password-rules">
    ${rules.map((rule) => {
      const met = judge(rule, password, handle, refused);
      return html`<li data-met=${met}>${icon(MARKS[met])}<span>${rule.text}${met === "open" ? nothing : html`<span class="sr-only"> (${SAID[met]})</span>`}</span></li>`;
    })}
  </ul>`;
}

/** @param {string} password */
function longEnough(password) {
  const length = [...password].length;
  return length >= 12 || (length >= 8 && CLASSES.every((kind) => kind.test(password)));
}

/** @param {string} password @param {string} handle */
function withoutHandle(password, handle) {
  return handle === "" || !password.toLowerCase().includes(handle.toLowerCase());
}
