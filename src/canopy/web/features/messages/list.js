/** The list of messages: `feed` with one roving Tab stop, dividers, and the way down to what is new. */

import { html, noChange, nothing, repeat } from "../../vendor/lit.js";
import { eachMidnight, soonTime } from "../../base/time.js";
import { LightElement } from "../../parts/element.js";
import { messageRow } from "../../parts/message-row.js";
import { bottom, divider, firstLine, jump, newPill, top } from "./lines.js";
import { itemsOf } from "./rows.js";
import { FocusKeeper, ScrollKeeper } from "./scroll.js";

const PATIENCE = 150; // ms before a place that loads shows anything at all
const LATE = 5000; // ms after which it says so and offers to try again
const SCROLLS = /^(Arrow(Up|Down)|Page(Up|Down)|Home|End)$/;
const FOUND = 2000; // ms for which the message that a link led to stands out

/** @typedef {import("../../parts/message-row.js").Row} Row */
/** @typedef {import("./rows.js").View} View */
/** How long the first rows have been awaited, as far as it shows. @typedef {"briefly" | "some time" | "long"} Waited */
/**
 * @typedef {object} ListActions what a list asks of its place, beside what can be done with a row
 * @property {(key: string) => void} retry
 * @property {(key: string) => void} edit
 * @property {(key: string) => void} discard
 * @property {() => void} older
 * @property {() => void} newer
 * @property {() => Promise<void>} newest shows the newest rows, which may have to be read first
 * @property {() => Promise<void>} oldest shows the oldest rows that are known
 * @property {() => void} reload
 * @property {() => void} atEnd
 */

export class MessageList extends LightElement {
  static properties = {
    name: {},
    beginning: { attribute: false },
    view: { attribute: false },
    pending: { attribute: false },
    actions: { attribute: false },
    acts: { attribute: false },
    leaving: { attribute: false },
    nameOf: { attribute: false },
    origins: { attribute: false },
    newFrom: {},
    current: { state: true },
    found: { state: true },
    newAbove: { state: true },
    far: { state: true },
    waited: { state: true },
  };

  constructor() {
    super();
    /** The accessible name of the feed. */
    this.name = "";
    /** What stands above the very first row. @type {unknown} */
    this.beginning = nothing;
    /** @type {View} */
    this.view = /** @type {any} */ (undefined);
    /** @type {Row[]} */
    this.pending = [];
    /** @type {ListActions} */
    this.actions = /** @type {any} */ (undefined);
    /** @type {import("./acts.js").Acts} */
    this.acts = /** @type {any} */ (undefined);
    /** Ids of messages that are about to be deleted. @type {Set<string>} */
    this.leaving = new Set();
    /** @type {(id: string) => string} */
    this.nameOf = (id) => id;
    /** @type {import("../../base/types.js").Origins} */
    this.origins = new Map();
    /** Key of the first row that is new to the reader. @type {string | null} */
    this.newFrom = null;
    /** Key of the row that Tab reaches; the newest unless somebody moved. @type {string | null} */
    this.current = null;
    /** Id of the row that a link led to, for as long as it stands out. @type {string | null} */
    this.found = null;
    /** Whether the line "New" is out of sight above. */
    this.newAbove = false;
    /** Whether the newest row is more than a window away. */
    this.far = false;
    /** @type {Waited} */
    this.waited = "briefly";
    /** Rows that came below while the reader was elsewhere. */
    this.fresh = 0;
    /** @type {string | undefined} */
    this.lastKey = undefined;
    /** @type {ScrollKeeper | null} */
    this.keeper = null;
    /** @type {import("./tools.js").Tools | null} */
    this.tools = null;
    /** What each row was last drawn from, and the same for the drawing that is under way. @type {Map<string, unknown[]>} */
    this.drawn = new Map();
    /** @type {Map<string, unknown[]>} */
    this.drawing = new Map();
    /** The number that each row has. @type {WeakMap<Element, number>} */
    this.numbers = new WeakMap();
    /** Of how many rows it is one. */
    this.size = 0;
    this.focusKeeper = new FocusKeeper(this);
    /** What came under the pointer while the rows moved. @type {Element | null} */
    this.under = null;
  }

