/** A text as the node marked it up: HTML that it made and sanitised itself, the only one that a page ever takes. */

/** What was made of a text, so that drawing a row again leaves what somebody has marked in it. @type {WeakMap<object, Marked>} */
const made = new WeakMap();

/** @typedef {{html: string, element: HTMLElement}} Marked */

/**
 * Links take a Tab stop only in the current row, or a long list could not be left.
 * @param {object} row whose text it is @param {string} html @param {boolean} current
 */
export function markup(row, html, current) {
  let marked = made.get(row);
  if (marked?.html !== html) {
    marked = { html, element: elementOf(html) };
    made.set(row, marked);
  }
  for (const link of marked.element.querySelectorAll("a")) link.tabIndex = current ? 0 : -1;
  return marked.element;
}

/** @param {string} html */
function elementOf(html) {
  const element = document.createElement("div");
  element.className = "markup";
  element.innerHTML = html;
  return element;
}
