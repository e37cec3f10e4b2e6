/** What keys do in a composer. They act at once, on what is selected when they are pressed. */

import { preferences } from "../base/preferences.js";

const LIST = /^(\s*)([-*+]|(\d+)([.)]))(\s+)(.*)$/u;
/** What is put before and behind the selection, by chord with Ctrl; a letter with Shift is a capital. @type {Record<string, [string, string]>} */
const MARKS = { b: ["**", "**"], i: ["_", "_"], e: ["`", "`"], L: ["[", "](https://)"] };
const EMOJI = ";";

/** @typedef {import("./composer.js").Composer} Composer */

/** @param {Composer} composer @param {KeyboardEvent} event in its box */
export function pressed(composer, event) {
  const { key, shiftKey, altKey } = event;
  // Enter also ends a word of an input method; that one must not send.
  if (event.isComposing || event.keyCode === 229) return undefined;
  if (!shiftKey && composer.help?.press(key)) return stopped(event);
  if ((event.ctrlKey || event.metaKey) && !altKey && marked(composer, event)) return stopped(event);
  if (key === "Escape") return escaped(composer, event);
  if (key === "ArrowUp" && composer.text === "" && composer.initial === null) return up(composer, event);
  if (key !== "Enter" || altKey) return undefined;
  if (!sends(composer, event)) return newLine(composer, event);
  event.preventDefault();
  return composer.send();
}

/** The place of the key counts, since with Alt it may write something else; with AltGr it shall.
 *  @param {Composer} composer @param {KeyboardEvent} event anywhere in it */
export function chord(composer, event) {
  if (!event.ctrlKey || !event.altKey || event.code !== "KeyP" || event.isComposing || event.getModifierState("AltGraph")) return;
  stopped(event);
  void composer.preview();
}

/** What sends is the person's choice; with Enter, a line of code is ended and not sent. @param {Composer} composer @param {KeyboardEvent} event */
function sends({ box }, { shiftKey, ctrlKey, metaKey }) {
  if (preferences.value.send === "ctrl-enter") return ctrlKey || metaKey;
  return !shiftKey && !(box && inCode(box));
}

/** @param {HTMLTextAreaElement} box */
function inCode(box) {
  const before = box.value.slice(0, box.selectionStart);
  return (before.match(/^\s*```/gmu)?.length ?? 0) % 2 === 1;
}

/** A list goes on; an empty entry ends it. @param {Composer} composer @param {KeyboardEvent} event */
function newLine(composer, event) {
  const { box } = composer;
  if (!box || inCode(box)) return;
  const start = box.value.lastIndexOf("\n", box.selectionStart - 1) + 1;
  const entry = LIST.exec(box.value.slice(start, box.selectionStart));
  if (!entry) return;
  event.preventDefault();
  const [, indent = "", mark = "", number, end = "", space = " ", text = ""] = entry;
  if (text === "") composer.put("", start);
  else composer.put(`\n${indent}${number ? `${Number(number) + 1}${end}` : mark}${space}`);
}

/** @param {Composer} composer @param {KeyboardEvent} event @returns {boolean} whether it was one of ours */
function marked(composer, { key, shiftKey }) {
  const letter = shiftKey ? key.toUpperCase() : key.toLowerCase();
  const { box } = composer;
  const marks = MARKS[letter];
  if (box && marks) composer.typedIn(wrapped(box, marks));
  else if (box && letter === EMOJI && composer.initial === null) void composer.pickEmoji(box);
  return marks !== undefined || letter === EMOJI;
}

/** What was selected stays selected. @param {HTMLTextAreaElement} box @param {[string, string]} marks */
function wrapped(box, [before, after]) {
  const { selectionStart: start, selectionEnd: end, value } = box;
  box.setRangeText(`${before}${value.slice(start, end)}${after}`, start, end, "preserve");
  box.setSelectionRange(start + before.length, end + before.length);
  return box.value;
}

/** @param {Composer} composer @param {KeyboardEvent} event */
function up(composer, event) {
  const wanted = new CustomEvent("edit-last", { cancelable: true });
  if (!composer.dispatchEvent(wanted)) event.preventDefault();
}

/** @param {Composer} composer @param {KeyboardEvent} event */
function escaped(composer, event) {
  // Where the focus goes from a box that is left is for the place to say; a thread closes with it.
  if (composer.initial !== null) composer.leave();
  else if (composer.dispatchEvent(new CustomEvent("leave-box", { cancelable: true }))) return;
  stopped(event);
}

/** @param {KeyboardEvent} event */
function stopped(event) {
  event.preventDefault();
  event.stopPropagation();
}