  connectedCallback() {
    super.connectedCallback();
    const timers = [setTimeout(() => (this.waited = "some time"), PATIENCE), setTimeout(() => (this.waited = "long"), LATE)];
    this.stops.add(() => timers.forEach(clearTimeout), eachMidnight(() => this.requestUpdate()));
    this.follow(this.acts.editing);
    this.stops.listen(this, "pointerdown", () => void this.#equip(null), { once: true });
  }

  firstUpdated() {
    const scroller = /** @type {HTMLElement} */ (this.querySelector(".scroller"));
    const content = /** @type {HTMLElement} */ (this.querySelector(".scroller-inner"));
    this.keeper = new ScrollKeeper(scroller, content, {
      onEnd: (atEnd) => this.#reachedEnd(atEnd),
      onNearStart: () => this.view.older === "some" && this.actions.older(),
      onNearEnd: () => this.view.newer === "some" && this.actions.newer(),
      onRest: () => this.#rested(),
    });
    this.acts.conversation.shown = () => scroller.clientHeight > 0;
    this.stops.add(() => this.keeper?.stop());
  }

  /** Goes to the newest row and stays there. */
  toNewest() {
    if (this.view.newer !== "none") void this.actions.newest();
    else this.keeper?.toEnd();
  }

  /** Shows the line "New" at the top when it is out of sight above. */
  toNew() {
    const line = this.#newLine();
    const view = this.querySelector(".scroller")?.getBoundingClientRect();
    if (line && view && line.getBoundingClientRect().top < view.top) this.keeper?.toOffset(line, 0);
    this.#rested();
  }

  #newLine() {
    return /** @type {HTMLElement | null} */ (this.querySelector(".day.is-new"));
  }

