/**
 * Keeps a list where the reader left it. At the newest row it follows; anywhere else it never moves by
 * itself, whatever is added above or below.
 */

const NEAR = 24; // px from the end that still count as being there
const SOON = 800; // px from either end at which more rows are asked for
const REST = 150; // ms without a scroll after which the reader has come to rest

/**
 * @typedef {object} Hearer
 * @property {(atEnd: boolean) => void} onEnd
 * @property {() => void} onNearStart
 * @property {() => void} onNearEnd
 * @property {() => void} onRest
 */

export class ScrollKeeper {
  /** @param {HTMLElement} scroller @param {HTMLElement} content @param {Hearer} hearer */
  constructor(scroller, content, hearer) {
    this.scroller = scroller;
    this.hearer = hearer;
    this.atEnd = true;
    /** Whether the end of what is loaded is the end of all, so that it may be followed. */
    this.complete = true;
    /** Where the list stood when it was last looked at; only a person moves it up. */
    this.lastTop = 0;
    this.hidden = false;
    /** @type {{element: HTMLElement, top: number} | null} */
    this.anchor = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.resting = undefined;
    this.scrolled = () => this.#scrolled();
    scroller.addEventListener("scroll", this.scrolled, { passive: true });
    this.sizes = new ResizeObserver(() => this.#resized());
    this.sizes.observe(scroller);
    this.sizes.observe(content);
  }

  stop() {
    clearTimeout(this.resting);
    this.scroller.removeEventListener("scroll", this.scrolled);
    this.sizes.disconnect();
  }

  /** Before the rows change: remember the first one in view. @param {boolean} [complete] */
  capture(complete = true) {
    this.anchor = null;
    if (!complete) [this.atEnd, this.complete] = [false, false];
    this.#look();
    if (!this.atEnd) this.anchor = this.firstInView();
    this.complete = complete;
  }

  /** @returns {{element: HTMLElement, top: number} | null} */
  firstInView() {
    const edge = this.scroller.getBoundingClientRect().top;
    for (const element of this.scroller.querySelectorAll("article")) {
      const { top, bottom } = element.getBoundingClientRect();
      if (bottom > edge) return { element, top };
    }
    return null;
  }

  /** After they changed: put it back where it was. */
  restore() {
    if (this.atEnd) return this.toEnd();
    if (this.anchor?.element.isConnected && !this.hidden) {
      const moved = this.anchor.element.getBoundingClientRect().top - this.anchor.top;
      if (moved !== 0) this.scroller.scrollTop += moved;
      this.lastTop = this.scroller.scrollTop;
    }
    return this.askMore();
  }

  toEnd() {
    if (this.hidden) return;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.lastTop = this.scroller.scrollTop;
    this.#setEnd(this.complete);
    this.askMore();
  }

  /** @param {HTMLElement} element */
  toMiddle(element) {
    const { top, height } = element.getBoundingClientRect();
    const view = this.scroller.getBoundingClientRect();
    this.#goBy(top + height / 2 - view.top - view.height / 2);
  }

  /** Puts an element at a distance from the upper edge. @param {HTMLElement} element @param {number} offset */
  toOffset(element, offset) {
    this.#goBy(element.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - offset);
  }

  /** At the end only when there is nothing to scroll; else as soon as somebody scrolls towards them. */
  askMore() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const near = this.atEnd ? scrollHeight <= clientHeight : scrollTop < SOON;
    if (clientHeight > 0 && near) this.hearer.onNearStart();
    if (clientHeight > 0 && !this.complete && scrollHeight - clientHeight - scrollTop < SOON) this.hearer.onNearEnd();
  }

  /** @param {number} distance */
  #goBy(distance) {
    this.#setEnd(false);
    this.scroller.scrollTop += distance;
    this.lastTop = this.scroller.scrollTop;
    this.#look();
    this.askMore();
  }

  /** Hidden behind a panel on a narrow screen it has no size; shown again it stands where it stood. */
  #resized() {
    const { clientHeight } = this.scroller;
    if (clientHeight > 0 && this.hidden && !this.atEnd) this.scroller.scrollTop = this.lastTop;
    this.hidden = clientHeight === 0;
    this.#look();
    if (this.atEnd) this.toEnd();
  }

  #scrolled() {
    this.#look();
    this.askMore();
    clearTimeout(this.resting);
    this.resting = setTimeout(this.hearer.onRest, REST);
  }

  /**
   * The event of a scroll comes later than the scroll, so every change looks for itself. The end may also
   * move away from the reader (a new row, a smaller window): that alone does not mean that they left it.
   */
  #look() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    if (clientHeight === 0) return;
    const near = this.complete && scrollHeight - clientHeight - scrollTop <= NEAR;
    if (near) this.#setEnd(true);
    else if (scrollTop < this.lastTop || !this.complete) this.#setEnd(false);
    this.lastTop = scrollTop;
  }

  /** @param {boolean} atEnd */
  #setEnd(atEnd) {
    if (this.atEnd === atEnd) return;
    this.atEnd = atEnd;
    this.hearer.onEnd(atEnd);
  }
}
