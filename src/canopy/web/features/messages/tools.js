/** What serves the row that somebody has turned to: its toolbar, its letters, the sheet of a long press. */

import { preferences } from "../../base/preferences.js";
import "./editor.js";
import { actOf } from "./letters.js";
import { onLongPress, openSheet } from "./sheet.js";
import "./toolbar.js";

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

  /** @param {KeyboardEvent} event @param {HTMLElement} article */
  press(event, article) {
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
    if (row?.id && !row.deleted) openSheet(this.list.acts, row);
  }
}