  #rested() {
    const line = this.#newLine();
    const top = this.querySelector(".scroller")?.getBoundingClientRect().top ?? 0;
    if (this.under?.matches(":hover")) void this.#equip(this.under);
    this.under = null;
    this.far = this.#isFar();
    this.newAbove = line ? line.getBoundingClientRect().bottom < top : this.#newIsCutOff();
    this.dispatchEvent(new CustomEvent("rest"));
  }

  /** Whether the newest row is more than a window away. */
  #isFar() {
    if (!this.keeper || this.keeper.atEnd) return false;
    const { scrollTop, scrollHeight, clientHeight } = this.keeper.scroller;
    return scrollHeight - clientHeight - scrollTop > clientHeight;
  }

  /** Whether the row that it stands above has left the window of rows. */
  #newIsCutOff() {
    return this.newFrom !== null && this.view.newer === "none" && this.view.rows.length > 0 && !this.view.rows.some((row) => row.key === this.newFrom);
  }

  /** Shows a message in the middle, for a while set apart, with the focus. @param {string} id */
  async jumpTo(id) {
    await this.updateComplete;
    const article = this.article(id);
    if (!article) return;
    this.found = id;
    this.current = article.dataset.key ?? null;
    this.keeper?.toMiddle(article);
    article.focus({ preventScroll: true });
    setTimeout(() => (this.found = this.found === id ? null : this.found), FOUND);
  }

  /** @param {string} id @returns {HTMLElement | null} */
  article(id) {
    return this.querySelector(`article[data-message-id="${CSS.escape(id)}"]`);
  }

  /** @param {import("../../vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("view")) this.#putEditAside();
    this.keeper?.capture(this.view.newer === "none");
    this.focusKeeper.capture();
    if (!changed.has("view")) return;
    this.#countFresh(changed.get("view"));
    this.tools?.refresh();
  }

  /** An edit whose row is gone: come back, it would take the focus and the view. Its draft stays, unless the message is deleted. */
  #putEditAside() {
    const { conversation, editing } = this.acts;
    const row = editing.value && conversation.find(editing.value);
    if (!editing.value || (row && !row.deleted)) return;
    const editor = /** @type {import("./editor.js").MessageEditor | null} */ (this.querySelector("canopy-editor"));
    if (editor && (row || this.#covers(editor.row))) editor.giveUp();
    editing.set(null);
  }

  /** Whether a row would be among those that are shown, if it still existed. @param {Row} row */
  #covers({ order }) {
    const { rows, older, newer } = this.view;
    return (older === "none" || order > (rows[0]?.order ?? "")) && (newer === "none" || order < (rows.at(-1)?.order ?? ""));
  }

  /** @param {import("../../vendor/lit.js").PropertyValues} changed */
  updated(changed) {
    this.drawn = this.drawing;
    this.#number();
    this.focusKeeper.restore();
    this.keeper?.restore();
    // Rows that come below a list at rest move nothing, so no rest follows that would tell how far the end is now.
    if (changed.has("view") && !this.keeper?.moving) this.far = this.#isFar();
    if (this.keeper?.atEnd) this.actions.atEnd();
  }

  render() {
    const rows = [...this.view.rows, ...this.pending];
    const current = this.current && this.#rowOf(this.current) ? this.current : (rows.at(-1) ?? this.view.lead)?.key;
    this.drawing = new Map();
    const fresh = this.fresh + this.view.beyond;
    const items = itemsOf(rows, new Date(), { lead: this.view.lead, newFrom: this.newFrom });
    const empty = items.length === 0 && this.view.status === "ready" && this.view.older === "none";
    return html`
      <div class="scroller">
        <div class="scroller-inner">
          ${this.view.lead || empty ? nothing : this.#top()}
          <div role="feed" class="messages" aria-label=${this.name} aria-busy=${this.#busy() ? "true" : "false"}
            @keydown=${this.#pressed} @focusin=${this.#focused} @pointerover=${this.#pointed}>
            ${empty ? html`<div role="article">${this.beginning}</div>` : repeat(items, (item) => item.key, (item) => this.#item(item, (item.kind === "first" ? item.above : item.key) === current))}
          </div>
          ${bottom(this.view, this.actions)}
        </div>
      </div>
      ${this.newAbove && this.newFrom ? this.#newPill(this.newFrom) : nothing}
      ${fresh > 0 || this.far || this.view.newer !== "none" ? jump(fresh, () => this.toNewest()) : nothing}`;
  }

  /** @param {import("./rows.js").Item} item @param {boolean} current */
  #item(item, current) {
    if (item.kind === "first") return firstLine(item.peer, this.origins, current);
    if (item.kind !== "row") {
      return html`${divider(item)}${item.kind === "replies" && this.view.older !== "none" ? this.#top() : nothing}`;
    }
    const { head, row } = item;
    const { origins, nameOf } = this;
    const leaving = row.id !== null && this.leaving.has(row.id);
    const found = row.id !== null && row.id === this.found;
    const edited = row.id !== null && row.id === this.acts.editing.value;
    // Most rows of a drawing are those of the last one, and making them again would be what a scrolling list mostly does.
    const source = [row, head, current, origins, nameOf, leaving, found, edited, row.expires && soonTime(row.expires, new Date())];
    this.drawing.set(row.key, source);
    if (this.drawn.get(row.key)?.every((each, index) => each === source[index])) return noChange;
    return messageRow(row, {
      head,
      current,
      origins,
      nameOf,
      me: this.acts.app.me.user_id,
      leaving,
      found,
      inThread: this.acts.conversation.source.root !== null,
      editor: edited ? html`<canopy-editor .row=${row} .acts=${this.acts}></canopy-editor>` : undefined,
    }, this.#rowActions);
  }

  /** Numbers the rows: nearly all change their number when some come in above, and nothing else of them does. */
  #number() {
    const { before, total, lead } = this.view;
    const size = total < 0 ? -1 : total + this.pending.length + (lead ? 1 : 0);
    const other = size !== this.size;
    this.size = size;
    let number = before;
    for (const article of this.querySelectorAll("article")) {
      number += 1;
      const known = this.numbers.get(article); // quicker than to ask the row
      if (other || known === undefined) article.ariaSetSize = String(size);
      if (known === number) continue;
      this.numbers.set(article, number);
      article.ariaPosInSet = String(number);
    }
  }

  #rowActions = {
    retry: (/** @type {string} */ key) => this.#after(key, () => this.actions.retry(key)),
    edit: (/** @type {string} */ key) => this.actions.edit(key),
    discard: (/** @type {string} */ key) => this.actions.discard(key),
    react: (/** @type {Row} */ row, /** @type {string} */ type) => void this.acts.react(row, type),
    pickReaction: (/** @type {Row} */ row, /** @type {HTMLElement} */ anchor) => void this.acts.pickReaction(row, anchor),
    openThread: (/** @type {Row} */ row) => this.acts.openThread(row),
    showHistory: (/** @type {Row} */ row) => void this.acts.showHistory(row),
    undoDelete: (/** @type {Row} */ row) => this.#after(row.key, () => this.acts.undoDelete(row)),
  };

  /** The button goes with what it does, so its row takes the focus. @param {string} key @param {() => void} act */
  #after(key, act) {
    /** @type {HTMLElement | null} */ (this.querySelector(`article[data-key="${CSS.escape(key)}"]`))?.focus();
    act();
  }

  #top() {
    return top(this.view, { beginning: this.beginning, waited: this.waited, actions: this.actions });
  }

  /** @param {string} key of the row below the line */
  #newPill(key) {
    const mark = () => this.dispatchEvent(new CustomEvent("mark-read"));
    return newPill(this.view.rows, key, { go: () => this.toNew(), mark });
  }

  #busy() {
    return this.view.status === "loading" || this.view.older === "loading" || this.view.newer === "loading";
  }

  /** What is read further down is history; what came meanwhile was counted as being beyond. @param {View | undefined} before */
  #countFresh(before) {
    const { rows } = this.view;
    const last = rows.findLastIndex((row) => row.key === this.lastKey);
    if (this.view.newer !== "none") this.fresh = 0;
    else if (before && before.newer !== "none") this.fresh = before.beyond;
    else if (last >= 0 && this.keeper && !this.keeper.atEnd) {
      this.fresh += rows.slice(last + 1).filter((row) => !row.own).length;
    }
    this.lastKey = rows.at(-1)?.key;
  }

  /** @param {boolean} atEnd */
  #reachedEnd(atEnd) {
    if (!atEnd || (this.fresh === 0 && !this.far)) return;
    [this.fresh, this.far] = [0, false];
    this.requestUpdate();
  }

  /** @param {string} key @returns {Row | undefined} */
  #rowOf(key) {
    if (this.view.lead?.key === key) return this.view.lead;
    return this.view.rows.find((row) => row.key === key) ?? this.pending.find((row) => row.key === key);
  }

  /** @param {FocusEvent} event */
  #focused(event) {
    this.current = keyOf(event.target);
    void this.#equip(event.target);
  }

  /** @param {PointerEvent} event */
  #pointed(event) {
    if (event.pointerType === "touch") return;
    // Rows that pass under the pointer are not what it is meant for.
    if (this.keeper?.moving) this.under = /** @type {Element} */ (event.target);
    else void this.#equip(event.target);
  }

  /** Brings the toolbar to a row; what makes it is loaded when somebody first turns to one. @param {EventTarget | null} target */
  async #equip(target) {
    if (!this.tools) {
      const { Tools } = await import("./tools.js");
      this.tools ??= new Tools(this, (key) => this.#rowOf(key));
    }
    const article = articleOf(target);
    if (article?.isConnected) this.tools.moveTo(article);
  }

  /** @param {KeyboardEvent} event */
  async #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !isRow(event.target)) return;
    if (!this.tools && SCROLLS.test(event.key)) event.preventDefault(); // as what is loaded only now would
    if (!this.tools) await this.#equip(event.target);
    this.tools?.press(event);
  }
}

/** @param {EventTarget | null} target */
function articleOf(target) {
  return /** @type {HTMLElement | null} */ (target instanceof Element ? target.closest("article") : null);
}

/** @param {EventTarget | null} target */
function keyOf(target) {
  return articleOf(target)?.dataset.key ?? null;
}

/** Whether single letters mean anything where the focus is. @param {EventTarget | null} target */
function isRow(target) {
  return target instanceof HTMLElement && target.tagName === "ARTICLE";
}

customElements.define("canopy-messages", MessageList);
