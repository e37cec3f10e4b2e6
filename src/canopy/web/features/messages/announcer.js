/**
 * Says newly arrived messages to people who hear the page. The list itself is no live region, because
 * scrolling through history would then be read aloud.
 */

import { html, repeat } from "../../vendor/lit.js";
import { excerpt } from "../../base/text.js";
import { LightElement } from "../../parts/element.js";
import { announceMany, announceOne } from "./strings.js";

const PAUSE = 2000; // ms between two lines
const KEPT = 5; // lines that stay for who reads back

/** @typedef {import("../../parts/message-row.js").Row} Row */

export class Announcer extends LightElement {
  static properties = { lines: { state: true } };

  constructor() {
    super();
    /** @type {{key: number, text: string}[]} */
    this.lines = [];
    /** @type {Row[]} */
    this.queue = [];
    this.count = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    this.stops.add(() => clearTimeout(this.timer));
  }

  /** @param {Row[]} rows */
  say(rows) {
    this.queue.push(...rows);
    if (this.timer === undefined) this.#flush();
  }

  #flush() {
    this.timer = undefined;
    const rows = this.queue.splice(0);
    if (rows.length === 0) return;
    this.count += 1;
    this.lines = [...this.lines, { key: this.count, text: lineOf(rows) }].slice(-KEPT);
    this.timer = setTimeout(() => this.#flush(), PAUSE);
  }

  render() {
    return repeat(this.lines, (line) => line.key, (line) => html`<p>${line.text}</p>`);
  }
}

/** @param {Row[]} rows */
function lineOf(rows) {
  const [first] = rows;
  if (rows.length === 1 && first) return announceOne(first.author.name, excerpt(first.content, 120));
  return announceMany(rows.length, [...new Set(rows.map((row) => row.author.name))]);
}

customElements.define("canopy-announcer", Announcer);
