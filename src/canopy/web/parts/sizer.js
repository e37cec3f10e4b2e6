/** The edge between the list and the place, which a pointer moves; the settings have the same as a slider. */

import { html } from "../vendor/lit.js";
import { preferences, prefer, SIDEBAR } from "../base/preferences.js";

/** @param {string} label */
export function sizer(label) {
  return html`<div class="sizer" title=${label} aria-hidden="true" @pointerdown=${grab} @dblclick=${() => prefer({ sidebar: SIDEBAR.usual })}></div>`;
}

/** @param {PointerEvent} event */
function grab(event) {
  const edge = /** @type {HTMLElement} */ (event.currentTarget);
  const start = preferences.value.sidebar;
  const from = event.clientX;
  const sign = getComputedStyle(edge).direction === "rtl" ? -1 : 1;
  const move = (/** @type {PointerEvent} */ moved) => {
    const wanted = start + sign * (moved.clientX - from);
    prefer({ sidebar: Math.round(Math.max(SIDEBAR.least, Math.min(SIDEBAR.most, wanted))) });
  };
  edge.setPointerCapture(event.pointerId);
  edge.addEventListener("pointermove", move);
  edge.addEventListener("lostpointercapture", () => edge.removeEventListener("pointermove", move), { once: true });
}
