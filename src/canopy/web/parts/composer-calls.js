/**
 * Whom a text would call: said above the box before it is sent, and asked back when a handle could mean several.
 * Which words call somebody follows the node's rule to the letter; whom they mean is asked of the place (`@=`).
 */

import { html } from "../vendor/lit.js";
import { agentsCalled, notThere } from "./strings.js";

const AFTER_LAST_KEY = 250; // ms
const PATIENCE = 2_000; // ms for which a message waits to be understood; then it goes, as the node takes it
const MOST = 20; // different handles that are looked at
const CALL = /(?<![A-Za-z0-9_.@-])@([A-Za-z0-9][A-Za-z0-9_.-]{0,47}[A-Za-z0-9])(?![A-Za-z0-9])/gu;
const FENCE = /^[ \t>]*(`{3,}|~{3,})(.*)$/u;
const TICKS = /`+|\n[ \t]*\n/gu; // what begins or ends a code span, and what no span reaches across

/** @typedef {import("./completion.js").Choice} Choice */
/** @typedef {{handle: string, choices: Choice[]}} Unclear */
/** @typedef {{kind: "warn" | "info", text: string}} Said */

export class Calls {
  /** @param {import("./completion.js").Completes} completes @param {() => void} changed */
  constructor(completes, changed) {
    this.completes = completes;
    this.changed = changed;
    /** What is to be said. @type {Said[]} */
    this.lines = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** Counts the questions, so that a late answer to an old one is not shown. */
    this.asked = 0;
  }

  /** @param {string} text @param {string} typing the handle that is not written to its end yet */
  note(text, typing) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.#look(text, typing), text ? AFTER_LAST_KEY : 0);
  }

  /** @param {string} text @param {string} typing */
  async #look(text, typing) {
    this.asked += 1;
    const { asked } = this;
    const found = await this.#meanings(handlesIn(text).filter((handle) => handle !== typing));
    if (asked !== this.asked) return;
    const lines = [...absentLines(found), ...agentLines(found)];
    if (JSON.stringify(lines) === JSON.stringify(this.lines)) return;
    this.lines = lines;
    this.changed();
  }

  /** @param {string[]} handles @returns {Promise<Unclear[]>} */
  #meanings(handles) {
    const ask = async (/** @type {string} */ handle) => ({ handle, choices: await this.completes("@=", handle) });
    return Promise.all(handles.slice(0, MOST).map(ask));
  }

  /** The handles of a text that could mean several people who would hear of it. @param {string} text @returns {Promise<Unclear[]>} */
  async unclear(text) {
    const meanings = this.#meanings(handlesIn(text)).catch(() => []);
    const found = await Promise.race([meanings, new Promise((resolve) => setTimeout(resolve, PATIENCE, []))]);
    return /** @type {Unclear[]} */ (found)
      .map(({ handle, choices }) => ({ handle, choices: choices.filter(({ absent }) => !absent) }))
      .filter(({ choices }) => choices.length > 1);
  }

  render() {
    return html`<div class="composer-strip" role="status">${this.lines.map(({ kind, text }) => html`<p class="is-${kind}">${text}</p>`)}</div>`;
  }
}

/** @param {Unclear[]} found @returns {Said[]} */
function absentLines(found) {
  const away = found.filter(({ choices }) => choices.length > 0 && choices.every(({ absent }) => absent));
  const place = away[0]?.choices[0]?.absent;
  return place ? [{ kind: "warn", text: notThere(away.map(({ handle }) => `@${handle}`), place) }] : [];
}

/** One agent that is called needs no word. @param {Unclear[]} found @returns {Said[]} */
function agentLines(found) {
  const agents = found.flatMap(({ choices }) => choices.filter(({ who, absent }) => who?.agent && !absent));
  const names = new Map(agents.map(({ who, label }) => [who?.id, label]));
  return names.size > 1 ? [{ kind: "info", text: agentsCalled([...names.values()]) }] : [];
}

/** Each once, in the order of the text. @param {string} text */
export function handlesIn(text) {
  return [...new Set([...prose(text).matchAll(CALL)].map((hit) => hit[1] ?? ""))];
}

/** The same text with a handle written otherwise, but in code. @param {string} text @param {string} handle @param {string} instead with its sign */
export function rewritten(text, handle, instead) {
  const hits = [...prose(text).matchAll(CALL)].filter((hit) => hit[1] === handle);
  return hits.reduceRight((whole, { index }) => whole.slice(0, index) + instead + whole.slice(index + handle.length + 1), text);
}

/** A text of the same length with blanks for whatever is code. @param {string} text */
function prose(text) {
  return /[`~]/u.test(text) ? outsideSpans(outsideFences(text)) : text;
}

/** @param {string} text */
function outsideFences(text) {
  let opened = "";
  return text.split("\n").map((line) => {
    const [, marks = "", rest = ""] = FENCE.exec(line) ?? [];
    if (opened) {
      if (marks.startsWith(opened) && rest.trim() === "") opened = "";
      return blank(line);
    }
    if (!marks || (marks[0] === "`" && rest.includes("`"))) return line;
    opened = marks;
    return blank(line);
  }).join("\n");
}

/** A span ends with as many signs as it began with, or is none. @param {string} text */
function outsideSpans(text) {
  const ticks = [...text.matchAll(TICKS)];
  let [whole, at] = ["", 0];
  for (let here = 0; here < ticks.length; here += 1) {
    const { 0: open = "", index: from = 0 } = ticks[here] ?? {};
    const end = open[0] === "\n" ? -1 : closing(ticks, here, open.length);
    if (end < 0) continue;
    const to = (ticks[end]?.index ?? 0) + open.length;
    whole += text.slice(at, from) + blank(text.slice(from, to));
    [at, here] = [to, end];
  }
  return whole + text.slice(at);
}

/** @param {RegExpExecArray[]} ticks @param {number} here @param {number} length @returns {number} -1 when there is none */
function closing(ticks, here, length) {
  for (let at = here + 1; at < ticks.length; at += 1) {
    const found = ticks[at]?.[0] ?? "";
    if (found[0] === "\n") return -1;
    if (found.length === length) return at;
  }
  return -1;
}

/** @param {string} text */
function blank(text) {
  return text.replace(/[^\n]/g, " "); // by halves of a sign, so that all places stay
}
