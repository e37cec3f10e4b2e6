/** The tools of a composer on a narrow screen, behind one button: a dialog with room for a thumb. */

import { html, nothing } from "../vendor/lit.js";
import { openDialog } from "./dialog.js";
import { icon } from "./icons.js";
import { words } from "./strings.js";

/** @param {import("./composer.js").Composer} composer @param {HTMLElement} button */
export function openMore(composer, button) {
  /** Closed first, so that what the tool opens knows where to return the focus. */
  const then = (/** @type {() => void} */ act) => () => {
    dialog.close();
    act();
  };
  const lifespan = html`<label class="composer-act">${icon("hourglass")}${words.lifespan}${composer.drawLifespans(() => dialog.close())}</label>`;
  const dialog = openDialog({
    title: words.writingTools,
    content: html`<div class="composer-tools">
      <button type="button" class="composer-act" @click=${then(() => void composer.pickEmoji(button))}>${icon("smile")}${words.chooseEmoji}</button>
      ${composer.lifespans.length > 0 ? lifespan : nothing}
      <button type="button" class="composer-act" @click=${then(() => void composer.preview())}>${icon("eye")}${composer.previewing ? words.backToWriting : words.preview}</button>
      <button type="button" class="composer-act" @click=${() => dialog.close()}>${icon("cross")}${words.cancel}</button>
    </div>`,
  });
}
