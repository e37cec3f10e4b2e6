/**
 * Keeps a list where the reader left it, and the focus in it. At the newest row it follows; anywhere else it never
 * moves by itself, whatever is added or cut off above or below.
 */

const NEAR = 24; // px from the end that still count as being there
const SOON = 1200; // px from either end at which more rows are asked for: a quarter of a second of a wheel that races
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
    this.lastScroll = 0;
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
    if (!this.atEnd) this.anchor = this.#steadyInView();
    this.complete = complete;
  }

  /** Found by halves, because each frame that changes the rows looks for it. @returns {{element: HTMLElement, top: number} | null} */
  firstInView() {
    const edge = this.scroller.getBoundingClientRect().top;
    const rows = this.scroller.querySelectorAll("article");
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Number(rows[middle]?.getBoundingClientRect().bottom) > edge) high = middle;
      else low = middle + 1;
    }
    const element = rows[low];
    return element ? { element, top: element.getBoundingClientRect().top } : null;
  }

  /** The first one in view, but not the very first: that loses its divider and its name line to those that come above it. */
  #steadyInView() {
    const first = this.firstInView();
    if (first?.element !== this.scroller.querySelector("article")) return first;
    const next = /** @type {HTMLElement | null} */ (this.scroller.querySelector("article + article"));
    return next ? { element: next, top: next.getBoundingClientRect().top } : first;
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
    const back = clientHeight > 0 && this.hidden;
    if (back && !this.atEnd) this.scroller.scrollTop = this.lastTop;
    this.hidden = clientHeight === 0;
    this.#look();
    if (this.atEnd) this.toEnd();
    else if (back) this.askMore();
  }

  #scrolled() {
    this.#look();
    this.askMore();
    this.lastScroll = performance.now();
    this.resting ??= setTimeout(this.#rest, REST);
  }

  /** One timer for all scrolls of a way: to set it anew for each would cost more than the rest of what is done for one. */
  #rest = () => {
    const left = this.lastScroll + REST - performance.now();
    this.resting = left > 0 ? setTimeout(this.#rest, left) : undefined;
    if (left <= 0) this.hearer.onRest();
  };

  /** Whether the rows pass by just now. */
  get moving() {
    return this.resting !== undefined;
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

/** Hands the focus on when the row that has it goes: to the one that comes after it, or else before it. */
export class FocusKeeper {
  /** @param {HTMLElement} list */
  constructor(list) {
    this.list = list;
    /** The row that has the focus, and all others from the nearest on. @type {HTMLElement[]} */
    this.held = [];
  }

  /** Before the rows change. */
  capture() {
    const article = document.activeElement?.closest("article");
    this.held = [];
    if (!article || !this.list.contains(article)) return;
    const rows = [...this.list.querySelectorAll("article")];
    const here = rows.indexOf(article);
    this.held = [...rows.slice(here), ...rows.slice(0, here).reverse()];
  }

  /** After they changed. */
  restore() {
    if (this.held[0]?.isConnected !== false) return;
    this.held.find((row) => row.isConnected)?.focus({ preventScroll: true });
  }
}
