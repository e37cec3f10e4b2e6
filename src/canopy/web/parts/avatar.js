/** A person's or an agent's face: initials on a fixed hue; the shape tells which of the two it is. */

import { html, nothing } from "../vendor/lit.js";
import { hueOf, initials } from "../base/text.js";

/**
 * Decorative: the name always stands beside it. A picture lies over the initials, which stay when it does not come.
 * @param {{id: string, name: string, agent: boolean, url?: string | null}} who @param {"small" | "normal" | "large"} [size]
 */
export function avatar(who, size = "normal") {
  const classes = `avatar${size === "normal" ? "" : ` is-${size}`}${who.agent ? " is-agent" : ""}`;
  return html`<span class=${classes} data-hue=${hueOf(who.id)} data-user-id=${who.id} aria-hidden="true">${initials(who.name)}${who.url
    ? html`<img src=${who.url} alt="" loading="lazy" decoding="async">`
    : nothing}</span>`;
}
