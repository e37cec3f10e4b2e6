/** The chords that put marks around what is selected. Loaded with the first of them. */

/** @typedef {[before: string, after: string]} Marks */

/** By chord. @type {Record<string, Marks>} */
export const MARKS = { b: ["**", "**"], i: ["_", "_"], e: ["`", "`"], L: ["[", "](https://)"] };

/** What was selected stays selected. @param {HTMLTextAreaElement} box @param {Marks} marks */
export function wrap(box, [before, after]) {
  const { selectionStart: start, selectionEnd: end, value } = box;
  box.setRangeText(`${before}${value.slice(start, end)}${after}`, start, end, "preserve");
  box.setSelectionRange(start + before.length, end + before.length);
}
