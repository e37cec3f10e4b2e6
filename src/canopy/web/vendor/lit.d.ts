// What `lit.js` exports, for the type check only: tools/types installs lit's own declarations.
export { LitElement, html, svg, render, nothing, noChange } from "lit";
export type { PropertyValues, TemplateResult, SVGTemplateResult } from "lit";
export { repeat } from "lit/directives/repeat.js";
export { classMap } from "lit/directives/class-map.js";
export { styleMap } from "lit/directives/style-map.js";
export { live } from "lit/directives/live.js";
export { ifDefined } from "lit/directives/if-defined.js";
