/** The dialog that makes a channel. */

import { html, nothing } from "../../vendor/lit.js";
import { ApiError, Unreachable } from "../../base/api.js";
import { fill } from "../../base/language.js";
import { openDialog } from "../../parts/dialog.js";
import { field, valuesOf } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { hrefOf } from "./sidebar.js";
import { words } from "./strings.js";

const NAME_LENGTH = 80;
const TEXT_LENGTH = 500;

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {{name: string, error: string, nameError: string, busy: boolean}} State */

/** @param {SignedInApp} app */
export function askForChannel(app) {
  /** Only when the dialog has given the focus back, or it would take it from the new channel. */
  let then = () => {};
  /** @type {State} */
  const state = { name: "", error: "", nameError: "", busy: false };
  const draw = (/** @type {Partial<State>} */ change) => dialog.redraw(content(Object.assign(state, change)));
  const content = (/** @type {State} */ now) => form(now, { draw, submit, close: () => dialog.close() });
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    if (state.busy) return;
    if (!state.name) return draw({ nameError: words.nameNeeded });
    draw({ busy: true, error: "", nameError: "" });
    try {
      const description = valuesOf(/** @type {HTMLFormElement} */ (event.target)).description ?? "";
      const { channel } = await app.api.post("/channels", { name: state.name, description });
      await app.reloadChannels();
      then = () => app.router.go(hrefOf(channel), { write: true });
      dialog.close();
    } catch (error) {
      draw({ busy: false, ...explained(error) });
    }
  };
  const dialog = openDialog({ title: words.newTitle, content: content(state), onClosed: () => then() });
}

/** @param {State} state @param {{draw: (change: Partial<State>) => void, submit: (event: SubmitEvent) => void, close: () => void}} acts */
function form(state, { draw, submit, close }) {
  const hint = state.name ? fill(words.nameHint, { name: state.name }) : words.nameHintEmpty;
  return html`<form class="stack" novalidate @submit=${submit}>
    ${field({
      name: "name", label: words.name, hint, error: state.nameError, plain: true, autocomplete: "off", required: true, most: NAME_LENGTH,
      onInput: (value) => draw({ name: channelName(value), nameError: "" }),
    })}
    ${field({ name: "description", label: words.purpose, hint: words.purposeHint, autocomplete: "off", most: TEXT_LENGTH })}
    <p class="strip is-note">${icon("hash")}<span>${words.openMeaning}</span></p>
    ${state.error ? html`<p class="field-error" role="alert">${state.error}</p>` : nothing}
    <div class="dialog-buttons">
      <button class="button" type="button" @click=${close}>${words.cancel}</button>
      <button class="button is-primary" type="submit" aria-busy=${state.busy ? "true" : "false"}>${words.make}</button>
    </div>
  </form>`;
}

/** What a channel will be called: one word in lower case. @param {string} text */
export function channelName(text) {
  return text.trim().replace(/^#+/u, "").toLocaleLowerCase().replace(/\s+/gu, "-").replace(/-{2,}/gu, "-").slice(0, NAME_LENGTH);
}

/** @param {unknown} error @returns {Partial<State>} */
function explained(error) {
  if (error instanceof Unreachable) return { error: words.unreachable };
  if (!(error instanceof ApiError)) throw error;
  return error.status === 409 ? { nameError: error.message } : { error: error.message };
}
