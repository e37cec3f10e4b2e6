/** What a message said at first and after each edit, with what each edit took away and put in. */

import { html } from "../../vendor/lit.js";
import { fullTime } from "../../base/time.js";
import { openDialog } from "../../parts/dialog.js";
import { words as shared } from "../../parts/strings.js";
import { changes } from "./difference.js";
import { words } from "./strings.js";

/** @typedef {{content: string, created_at: string}} Version */

/** @param {import("../../base/api.js").Api} api @param {string} path */
export async function openHistory(api, path) {
  const { versions } = await api.get(`${path}/history?limit=50`);
  const dialog = openDialog({ title: words.history, content: list(versions, () => dialog.close()) });
}

/** @param {Version[]} versions @param {() => void} close */
function list(versions, close) {
  return html`<ol class="history" tabindex="0" aria-label=${words.history}>
      ${versions.map((version, index) => entry(version, versions[index - 1], index === versions.length - 1))}
    </ol>
    <div class="dialog-buttons"><button class="button" type="button" autofocus @click=${close}>${shared.close}</button></div>`;
}

/** @param {Version} version @param {Version | undefined} before @param {boolean} last */
function entry({ content, created_at }, before, last) {
  const at = new Date(created_at);
  return html`<li>
    <time datetime=${at.toISOString()}>${fullTime(at)}${last ? ` · ${words.historyNow}` : ""}</time>
    <div class="message-text" dir="auto">${before === undefined ? content : changes(before.content, content).map(piece)}</div>
  </li>`;
}

/** @param {import("./difference.js").Change} change */
function piece({ kind, text }) {
  if (kind === "same") return text;
  return kind === "gone" ? html`<del>${text}</del>` : html`<ins>${text}</ins>`;
}
