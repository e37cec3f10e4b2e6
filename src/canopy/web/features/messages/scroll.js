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
    /** Where the list stood when it was last looked at; only a person moves it up. */
    this.lastTop = 0;
    /** @type {{element: Element, top: number} | null} */
    this.anchor = null;
    this.scrolled = () => this.#scrolled();
    scroller.addEventListener("scroll", this.scrolled, { passive: true });
    this.sizes = new ResizeObserver(() => {
      this.#look();
      if (this.atEnd) this.toEnd();
    });
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
    this.#look();
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
      this.lastTop = this.scroller.scrollTop;
    }
    return this.askOlder();
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.lastTop = this.scroller.scrollTop;
    this.#setEnd(true);
    this.askOlder();
  }

  /** At the end only when there is nothing to scroll; else as soon as somebody scrolls towards them. */
  askOlder() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const near = this.atEnd ? scrollHeight <= clientHeight : scrollTop < SOON;
    if (clientHeight > 0 && near) this.hearer.onNearStart();
  }

  #scrolled() {
    this.#look();
    this.askOlder();
  }

  /**
   * The event of a scroll comes later than the scroll, so every change looks for itself. The end may also
   * move away from the reader (a new row, a smaller window): that alone does not mean that they left it.
   */
  #look() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const near = scrollHeight - clientHeight - scrollTop <= NEAR;
    if (near) this.#setEnd(true);
    else if (scrollTop < this.lastTop) this.#setEnd(false);
    this.lastTop = scrollTop;
  }

  /** @param {boolean} atEnd */
  #setEnd(atEnd) {
    if (this.atEnd === atEnd) return;
    this.atEnd = atEnd;
    this.hearer.onEnd(atEnd);
  }
}
