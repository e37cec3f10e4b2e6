/**
 * Keeps a list where the reader left it. At the newest row it follows; anywhere else it never moves by
 * itself, whatever is added above or below.
 */

const NEAR = 24; // px from the end that still count as being there
const SOON = 800; // px from the beginning at which older rows are asked for

export class ScrollKeeper {
  /**
   * @param {HTMLElement} scroller @param {HTMLElement} content
   * @param {{onEnd: (atEnd: boolean) => void, onNearStart: () => void}} hearer
   */
  constructor(scroller, content, hearer) {
    this.scroller = scroller;
    this.hearer = hearer;
    this.atEnd = true;
    /** @type {{element: Element, top: number} | null} */
    this.anchor = null;
    this.scrolled = () => this.#look();
    scroller.addEventListener("scroll", this.scrolled, { passive: true });
    this.sizes = new ResizeObserver(() => this.atEnd && this.toEnd());
    this.sizes.observe(scroller);
    this.sizes.observe(content);
  }

  stop() {
    this.scroller.removeEventListener("scroll", this.scrolled);
    this.sizes.disconnect();
  }

  /** Before the rows change: remember the first one in view. */
  capture() {
    this.anchor = null;
    if (this.atEnd) return;
    const edge = this.scroller.getBoundingClientRect().top;
    for (const element of this.scroller.querySelectorAll("article")) {
      const { top, bottom } = element.getBoundingClientRect();
      if (bottom > edge) {
        this.anchor = { element, top };
        return;
      }
    }
  }

  /** After they changed: put it back where it was. */
  restore() {
    if (this.atEnd) return this.toEnd();
    if (this.anchor?.element.isConnected) {
      const moved = this.anchor.element.getBoundingClientRect().top - this.anchor.top;
      if (moved !== 0) this.scroller.scrollTop += moved;
    }
    return this.askOlder();
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#setEnd(true);
    this.askOlder();
  }

  /** At the end only when there is nothing to scroll; else as soon as somebody scrolls towards them. */
  askOlder() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const near = this.atEnd ? scrollHeight <= clientHeight : scrollTop < SOON;
    if (clientHeight > 0 && near) this.hearer.onNearStart();
  }

  #look() {
    const left = this.scroller.scrollHeight - this.scroller.clientHeight - this.scroller.scrollTop;
    this.#setEnd(left <= NEAR);
    this.askOlder();
  }

  /** @param {boolean} atEnd */
  #setEnd(atEnd) {
    if (this.atEnd === atEnd) return;
    this.atEnd = atEnd;
    this.hearer.onEnd(atEnd);
  }
}
