/** Asks before something that cannot be taken back. The first button in reach is the one that does nothing. */

import { html, nothing } from "../vendor/lit.js";
import { openDialog } from "./dialog.js";

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string[]} text paragraphs
 * @property {string} cancel
 * @property {string} button
 * @property {boolean} [danger]
 * @property {() => Promise<void>} act
 * @property {(error: unknown) => string} explain
 * @property {() => void} [onClosed]
 */

/** @param {Question} question */
export function confirm({ title, text, cancel, button, danger = false, act, explain, onClosed }) {
  let busy = false;
  const content = (error = "") =>
    html`<div class="dialog-text">${text.map((each) => html`<p>${each}</p>`)}</div>
      ${error ? html`<p class="field-error" role="alert">${error}</p>` : nothing}
      <div class="dialog-buttons">
        <button class="button" type="button" autofocus @click=${() => dialog.close()}>${cancel}</button>
        <button class="button ${danger ? "is-danger" : "is-primary"}" type="button" aria-busy=${busy ? "true" : "false"}
          @click=${run}>${button}</button>
      </div>`;
  const run = async () => {
    if (busy) return;
    busy = true;
    dialog.redraw(content());
    try {
      await act();
      dialog.close();
    } catch (error) {
      busy = false;
      dialog.redraw(content(explain(error)));
    }
  };
  const dialog = openDialog({ title, content: content(), onClosed });
}
