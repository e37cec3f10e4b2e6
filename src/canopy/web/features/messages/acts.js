/** What a person does with one message. Each is said once here and reached by button, menu, letter and long press. */

import { Store } from "../../base/store.js";
import { pathOf } from "./rows.js";
import { failedTo, words } from "./strings.js";

/** What is needed only by who does something. */
const deeds = () => import("./deeds.js");

/** @typedef {import("../../parts/message-row.js").Row} Row */

/**
 * @typedef {object} Host what differs between a channel and a thread
 * @property {() => string} audience who reads, in words
 * @property {(row: Row) => void} openThread
 * @property {(text: string) => void} quote puts text into the composer
 * @property {(row: Row) => void} markUnread
 * @property {(row: Row) => HTMLElement | null} article
 */

export class Acts {
  /**
   * @param {import("../../base/types.js").SignedInApp} app
   * @param {import("./conversation.js").Conversation} conversation @param {Host} host
   */
  constructor(app, conversation, host) {
    this.app = app;
    this.conversation = conversation;
    this.host = host;
    /** Id of the message that is being edited. @type {Store<string | null>} */
    this.editing = new Store(/** @type {string | null} */ (null));
  }

  /** One's own, what was written on a node that one owns, and whatever stands in a channel that one is an admin of.
   *  @param {Row} row */
  mayDelete(row) {
    const here = this.app.channels.value?.find(({ id }) => id === this.conversation.source.channelId);
    return row.own || (this.app.mayManage && row.origin === null) || here?.user_role === "admin";
  }

  /** Keeps it among what the person saved, or lets it go. @param {Row} row */
  save = async (row) => {
    await this.#attempt(async () => {
      const bookmarks = await this.app.bookmarks();
      const saved = await bookmarks.toggle(row.id ?? "");
      (await deeds()).toast(saved ? words.saved : words.unsaved);
    }, words.toSave);
  };

  /** Hears of new replies from now on, or no longer. @param {Row} row @param {boolean} [wanted] left out, the other than now */
  async turnThread(row, wanted) {
    await this.#attempt(async () => {
      const { follow, toast } = await deeds();
      const { subscribed } = await follow(this.app.api, this.conversation.source.channelId, row.id ?? "", wanted);
      toast(subscribed ? words.followsNow : words.followsNoMore);
    }, words.toFollow);
  }

  openThread = (/** @type {Row} */ row) => this.host.openThread(row);
  undoDelete = (/** @type {Row} */ row) => this.app.deletions.undo(row.id ?? "");

  /** Shows it, in place of any other of one's own, or takes it back. @param {Row} row @param {string} type */
  react = async (row, type) => {
    const mine = row.reactions.some((each) => (each.type === type || each.emoji === type) && each.mine);
    const path = `${this.#pathOf(row)}/reactions/${encodeURIComponent(type)}`;
    await this.#attempt(async () => {
      await (mine ? this.app.api.delete(path) : this.app.api.put(path));
      await this.conversation.refresh(row.id ?? "");
    }, words.toReact);
  };

  /** @param {Row} row @param {HTMLElement} anchor */
  pickReaction = async (row, anchor) => {
    await this.#attempt(async () => {
      const { openPicker } = await import("../../parts/emoji-picker.js");
      openPicker(anchor, (emoji) => void this.react(this.conversation.find(row.id ?? "") ?? row, emoji));
    }, words.toReact);
  };

  /** @param {Row} row @param {string} emoji */
  async reactQuickly(row, emoji) {
    (await deeds()).rememberEmoji(emoji);
    await this.react(row, emoji);
  }

  /** @param {Row} row */
  showHistory = async (row) => {
    await this.#attempt(async () => {
      const { openHistory } = await import("./history.js");
      await openHistory(this.app.api, this.#pathOf(row));
    }, words.toShowHistory);
  };

  /** @param {Row} row */
  quote(row) {
    this.host.quote(`${row.content.split("\n").map((line) => `> ${line}`).join("\n")}\n\n`);
  }

  /** @param {Row} row */
  async copyText(row) {
    await (await deeds()).copy(row.content, words.textCopied);
  }

  /** @param {Row} row */
  async copyLink(row) {
    const { channelId } = this.conversation.source;
    const link = `${location.origin}/c/${encodeURIComponent(channelId)}/${encodeURIComponent(row.id ?? "")}`;
    await (await deeds()).copy(link, words.linkCopied);
  }

  /** What leads to it on any node. @param {Row} row */
  async copyReference(row) {
    const { copy, referenceTo } = await deeds();
    await copy(referenceTo(this.conversation.source.channelId, row.id ?? ""), words.referenceCopied);
  }

  /** @param {Row} row */
  async startEdit(row) {
    if (!row.own || !row.id || row.deleted) return;
    await import("./editor.js");
    this.editing.set(row.id);
  }

  /** @param {Row} row */
  async changeLifespan(row) {
    const { askForLifespan } = await import("./lifespan.js");
    askForLifespan(async (seconds) => {
      const { message } = await this.app.api.patch(`${this.#pathOf(row)}?render=html`, { ttl_seconds: seconds });
      if (message) this.conversation.took(message);
    });
  }

  /** Ends the editing of a message and gives its row the focus back. @param {Row} row */
  endEdit(row) {
    this.editing.set(null);
    requestAnimationFrame(() => this.host.article(row)?.focus());
  }

  /** @param {Row} row @param {string} text @returns {Promise<string>} why it could not be saved; empty when it is */
  async saveEdit(row, text) {
    if (text.trim() === "") {
      void this.remove(row);
      return "";
    }
    try {
      if (text.trim() !== row.content) {
        const { message } = await this.app.api.patch(`${this.#pathOf(row)}?render=html`, { content: text });
        if (message) this.conversation.took(message);
      }
      this.endEdit(row);
      return "";
    } catch (error) {
      return `${words.notSaved} ${reasonOf(error)}`;
    }
  }

  /** @param {Row} row */
  async remove(row) {
    if (!this.mayDelete(row) || !row.id || row.deleted) return;
    const { id } = row;
    const { askToDelete } = await deeds();
    askToDelete(this.host.audience(), {
      act: async () => {
        this.editing.set(null);
        this.app.deletions.add(this.conversation.source.channelId, id);
      },
      onClosed: () => this.#focus(row),
    });
  }

  /** An edit that goes on has the focus, else the row. @param {Row} row */
  #focus(row) {
    const article = this.host.article(row);
    const box = this.editing.value === row.id ? article?.querySelector("textarea") : null;
    (box ?? article)?.focus();
  }

  /** @param {() => Promise<void>} attempt @param {string} what */
  async #attempt(attempt, what) {
    try {
      await attempt();
    } catch (error) {
      (await deeds()).toast(`${failedTo(what)} ${reasonOf(error)}`);
    }
  }

  /** @param {Row} row */
  #pathOf(row) {
    return `${pathOf(this.conversation.source.channelId)}/${encodeURIComponent(row.id ?? "")}`;
  }
}

/** @param {unknown} error */
export function reasonOf(error) {
  return error instanceof Error ? error.message : String(error);
}
