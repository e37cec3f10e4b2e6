/** What serves the row that somebody has turned to: its toolbar, its keys, the sheet of a long press. */

import { preferences } from "../../base/preferences.js";
import "./editor.js";
import { actOf } from "./letters.js";
import { onLongPress, openSheet } from "./sheet.js";
import "./toolbar.js";

const PAGE = 10; // rows

/** @typedef {import("../../parts/message-row.js").Row} Row */

export class Tools {
  /** @param {import("./list.js").MessageList} list @param {(key: string) => Row | undefined} rowOf */
  constructor(list, rowOf) {
    this.list = list;
    this.rowOf = rowOf;
    this.toolbar = /** @type {import("./toolbar.js").MessageToolbar} */ (document.createElement("canopy-toolbar"));
    this.toolbar.acts = list.acts;
    void list.acts.app.bookmarks();
    list.stops.add(onLongPress(list, (article) => this.#sheet(article)));
  }

  /** The row may have changed. */
  refresh() {
    if (this.toolbar.row) this.toolbar.row = this.rowOf(this.toolbar.row.key) ?? null;
  }

  /** Unless somebody is using it elsewhere. @param {HTMLElement} article */
  moveTo(article) {
    const row = this.rowOf(article.dataset.key ?? "");
    if (row && !this.toolbar.busy && this.toolbar.parentElement !== article) this.toolbar.moveTo(article, row);
  }

  /** The row may have lost the focus since, while this was loaded. @param {KeyboardEvent} event */
  press(event) {
    const article = document.activeElement;
    if (!(article instanceof HTMLElement) || article.tagName !== "ARTICLE") return;
    const articles = [...this.list.querySelectorAll("article")];
    const to = stepTo(event.key, articles.indexOf(article), articles.length);
    if (to === undefined) return this.#act(event, article);
    event.preventDefault();
    const { actions, view } = this.list;
    if (event.key === "Home" && view.before > 0) void this.#goTo(0, actions.oldest);
    else if (event.key === "End" && view.newer !== "none") void this.#goTo(-1, actions.newest);
    else articles[to]?.focus();
  }

  /** To the first or the last row, which is not mounted yet. @param {0 | -1} index @param {() => Promise<void>} show */
  async #goTo(index, show) {
    await show();
    [...this.list.querySelectorAll("article")].at(index)?.focus();
  }

  /** @param {KeyboardEvent} event @param {HTMLElement} article */
  #act(event, article) {
    if (event.key.length === 1 && !preferences.value.letters) return;
    const row = this.rowOf(article.dataset.key ?? "");
    const act = row && actOf(event.key, this.list.acts, row, article);
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** @param {HTMLElement} article */
  #sheet(article) {
    const row = this.rowOf(article.dataset.key ?? "");
    if (row?.id && !row.deleted) void openSheet(this.list.acts, row);
  }
}

/** Where a key leads, by index; undefined for a key that leads nowhere. @param {string} key @param {number} here @param {number} count */
function stepTo(key, here, count) {
  const most = count - 1;
  /** @type {Record<string, number>} */
  const to = {
    ArrowDown: here + 1, j: here + 1, J: here + 1, ArrowUp: here - 1, k: here - 1, K: here - 1,
    PageDown: here + PAGE, PageUp: here - PAGE, Home: 0, End: most,
  };
  const index = to[key];
  return here < 0 || index === undefined ? undefined : Math.max(0, Math.min(most, index));
}
