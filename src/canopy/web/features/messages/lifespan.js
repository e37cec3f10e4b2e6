/** How long a message of one's own shall live, changed after it was sent. */

import { html, nothing } from "../../vendor/lit.js";
import { openDialog } from "../../parts/dialog.js";
import { reasonOf } from "./acts.js";
import { lifespans, words } from "./strings.js";

const USUAL = 90 * 24 * 3600; // s

/** @param {(seconds: number) => Promise<void>} change */
export function askForLifespan(change) {
  const content = (problem = "") => html`<form class="stack" @submit=${submit}>
      <fieldset class="lifespans"><legend class="sr-only">${words.lifespanTitle}</legend>
        ${lifespans.map(({ seconds, label }, index) => html`<label class="lifespan-choice"><input type="radio" name="seconds" value=${seconds || USUAL} ?checked=${index === 0}>${label}</label>`)}</fieldset>
      <p class="quiet">${words.lifespanText}</p>
      ${problem ? html`<p class="field-error" role="alert">${problem}</p>` : nothing}
      <div class="dialog-buttons"><button class="button" type="button" @click=${() => dialog.close()}>${words.cancel}</button>
        <button class="button is-primary" type="submit">${words.lifespanSave}</button></div>
    </form>`;
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const seconds = Number(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("seconds"));
    try {
      await change(seconds);
      dialog.close();
    } catch (error) {
      dialog.redraw(content(reasonOf(error)));
    }
  };
  const dialog = openDialog({ title: words.lifespanTitle, content: content() });
}
