/**
 * The composer: one component wherever people write. It keeps the draft of its place and says who will
 * read what it sends; sending itself is its owner's business (`send-text`).
 */

import { html, live, nothing } from "../vendor/lit.js";
import { preferences } from "../base/preferences.js";
import { excerpt } from "../base/text.js";
import { chord, pressed } from "./composer-keys.js";
import { LightElement } from "./element.js";
import { icon } from "./icons.js";
import { livesFor, spanWords, tooLong, words } from "./strings.js";

const LONGEST = 50_000; // characters the node takes
const SIGNS = /[@#:]/u; // with which something to complete begins

/** @typedef {{text: string, lifespan: number}} Outgoing */

export class Composer extends LightElement {
  static properties = {
    label: {}, audience: {}, place: {}, name: {}, initial: {}, problem: {}, lifespans: { attribute: false }, completes: { attribute: false },
    drafts: { attribute: false }, api: { attribute: false }, lifespan: { state: true }, text: { state: true }, previewing: { state: true }, aside: { state: true },
  };

  constructor() {
    super();
    /** The accessible name: "Message #general". */
    this.label = "";
    this.audience = "";
    this.place = "";
    /** Id of its text box. */
    this.name = "composer";
    /** What a message says that is edited here; null where a new one is written. @type {string | null} */
    this.initial = null;
    /** How long a message may live, where that is a choice: seconds and words, the usual first. @type {{seconds: number, label: string}[]} */
    this.lifespans = [];
    /** What can be completed here. @type {import("./completion.js").Completes | null} */
    this.completes = null;
    /** @type {import("./composer-help.js").Help | null} */
    this.help = null;
    this.lifespan = 0;
    /** Why the last attempt came to nothing. */
    this.problem = "";
    /** @type {import("../base/drafts.js").Drafts} */
    this.drafts = /** @type {any} */ (undefined);
    /** Marks a preview up. @type {import("../base/api.js").Api} */
    this.api = /** @type {any} */ (undefined);
    this.text = "";
    /** Whether the text was typed here and not in another tab. */
    this.typed = false;
    /** Another text that stood here, of another tab. */
    this.aside = "";
    /** Whether it shows what the text comes to. */
    this.previewing = false;
    /** What waits until it is known whom it calls, in the order of Enter. @type {Outgoing[]} */
    this.held = [];
    /** How the text looks while it is typed. @type {import("./composer-backdrop.js").Backdrop | null} */
    this.backdrop = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.text = this.drafts.get(this.place) || (this.initial ?? "");
    this.lifespan = Number(this.drafts.get(this.#lifeName)) || 0;
    // An edit belongs to the tab in which it began: followed, the other's text, or what stood before, would be saved over it.
    if (this.initial === null) this.#followTabs();
    this.stops.add(this.#letGo);
    this.stops.listen(window, "pagehide", this.#letGo);
  }

  #followTabs() {
    this.aside = this.drafts.aside(this.place);
    this.stops.add(
      this.drafts.watch(this.place, (text) => this.#hear(text)),
      this.drafts.watch(this.#lifeName, (seconds) => (this.lifespan = Number(seconds) || 0)),
      this.drafts.watchAside(this.place, (text) => (this.aside = text)),
    );
  }

  /** @param {string} text that another tab holds now */
  #hear(text) {
    const newest = this.drafts.settle(this.place, text, this.text, this.typed);
    this.aside = this.drafts.aside(this.place);
    if (newest === this.text) return;
    this.typed = false;
    this.write(newest);
  }

  /** The two texts change places, so that taking one loses none. */
  #takeAside = () => {
    const { aside, text } = this;
    this.drafts.putAside(this.place, (this.aside = text.trim() ? text : ""));
    this.typedIn(aside);
    this.focus();
  };

  focus() {
    this.box?.focus();
  }

  /** Puts text into the box without touching what other tabs keep. @param {string} text */
  write(text) {
    this.text = text;
  }

  /** Gives a failed message back, before whatever has been typed since. @param {string} text */
  takeBack(text) {
    this.typedIn(this.text ? `${text}\n${this.text}` : text);
    this.focus();
  }

  /** Puts text before what has been typed, and the caret behind it. @param {string} text */
  begin(text) {
    this.typedIn(text + this.text);
    this.focus();
    void this.updateComplete.then(() => this.box?.setSelectionRange(text.length, text.length));
  }

  /** Its text has become a message; a choice of lifespan was for that one. */
  done() {
    this.text = this.initial ?? "";
    this.typed = false;
    this.drafts.clear(this.place);
    if (this.lifespan) this.drafts.clear(this.#lifeName);
    this.lifespan = 0;
    this.previewing = false;
    this.help?.completion.close();
  }

  get #lifeName() {
    return `lifespan.${this.place}`;
  }

  render() {
    const { help } = this;
    return html`<div class="composer${this.initial === null ? "" : " is-edit"}" @keydown=${(/** @type {KeyboardEvent} */ event) => chord(this, event)}>
      ${help?.calls.render() ?? nothing}
      <div class="composer-box">
        ${help?.render() ?? nothing}${this.initial === null ? this.#more() : nothing}
        <div class="composer-field" ?hidden=${this.previewing}><div class="composer-light" aria-hidden="true"></div><textarea class="composer-text" id=${this.name} rows="1" aria-label=${this.label} placeholder=${this.label}
          enterkeyhint="send" autocomplete="off" dir="auto" aria-describedby="${this.name}-foot" .value=${live(this.text)}
          spellcheck=${preferences.value.spellcheck ? "true" : "false"} aria-autocomplete=${this.completes ? "list" : nothing} aria-haspopup=${this.completes ? "listbox" : nothing} aria-controls=${help?.completion.open ? help.completion.name : nothing}
          aria-activedescendant=${help?.completion.active ?? nothing} @blur=${this.#left} @click=${() => void this.help?.look()}
          @input=${(/** @type {Event} */ event) => this.typedIn(/** @type {HTMLTextAreaElement} */ (event.target).value)}
          @keydown=${(/** @type {KeyboardEvent} */ event) => pressed(this, event)}></textarea></div>
        ${this.previewing ? html`<canopy-preview .api=${this.api} .text=${this.text} @back=${this.preview}></canopy-preview>` : nothing}
        ${this.initial === null ? html`${this.#tools()}${this.#sendButton()}` : nothing}
      </div>
      ${this.problem ? html`<p class="composer-problem" role="alert">${this.problem}</p>` : nothing}
      <div class="composer-foot" id="${this.name}-foot">${this.initial === null ? this.#foot() : this.#editFoot()}</div>
    </div>`;
  }

  /** @param {import("../vendor/lit.js").PropertyValues} changed */
  updated(changed) {
    const box = this.box;
    if (!box) return;
    if (this.help && (changed.has("text") || changed.has("audience"))) this.help.note();
    else if (this.text.includes("@")) void this.#loadHelp();
    if (this.backdrop) this.backdrop.draw();
    else if (this.text) void this.#light(box);
  }

  /** @param {HTMLTextAreaElement} box */
  async #light(box) {
    const { Backdrop } = await import("./composer-backdrop.js");
    this.backdrop ??= new Backdrop(/** @type {HTMLElement} */ (box.previousElementSibling), box);
    this.backdrop.draw();
  }

  #tools() {
    return html`<button class="composer-tool is-wide" type="button" aria-label=${words.chooseEmoji} title=${words.chooseEmoji}
        @click=${(/** @type {Event} */ event) => void this.pickEmoji(/** @type {HTMLElement} */ (event.currentTarget))}>${icon("smile")}</button>
      ${this.lifespans.length > 0
        ? html`<label class="composer-tool is-wide${this.lifespan ? " is-set" : ""}" title=${words.lifespan}>${icon("hourglass")}${this.drawLifespans()}</label>`
        : nothing}
      <button class="composer-tool is-wide" type="button" aria-label=${words.preview} title="${words.preview} (Ctrl+Alt+P)" aria-pressed=${this.previewing ? "true" : "false"}
        @click=${this.preview}>${icon("eye")}</button>`;
  }

  /** What narrow screens have instead. */
  #more() {
    return html`<button class="composer-tool is-narrow${this.lifespan ? " is-set" : ""}" type="button" aria-label=${words.writingTools} title=${words.writingTools}
      aria-haspopup="dialog" @click=${this.#openMore}>${icon("plus")}</button>`;
  }

  #openMore = async (/** @type {Event} */ event) => {
    const button = /** @type {HTMLElement} */ (event.currentTarget);
    (await import("./composer-more.js")).openMore(this, button);
  };

  /** @param {() => void} [then] */
  drawLifespans(then) {
    const own = this.lifespans.some(({ seconds }) => seconds === this.lifespan) ? [] : [{ seconds: this.lifespan, label: spanWords(this.lifespan) }];
    return html`<select aria-label=${words.lifespan} @change=${(/** @type {any} */ event) => void this.#chooseLifespan(event.target.value, then)}>
      ${[...this.lifespans, ...own].map(({ seconds, label }) => html`<option value=${seconds} .selected=${live(seconds === this.lifespan)}>${label}</option>`)}
      <option value="">${words.otherSpan}</option></select>`;
  }

  #sendButton() {
    return html`<button class="composer-send${this.text.trim() ? " is-ready" : ""}" type="button" aria-label=${words.send}
      title=${words.send} @click=${this.send}>${icon("send")}</button>`;
  }

  #foot() {
    const over = excess(this.text);
    const span = this.lifespans.find(({ seconds }) => seconds === this.lifespan)?.label ?? spanWords(this.lifespan);
    return html`<span class="composer-audience">${this.audience}${this.lifespan ? html` · <span class="composer-life">${livesFor(span)}</span>` : nothing}</span>
      ${this.#asideButton()}
      ${over > 0
        ? html`<span class="composer-over" role="status">${tooLong(over)}</span>`
        : html`<span class="composer-hint">${this.text ? (preferences.value.send === "ctrl-enter" ? words.ctrlEnterHint : words.enterHint) : nothing}</span>`}`;
  }

  #asideButton() {
    if (!this.aside) return nothing;
    return html`<button class="link-button composer-other" type="button" title=${excerpt(this.aside, 80)} @click=${this.#takeAside}>${words.otherDraft}</button>`;
  }

  #editFoot() {
    const over = excess(this.text);
    return html`<span class="composer-hint">${over > 0 ? tooLong(over) : words.editHint}</span>
      <span class="composer-buttons"><button class="button" type="button" @click=${this.leave}>${words.cancel}</button>
        <button class="button is-primary" type="button" @click=${this.send}>${words.save}</button></span>`;
  }

  /** @param {string} text */
  typedIn(text) {
    this.text = text;
    this.typed = true;
    this.problem = "";
    this.drafts.set(this.place, text === this.initial ? "" : text);
    void this.#offer();
  }

  #left = () => {
    this.help?.completion.close();
    this.help?.note();
  };

  async #offer() {
    if (this.help || SIGNS.test(this.text)) await (await this.#loadHelp())?.look();
  }

  async #loadHelp() {
    const { box, completes } = this;
    if (this.help || !box || !completes) return this.help;
    const { Help } = await import("./composer-help.js");
    if (!this.help) this.requestUpdate(); // what is said there is heard when the place for it was there before
    this.help ??= new Help(this, box, completes);
    this.help.note();
    return this.help;
  }

  /** Replaces what stands from a place to the caret. @param {string} text @param {number} [from] */
  put(text, from) {
    const box = this.box;
    if (!box) return;
    box.setRangeText(text, from ?? box.selectionStart, box.selectionEnd, "end");
    box.focus();
    this.typedIn(box.value);
  }

  /** @param {HTMLElement} anchor */
  async pickEmoji(anchor) {
    const { openPicker } = await import("./emoji-picker.js");
    openPicker(anchor, (emoji) => this.put(emoji));
  }

  /** There and back; the box keeps its text, its caret and what can be undone. */
  preview = async () => {
    if (!this.previewing) await import("./composer-preview.js");
    this.help?.completion.close();
    this.previewing = !this.previewing;
    await this.updateComplete;
    if (!this.previewing) this.focus();
  };

  /** @param {string} value seconds, or nothing for others than these @param {() => void} [then] */
  async #chooseLifespan(value, then) {
    then?.();
    if (value) return this.setLifespan(Number(value));
    this.requestUpdate(); // until another one is given, the old one holds
    this.focus();
    return (await import("./composer-lifespan.js")).askLifespan(this);
  }

  /** @param {number} seconds */
  setLifespan(seconds) {
    this.lifespan = seconds;
    this.drafts.set(this.#lifeName, seconds ? String(seconds) : "");
    this.focus();
  }

  /** What was typed is thrown away, as it was meant. */
  leave = () => {
    this.done();
    this.dispatchEvent(new CustomEvent("leave"));
  };

  send = () => {
    const text = this.text.trim();
    if (this.initial === null && !this.previewing) this.focus();
    if ((text === "" && this.initial === null) || excess(text) > 0) return;
    const message = { text, lifespan: this.lifespan };
    if (this.initial !== null) return this.post(message);
    this.done();
    void this.updateComplete.then(() => this.focus());
    const calls = this.held.length > 0 || text.includes("@");
    return calls && this.completes ? void this.#pass(message) : this.post(message);
  };

  /** @param {Outgoing} detail */
  post(detail) {
    this.dispatchEvent(new CustomEvent("send-text", { detail }));
  }

  /** @param {Outgoing} message */
  async #pass(message) {
    if (this.held.push(message) > 1) return; // the first that waits takes the others along
    try {
      const [help, { passOn }] = await Promise.all([this.#loadHelp(), import("./composer-passing.js")]);
      await passOn(this, help?.calls ?? null);
    } catch {
      this.#letGo(); // what cannot be found out keeps no message
    }
  }

  /** Whoever pressed Enter and left has sent. */
  #letGo = () => {
    for (const message of this.held.splice(0)) this.post(message);
  };

  get box() {
    return this.querySelector("textarea");
  }
}

/** Characters beyond what the node takes; counted only where it can matter. @param {string} text */
function excess(text) {
  return text.length <= LONGEST ? 0 : [...text].length - LONGEST;
}

customElements.define("canopy-composer", Composer);
