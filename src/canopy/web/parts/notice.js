/** Empty, loading and failed places: one sentence of fact, one of what to do, one button. */

import { html, nothing } from "../vendor/lit.js";
import { ApiError } from "../base/api.js";
import { words } from "./strings.js";

/** @typedef {{label: string, act: () => void}} Action */

/**
 * @param {string} fact @param {string} advice
 * @param {{action?: Action, technical?: string, heading?: "h1" | "h2"}} [more]
 */
export function notice(fact, advice, { action, technical, heading = "h2" } = {}) {
  return html`<div class="notice" role=${technical ? "alert" : "note"}>
    ${heading === "h1" ? html`<h1 tabindex="-1">${fact}</h1>` : html`<h2>${fact}</h2>`}
    <p>${advice}</p>
    ${action ? html`<button class="button" type="button" @click=${action.act}>${action.label}</button>` : nothing}
    ${technical ? html`<details><summary>${words.technical}</summary>${technical}</details>` : nothing}
  </div>`;
}

/** @param {string} fact @param {string} advice @param {unknown} error @param {() => void} retry */
export function failure(fact, advice, error, retry) {
  return notice(fact, advice, { action: { label: words.retry, act: retry }, technical: technicalLine(error) });
}

/** @param {unknown} error */
export function technicalLine(error) {
  if (error instanceof ApiError) {
    return [error.status, error.code, error.message, error.body.request_id].filter(Boolean).join(" · ");
  }
  return error instanceof Error ? error.message : String(error);
}

/** Rows of the final height while the first answer is on its way. @param {number} rows */
export function skeleton(rows) {
  const row = html`<div class="skeleton" aria-hidden="true">
    <span class="skeleton-face"></span>
    <span class="skeleton-lines"><span class="skeleton-name"></span><span class="skeleton-line"></span></span>
  </div>`;
  return Array.from({ length: rows }, () => row);
}
