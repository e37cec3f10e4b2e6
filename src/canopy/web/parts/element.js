/** The base of our elements: drawn in the light DOM, so that one style sheet and plain queries reach all. */

import { LitElement } from "../vendor/lit.js";
import { Stops } from "../base/store.js";

export class LightElement extends LitElement {
  constructor() {
    super();
    /** What to stop when the element leaves the page. */
    this.stops = new Stops();
  }

  createRenderRoot() {
    return this;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stops.run();
  }

  /**
   * Draws again whenever one of the stores changes.
   * @param {...import("../base/store.js").Store<any>} stores
   */
  follow(...stores) {
    for (const store of stores) this.stops.add(store.subscribe(() => this.requestUpdate()));
  }
}
