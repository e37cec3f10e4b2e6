/**
 * The list of conversations on a tablet: over the place until something is chosen, Escape is pressed, or the page
 * beside it is touched. Meanwhile nothing else takes the focus; then it is where it was.
 */

import { Stops } from "../base/store.js";

const TABLET = matchMedia("(min-width: 600px) and (max-width: 899px)");
const BEHIND = ".skip-links, canopy-banner, .shell > :not(.sidebar)";

export class Drawer {
  /** @param {HTMLElement} opener the button that opens it */
  constructor(opener) {
    this.opener = opener;
    this.shell = /** @type {HTMLElement} */ (opener.closest(".shell"));
    this.sidebar = /** @type {HTMLElement} */ (this.shell.querySelector(".sidebar"));
    this.stops = new Stops();
  }

  open() {
    if (!TABLET.matches || "drawer" in this.shell.dataset) return;
    this.#show(true);
    this.stops.listen(window, "click", (event) => this.#clicked(event), { capture: true });
    this.stops.listen(window, "keydown", (event) => this.#pressed(event), { capture: true });
    for (const type of ["canopy-leave", "popstate"]) this.stops.listen(window, type, () => this.close());
    this.stops.listen(TABLET, "change", () => this.close());
    const row = this.sidebar.querySelector("[aria-current=page]") ?? this.sidebar.querySelector("[data-roving][tabindex='0']");
    /** @type {HTMLElement | null} */ (row)?.focus();
  }

  close() {
    this.stops.run();
    this.#show(false);
    this.opener.focus();
  }

  /** @param {boolean} open */
  #show(open) {
    this.shell.toggleAttribute("data-drawer", open);
    this.opener.ariaExpanded = String(open);
    for (const each of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(BEHIND))) each.inert = open;
  }

  /** What is chosen may ask where to return the focus, so it is given back first. What lies behind is inert, so that a
   *  touch of it is one of the frame. @param {MouseEvent} event */
  #clicked({ target }) {
    if (!(target instanceof Element)) return;
    if (target === this.shell || (this.sidebar.contains(target) && target.closest("a, button"))) this.close();
  }

  /** One layer at a time: what it closes, nothing else may take for its own. @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== "Escape" || event.shiftKey || event.isComposing) return;
    if (document.querySelector("dialog[open], :popover-open")) return;
    event.preventDefault();
    this.close();
  }
}
