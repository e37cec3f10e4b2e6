/** A person's or an agent's face: initials on a fixed hue; the shape tells which of the two it is. */

import { html } from "../vendor/lit.js";
import { hueOf, initials } from "../base/text.js";

/**
 * Decorative: the name always stands beside it.
 * @param {{id: string, name: string, agent: boolean}} who @param {"small" | "normal"} [size]
 */
export function avatar(who, size = "normal") {
  const classes = `avatar${size === "small" ? " is-small" : ""}${who.agent ? " is-agent" : ""}`;
  return html`<span class=${classes} data-hue=${hueOf(who.id)} aria-hidden="true">${initials(who.name)}</span>`;
}
