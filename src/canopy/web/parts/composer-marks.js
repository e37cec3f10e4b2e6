/** The chords of a composer. They act at once, on what is selected when they are pressed. */

/** What is put before and behind the selection, by chord. @type {Record<string, [string, string]>} */
const MARKS = { b: ["**", "**"], i: ["_", "_"], e: ["`", "`"], L: ["[", "](https://)"] };

/** @param {import("./composer.js").Composer} composer @param {string} chord without Ctrl; a letter with Shift is a capital */
export function pressed(composer, chord) {
  const { box } = composer;
  const marks = MARKS[chord];
  if (box && marks) composer.typedIn(wrapped(box, marks));
  else if (box && composer.initial === null) void composer.pickEmoji(box);
}

/** What was selected stays selected. @param {HTMLTextAreaElement} box @param {[string, string]} marks */
function wrapped(box, [before, after]) {
  const { selectionStart: start, selectionEnd: end, value } = box;
  box.setRangeText(`${before}${value.slice(start, end)}${after}`, start, end, "preserve");
  box.setSelectionRange(start + before.length, end + before.length);
  return box.value;
}
