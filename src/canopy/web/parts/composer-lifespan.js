/** A lifespan that is not in the list: a number of hours or days, as far as the node goes. Loaded when it is asked for. */

import { html, nothing } from "../vendor/lit.js";
import { openDialog } from "./dialog.js";
import { words } from "./strings.js";

const HOUR = 3_600; // seconds, the least
const DAY = 24 * HOUR;
const YEAR = 365 * DAY; // the most that a node takes

/** @param {import("./composer.js").Composer} composer */
export function askLifespan(composer) {
  const now = composer.lifespan;
  const unit = now % DAY === 0 ? DAY : HOUR;
  const content = (problem = "") => html`<form class="composer-span" novalidate @submit=${decide}>
      <div class="line">
        <input class="composer-number" name="number" type="number" inputmode="numeric" min="1" step="1" required autofocus aria-label=${words.spanNumber}
          aria-invalid=${problem ? "true" : nothing} aria-describedby=${problem ? "span-problem" : nothing} value=${now ? now / unit : 2}>
        <select class="select" name="unit" aria-label=${words.spanUnit}>
          <option value=${HOUR} ?selected=${unit === HOUR}>${words.spanHours}</option><option value=${DAY} ?selected=${unit === DAY}>${words.spanDays}</option>
        </select>
      </div>
      ${problem ? html`<p class="field-error" id="span-problem" role="alert">${problem}</p>` : nothing}
      <div class="dialog-buttons">
        <button class="button" type="button" @click=${() => dialog.close()}>${words.cancel}</button>
        <button class="button is-primary" type="submit">${words.spanSet}</button>
      </div>
    </form>`;
  const decide = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const given = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const seconds = Number(given.get("number")) * Number(given.get("unit"));
    if (!Number.isInteger(seconds) || seconds < HOUR || seconds > YEAR) return dialog.redraw(content(words.spanLimits));
    dialog.close();
    return composer.setLifespan(seconds);
  };
  const dialog = openDialog({ title: words.spanTitle, content: content() });
}
