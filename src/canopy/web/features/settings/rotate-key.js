/** The dialog that replaces a key: the new one is shown once, and the old one works on for a while. */

import { html } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { fullTime } from "../../base/time.js";
import { openDialog } from "../../parts/dialog.js";
import { valuesOf } from "../../parts/field.js";
import { KeyOnce } from "./key-once.js";
import { words } from "./strings.js";

const HOUR = 3600; // s
/** For how long the old key works on. @type {[number, string][]} */
const OVERLAPS = [[0, words.overlapNone], [HOUR, words.overlapHour], [24 * HOUR, words.overlapDay], [7 * 24 * HOUR, words.overlapWeek]];
const USUAL = 24 * HOUR;

/** @param {import("./key-once.js").SignedInApp} app @param {{id: string}} key @param {string} name @param {() => void} onMade */
export function askForRotation(app, key, name, onMade) {
  const dialog = openDialog({
    title: fill(words.rotateTitle, { name }),
    content: html`<canopy-rotate-key .app=${app} .old=${key.id} .onMade=${onMade} .close=${() => dialog.close()}></canopy-rotate-key>`,
  });
}

class RotateKey extends KeyOnce {
  static properties = { ...KeyOnce.properties, old: { attribute: false } };

  constructor() {
    super();
    /** The id of the key that is replaced. */
    this.old = "";
  }

  form() {
    return html`<form class="stack" @submit=${this.#submit}><p>${words.rotateText}</p>
      <div class="field"><label for="overlap">${words.overlap}</label><select class="select" id="overlap" name="overlap">${OVERLAPS.map(([seconds, label]) => html`
        <option value=${seconds} ?selected=${seconds === USUAL}>${label}</option>`)}</select></div>
      ${this.foot(words.rotate)}</form>`;
  }

  /** @param {import("./key-once.js").Made} made */
  lead(made) {
    const ends = new Date(made.old_expires_at ?? 0);
    return html`${super.lead(made)}<p>${ends > new Date() ? fill(words.oldEnds, { when: fullTime(ends) }) : words.oldEnded}</p>`;
  }

  /** @param {SubmitEvent} event */
  #submit = async (event) => {
    event.preventDefault();
    const { overlap } = valuesOf(/** @type {HTMLFormElement} */ (event.target));
    await this.make(`/keys/${encodeURIComponent(this.old)}/rotate`, { overlap_seconds: Number(overlap) });
  };
}

customElements.define("canopy-rotate-key", RotateKey);
