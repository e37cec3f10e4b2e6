/** A language that nobody speaks: what is not disguised was never translated, and what is too narrow shows. */

const FROM = "abcdeghiklnoprstuyACDEGHIKLNOPRSTUY";
const TO = "àƀçđéĝĥîķļñöþŕšţûýÀÇĐÉĜĤÎĶĻÑÖÞŔŠŢÛÝ";
const GROWTH = 0.4; // how much longer words of another language may be

/** Letters inside braces are names and stay, but for what a plural says. @param {string} message */
export function disguise(message) {
  let depth = 0;
  let text = "";
  for (const char of message) {
    if (char === "{") depth += 1;
    text += depth % 2 === 0 ? letter(char) : char;
    if (char === "}") depth -= 1;
  }
  const more = "·".repeat(Math.ceil(message.length * GROWTH));
  return `[${text}${more}]`;
}

/** @param {string} char */
function letter(char) {
  const found = FROM.indexOf(char);
  return found < 0 ? char : [...TO][found];
}
