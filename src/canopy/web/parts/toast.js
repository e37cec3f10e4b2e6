/** A line that says what could not be seen otherwise: one at a time, gone after a while, kept while it is used. */

import { html, nothing, render } from "../vendor/lit.js";

const SHOWN = 6000; // ms

/** @type {HTMLElement | null} */
let place = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** How long the present one stays. */
let span = SHOWN;

/** @param {string} text @param {{label: string, act: () => void}} [action] @param {number} [shown] ms */
export function toast(text, action, shown = SHOWN) {
  span = shown;
  const box = host();
  render(html`<div class="toast">${text}${action
    ? html`<button type="button" @click=${() => close(action.act)}>${action.label}</button>`
    : nothing}</div>`, box);
  arm();
}

/** It must be there before it speaks, or nobody hears it. */
function host() {
  if (place?.isConnected) return place;
  place = document.createElement("div");
  place.className = "toasts";
  place.setAttribute("role", "status");
  place.addEventListener("pointerenter", () => clearTimeout(timer));
  place.addEventListener("focusin", () => clearTimeout(timer));
  place.addEventListener("pointerleave", arm);
  place.addEventListener("focusout", arm);
  document.body.append(place);
  return place;
}

function arm() {
  clearTimeout(timer);
  timer = setTimeout(() => close(), span);
}

/** @param {() => void} [act] */
function close(act) {
  clearTimeout(timer);
  place?.remove();
  act?.();
}
