/** One setting: its name, what changes it, whether it was saved, and the way back to the usual. It saves itself. */

import { html, nothing } from "../../vendor/lit.js";
import { DEFAULTS, preferences, prefer } from "../../base/preferences.js";
import { icon } from "../../parts/icons.js";
import { resetName, words } from "./strings.js";

/** @typedef {import("../../base/preferences.js").Preferences} Preferences */
/** @typedef {keyof Preferences} Name */
/** @typedef {{label: string, hint?: string, said?: string, after?: () => void}} More */

/** @param {Name} name @param {Preferences[Name]} value @param {More} more */
function save(name, value, { after }) {
  prefer({ [name]: value });
  after?.();
}

/** @param {Name} name @param {More} more @param {unknown} control */
function row(name, { label, hint, said = "", after }, control) {
  const unusual = preferences.value[name] !== DEFAULTS[name];
  return html`<div class="setting" id="setting-${name}" role="group" aria-labelledby="label-${name}">
    <div class="setting-words"><span class="setting-label" id="label-${name}">${label}</span>${hint ? html`<p class="quiet" id="hint-${name}">${hint}</p>` : nothing}</div>
    <div class="setting-control">${control}
      ${unusual
        ? html`<button class="icon-button" type="button" aria-label=${resetName(label)} title=${words.reset} @click=${() => save(name, DEFAULTS[name], { label, ...(after ? { after } : {}) })}>${icon("back")}</button>`
        : nothing}</div>
    <span class="said" role="status">${said}</span>
  </div>`;
}

/** @param {Name} name @param {More} more @param {[Preferences[Name], string][]} choices */
export function choice(name, more, choices) {
  const chosen = preferences.value[name];
  return row(name, more, html`<div class="segments" role="radiogroup" aria-labelledby="label-${name}">${choices.map(([value, label]) => html`
    <button type="button" role="radio" aria-checked=${chosen === value ? "true" : "false"} aria-pressed=${nothing}
      tabindex=${chosen === value ? 0 : -1} @keydown=${turn} @click=${() => save(name, value, more)}>${label}</button>`)}</div>`);
}

/** @param {KeyboardEvent} event */
function turn(event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const button = /** @type {HTMLElement} */ (event.currentTarget);
  const all = /** @type {HTMLElement[]} */ ([...(button.parentElement?.querySelectorAll("[role=radio]") ?? [])]);
  if (!step || all.length === 0) return;
  event.preventDefault();
  const next = all[(all.indexOf(button) + step + all.length) % all.length];
  next?.click();
  next?.focus();
}

/** @param {Name} name @param {More} more */
export function toggle(name, more) {
  const on = preferences.value[name] === true;
  return row(name, more, html`<button class="switch" type="button" role="switch" aria-checked=${on ? "true" : "false"}
    aria-labelledby="label-${name}" aria-describedby=${more.hint ? `hint-${name}` : nothing} @click=${() => save(name, !on, more)}><span></span></button>`);
}

/** @param {"size" | "sidebar"} name @param {More} more @param {{least: number, most: number, step: number, say: (n: number) => string}} range */
export function slider(name, more, { least, most, step, say }) {
  const value = preferences.value[name];
  return row(name, more, html`<input class="slider" type="range" min=${least} max=${most} step=${step} .value=${String(value)} aria-labelledby="label-${name}"
    aria-valuetext=${say(value)} @input=${(/** @type {any} */ event) => save(name, Number(event.target.value), more)}><output>${say(value)}</output>`);
}
