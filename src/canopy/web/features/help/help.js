/** All shortcuts in one table, the same for the overlay and for the settings. */

import { html, nothing } from "../../vendor/lit.js";
import { LETTERS, letterOf, preferences } from "../../base/preferences.js";
import { openDialog } from "../../parts/dialog.js";
import { loadStyle } from "../../parts/style.js";
import { words } from "./strings.js";

await loadStyle(new URL("./help.css", import.meta.url));

/** @typedef {keyof typeof words} Word */
/** @typedef {import("../../base/preferences.js").Letter} Letter */
/** Keys that stand for each other are apart by a comma, keys of one sequence by a space. @type {[Word, [string, Word][]][]} */
const GROUPS = [
  ["everywhere", [
    ["Ctrl+K", "jump"], ["?, Ctrl+/", "help"], ["Alt+↑, Alt+↓", "neighbours"], ["Alt+Shift+↑, Alt+Shift+↓", "unread"], ["N", "nextUnread"], ["Shift+Esc", "markAllRead"],
    ["F6, Shift+F6", "landmarks"], ["Alt+←, Alt+→", "back"], ["Ctrl+.", "panel"], ["Ctrl+Shift+F", "searchHere"], ["Ctrl+,", "openSettings"], ["Esc", "escape"],
    ["G H", "goHome"], ["G P", "goPeople"], ["G N", "goNetwork"], ["G S", "goSettings"],
  ]],
  ["list", [
    ["J, K, ↓, ↑", "move"], ["Home, End", "ends"], ["R", "reply"], ["Q, >", "quote"], ["E", "edit"], [":", "react"], ["+", "thumbs"], ["=", "same"],
    ["U", "markUnread"], ["S", "saveIt"], ["L", "copyLink"], ["M", "followThread"], ["I", "identity"], ["Del", "remove"], ["Enter", "thread"],
  ]],
  ["composer", [["Enter", "send"], ["Shift+Enter", "line"], ["Ctrl+B, Ctrl+I, Ctrl+E", "format"], ["Ctrl+Shift+L", "link"], ["Ctrl+;", "emoji"], ["Ctrl+Alt+P", "preview"], ["↑", "editLast"], ["Esc", "leave"]]],
];

export function openHelp() {
  if (document.querySelector(".dialog.is-help")) return;
  const dialog = openDialog({
    title: words.title,
    content: html`${preferences.value.letters ? nothing : html`<p class="strip is-note">${words.lettersOff}</p>`}${shortcuts()}
      <div class="dialog-buttons"><button class="button" type="button" autofocus @click=${() => dialog.close()}>${words.close}</button></div>`,
  });
  document.querySelector("dialog:last-of-type")?.classList.add("is-help");
}

/** The table of all of them. */
export function shortcuts() {
  return html`<div class="shortcuts">${GROUPS.map(([title, rows]) => html`<section><h3>${words[title]}</h3>
    <dl>${rows.map(([keys, word]) => html`<div><dt>${keysOf(keys, word)}</dt><dd>${words[word === "send" && preferences.value.send === "ctrl-enter" ? "sendCtrl" : word]}</dd></div>`)}</dl>
  </section>`)}</div>`;
}

/** @param {string} keys @param {Word} word */
function keysOf(keys, word) {
  const shown = word === "send" && preferences.value.send === "ctrl-enter" ? "Ctrl+Enter" : word in LETTERS ? chosen(keys, /** @type {Letter} */ (word)) : keys;
  return shown.split(", ").map((chord) => html`<kbd>${chord.replaceAll(" ", " ")}</kbd> `);
}

/** The first of the keys is the one that a person may choose. @param {string} keys @param {Letter} name */
function chosen(keys, name) {
  return [letterOf(name).toUpperCase(), ...keys.split(", ").slice(1)].join(", ");
}
