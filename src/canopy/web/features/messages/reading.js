/**
 * How far a person has read a channel: where the line "New" stands, and when to tell the node.
 *
 * A row counts as seen when it has been in view for a moment while the window had the focus. Whoever came by a link
 * has read nothing before they go to the newest message or press Escape.
 */

import { Store } from "../../base/store.js";
import { pathOf } from "./rows.js";

const SEEN = 500; // ms in view
const SCREENFUL = 75; // rows below the line, whatever the window
const PART = 0.6; // of a row that has to be in view
const DOWN = /^(ArrowDown|PageDown|End|j| )$/iu;
/** What a person may do to scroll, or to be at the newest row. */
const MOVES = ["wheel", "touchmove", "keydown", "pointerdown", "click", "send-text"];

/** Heard before anybody stops them, and also those that do not bubble. */
const HEARD = { capture: true, passive: true };

/** @typedef {import("./list.js").MessageList} MessageList */

export class Reading {
  /**
   * @param {import("../../base/types.js").SignedInApp} app
   * @param {import("./conversation.js").Conversation} conversation @param {() => MessageList | null} list
   */
  constructor(app, conversation, list) {
    this.app = app;
    this.conversation = conversation;
    this.list = list;
    this.path = `/channels/${encodeURIComponent(conversation.source.channelId)}`;
    /** Key of the row above which "New" stands. @type {Store<string | null>} */
    this.newFrom = new Store(/** @type {string | null} */ (null));
    /** Whether the list of channels was there before this. */
    this.known = app.channels.value !== null;
    this.jumping = false;
    /** Whether the reader has moved since. The list moves by itself too, and may have been at its end from the first. */
    this.moved = false;
    /** Whether somebody said that this is unread; then it stays so until they leave. */
    this.held = false;
    /** The last row that the node was told of. */
    this.told = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    for (const type of MOVES) document.addEventListener(type, this.#moved, HEARD);
    addEventListener("focus", this.look);
    document.addEventListener("visibilitychange", this.look);
  }

  stop() {
    clearTimeout(this.timer);
    for (const type of MOVES) document.removeEventListener(type, this.#moved, HEARD);
    removeEventListener("focus", this.look);
    document.removeEventListener("visibilitychange", this.look);
  }

  /** Whether a link led here, and nothing counts as read yet. @returns {boolean} */
  get jumped() {
    return this.jumping;
  }

  set jumped(jumped) {
    /** @type {boolean} */
    [this.jumping, this.moved] = [jumped, false];
  }

  /** @param {Event} event */
  #moved = (event) => {
    const list = this.jumped ? this.list() : null;
    if (!list || !goesDown(event, list)) return;
    this.moved = true;
    this.look();
  };

  /** Reads the newest rows, or those around the first that is unread, and puts the line there. */
  async load() {
    await this.conversation.load();
    const first = await this.#firstUnread();
    if (!first) return;
    const { rows, older } = this.conversation.view.value;
    if (older !== "none" && first.order < (rows[0]?.order ?? "")) await this.conversation.loadAround(first.id, SCREENFUL);
    const row = this.conversation.view.value.rows.find((each) => each.order >= first.order && !each.own);
    this.newFrom.set(row?.key ?? null);
  }

  /** It may be a reply, which stands at its own time in what is unread. @returns {Promise<{id: string, order: string} | null>} */
  async #firstUnread() {
    try {
      await this.#counted();
      // The list that has just come says it; one that came earlier may be wrong by now.
      const channel = this.known && this.#unread() ? (await this.app.api.get(this.path)).channel : this.#channel();
      const id = this.#unread() ? channel?.first_unread_id : null;
      const row = id && this.conversation.find(id);
      if (!id || row) return row ? { id, order: row.order } : null;
      const { message } = await this.app.api.get(`${pathOf(this.conversation.source.channelId)}/${encodeURIComponent(id)}`);
      return { id: message.thread_id ?? id, order: message.created_at };
    } catch {
      return null; // the list of messages reports what is wrong
    }
  }

  /** @returns {Promise<void>} when it is known how much is unread */
  #counted() {
    if (this.app.channels.value) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.app.channels.subscribe(() => {
        stop();
        resolve();
      });
    });
  }

  /** Something came into view, or the window got the focus. */
  look = () => {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.#seen(), SEEN);
  };

  /** Everything is read, because the person says so. */
  async markAll() {
    [this.jumped, this.held] = [false, false];
    this.newFrom.set(null);
    await this.#tell({});
  }

  /** From this message on nothing is read. @param {import("../../parts/message-row.js").Row} row */
  async markFrom(row) {
    this.held = true;
    this.newFrom.set(row.key);
    await this.app.api.post(`${this.path}/unread`, { from_message_id: row.id });
  }

  async #seen() {
    const list = this.list();
    const atEnd = list?.keeper?.atEnd && this.conversation.view.value.newer === "none";
    if (atEnd && this.moved) this.jumped = false;
    if (!list || this.held || this.jumped || !this.#unread() || document.visibilityState !== "visible" || !document.hasFocus()) return;
    // At the end the replies in threads are read too, or nothing here could ever end their being unread.
    if (atEnd) return this.#tell({});
    const last = lastInView(list);
    const row = last && this.conversation.find(last);
    if (!row || row.order <= this.told) return;
    this.told = row.order;
    await this.#tell({ up_to_message_id: row.id });
  }

  /** @param {{up_to_message_id?: string | null}} body */
  async #tell(body) {
    try {
      await this.app.api.post(`${this.path}/read`, body);
    } catch {
      this.told = ""; // said again when the reader next comes to rest
    }
  }

  #unread() {
    return (this.#channel()?.unread_count ?? 0) > 0;
  }

  #channel() {
    return this.app.channels.value?.find((channel) => channel.id === this.conversation.source.channelId);
  }
}

/** Whether a person means to go towards the newest row, or is there since they wrote. @param {any} event @param {MessageList} list */
function goesDown(event, list) {
  const { type, target } = event;
  if (type === "send-text") return target.parentElement === list.parentElement;
  if (type === "keydown") return DOWN.test(event.key) && (target === document.body || (list.contains(target) && !target.matches("textarea")));
  if (!list.contains(target)) return false;
  if (type === "click") return target.closest(".jump") !== null;
  if (type === "pointerdown") return event.button === 1 || onScrollbar(event);
  return type === "touchmove" || event.deltaY > 0;
}

/** @param {PointerEvent} event */
function onScrollbar({ target, clientX }) {
  const box = /** @type {Element} */ (target);
  const start = box.getBoundingClientRect().left + box.clientLeft;
  return box.matches(".scroller") && (clientX < start || clientX >= start + box.clientWidth);
}

/** Id of the last row of which enough is in view. @param {MessageList} list */
function lastInView(list) {
  const view = list.querySelector(".scroller")?.getBoundingClientRect();
  if (!view) return undefined;
  const rows = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("article[data-message-id]")]);
  return rows.findLast((row) => {
    const { top, bottom, height } = row.getBoundingClientRect();
    return Math.min(bottom, view.bottom) - Math.max(top, view.top) >= PART * height;
  })?.dataset.messageId;
}
