/** The list that a composer offers while somebody types `@`, `#` or `:`. Loaded with the first of these signs. */

import { html, nothing } from "../vendor/lit.js";
import { avatar } from "./avatar.js";
import { completionNames, words } from "./strings.js";

const TRIGGER = /(?:^|[\s([{"'>])([@#:])([\p{L}\p{N}_.+-]*)$/u;
const LEAST = /** @type {Record<string, number>} */ ({ "@": 0, "#": 0, ":": 2 }); // a colon alone ends many sentences
const MOVES = new Set(["ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"]); // away from what was being written
export const MOST = 8;

/** `@=` asks for all whom a handle means, and who of them is elsewhere. @typedef {"@" | "#" | ":" | "@="} Sign */
/** absent: the place where they are not. @typedef {{insert: string, label: string, note?: string, sign?: string, absent?: string, who?: {id: string, name: string, agent: boolean, url?: string | null}}} Choice */
/** @typedef {(sign: Sign, asked: string) => Promise<Choice[]>} Completes */

export class Completion {
  /** @param {Completes} completes @param {string} name id of the list @param {() => void} changed */
  constructor(completes, name, changed) {
    this.completes = completes;
    this.name = name;
    this.changed = changed;
    /** @type {Choice[]} */
    this.choices = [];
    this.index = 0;
    /** @type {Sign} */
    this.sign = "@";
    /** What has been typed of it, with its sign. */
    this.written = "";
    /** Where the sign stands. */
    this.from = 0;
    /** Counts the questions, so that a late answer to an old one is not shown. */
    this.asked = 0;
  }

  get open() {
    return this.choices.length > 0;
  }

  /** Id of the choice that Enter takes. */
  get active() {
    return this.open ? `${this.name}-${this.index}` : nothing;
  }

  /** @param {string} before the text before the caret */
  async look(before) {
    this.asked += 1;
    const { asked } = this;
    const hit = TRIGGER.exec(before);
    const sign = /** @type {Sign} */ (hit?.[1] ?? "@");
    const text = hit?.[2] ?? "";
    if (!hit || text.length < (LEAST[sign] ?? 0)) return this.close();
    const choices = await this.completes(sign, text);
    if (asked !== this.asked) return undefined;
    [this.choices, this.index, this.sign, this.from] = [choices.slice(0, MOST), 0, sign, before.length - text.length - 1];
    this.written = (sign + text).toLocaleLowerCase();
    return this.changed();
  }

  close() {
    this.asked += 1;
    if (!this.open) return;
    this.choices = [];
    this.changed();
  }

  /** Whether the key was meant for the list. @param {string} key @param {(choice: Choice) => void} take */
  press(key, take) {
    if (!this.open) return false;
    const chosen = this.choices[this.index];
    // Whoever has written it out means to go on.
    if (key === "Enter" && chosen?.insert.toLocaleLowerCase() === this.written) return this.close() ?? false;
    if (key === "ArrowDown" || key === "ArrowUp") {
      this.index = (this.index + (key === "ArrowDown" ? 1 : -1) + this.choices.length) % this.choices.length;
      this.changed();
      void this.#show();
    } else if ((key === "Enter" || key === "Tab") && chosen) take(chosen);
    else if (key === "Escape") this.close();
    else return MOVES.has(key) ? (this.close() ?? false) : false;
    return true;
  }

  /** On a narrow screen the list is longer than its window. */
  async #show() {
    await null; // until it is drawn
    document.getElementById(`${this.name}-${this.index}`)?.scrollIntoView({ block: "nearest" });
  }

  /** @param {(choice: Choice) => void} take */
  render(take) {
    if (!this.open) return nothing;
    return html`<div class="completion" role="listbox" id=${this.name} aria-label=${completionNames[this.sign] ?? words.emoji}>
      ${this.choices.map((choice, index) => html`<div role="option" id="${this.name}-${index}" class="completion-row"
        aria-selected=${index === this.index ? "true" : "false"} @pointerdown=${(/** @type {Event} */ event) => {
          event.preventDefault();
          take(choice);
        }}>
        ${choice.who ? avatar(choice.who, "small") : html`<span class="completion-sign" aria-hidden="true">${choice.sign}</span>`}
        <span dir="auto">${choice.label}</span>
        ${choice.who?.agent ? html`<span class="badge">${words.agent}</span>` : nothing}
        ${choice.note ? html`<span class="completion-note" dir="auto">${choice.note}</span>` : nothing}
      </div>`)}
    </div>`;
  }
}
