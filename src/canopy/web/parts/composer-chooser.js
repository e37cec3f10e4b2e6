/** Asks whom a handle means before anything is sent. Loaded when one could mean several. */

import { html, nothing } from "../vendor/lit.js";
import { rove } from "../base/keys.js";
import { avatar } from "./avatar.js";
import { rewritten } from "./composer-calls.js";
import { openDialog } from "./dialog.js";
import { couldBe, words } from "./strings.js";

/**
 * One handle after the other.
 * @param {string} text @param {import("./composer-calls.js").Unclear[]} unclear
 * @returns {Promise<string | null>} the text with handles that mean one person each; null when it shall not go
 */
export function chooseMeant(text, unclear) {
  return new Promise((resolve) => {
    let [clear, step] = [text, 0];
    const choose = (/** @type {string} */ instead) => {
      clear = rewritten(clear, unclear[step]?.handle ?? "", instead);
      step += 1;
      if (step === unclear.length) return dialog.close();
      dialog.redraw(question());
      return /** @type {HTMLElement | null} */ (document.querySelector(".chooser [data-roving]"))?.focus();
    };
    const question = () => html`<div class="dialog-text"><p>${couldBe(unclear[step]?.handle ?? "")}</p></div>
      <div class="chooser" role="group" aria-label=${couldBe(unclear[step]?.handle ?? "")} @keydown=${rove}>${unclear[step]?.choices.map((choice) => html`
        <button type="button" class="chooser-row" data-roving @click=${() => choose(choice.insert)}>${face(choice)}</button>`)}</div>
      <div class="dialog-buttons"><button class="button" type="button" @click=${() => dialog.close()}>${words.keepWriting}</button></div>`;
    const dialog = openDialog({
      title: words.whomTitle,
      content: question(),
      onClosed: () => resolve(step === unclear.length ? clear : null),
    });
  });
}

/** @param {import("./completion.js").Choice} choice */
function face({ who, label, note }) {
  return html`${who ? avatar(who, "small") : nothing}<span dir="auto">${label}</span>
    ${who?.agent ? html`<span class="badge">${words.agent}</span>` : nothing}${note ? html`<span class="completion-note" dir="auto">${note}</span>` : nothing}`;
}
