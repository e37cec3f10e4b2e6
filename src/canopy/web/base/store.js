/** What changes and who hears of it: one observable value, what to stop, and one reading at a time. */

const REST = 200; // ms between two calls, however often one asks

/** One observable value. The smallest thing that lets a model be drawn without knowing who draws it. */

/** @template T */
export class Store {
  /** @param {T} value */
  constructor(value) {
    /** @type {T} */
    this.value = value;
    /** @type {Set<(value: T) => void>} */
    this.listeners = new Set();
  }

  /** @param {T} value */
  set(value) {
    this.value = value;
    for (const listener of [...this.listeners]) listener(value);
  }

  /**
   * @param {(value: T) => void} listener called on every change, not for the value of now
   * @returns {() => void} stops it
   */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** Collects what must be stopped later, so that teardown mirrors setup. */
export class Stops {
  constructor() {
    /** @type {(() => void)[]} */
    this.fns = [];
  }

  /** @param {...(() => void)} fns */
  add(...fns) {
    this.fns.push(...fns);
  }

  /**
   * @template {keyof WindowEventMap} K
   * @param {EventTarget} target @param {K | string} type @param {(event: any) => void} fn
   * @param {AddEventListenerOptions} [options]
   */
  listen(target, type, fn, options) {
    target.addEventListener(type, fn, options);
    this.fns.push(() => target.removeEventListener(type, fn, options));
  }

  /** @param {() => void} fn @param {number} milliseconds */
  every(fn, milliseconds) {
    const timer = setInterval(fn, milliseconds);
    this.fns.push(() => clearInterval(timer));
  }

  run() {
    for (const fn of this.fns.splice(0).reverse()) fn();
  }
}

/** Runs one call at a time; whoever asks meanwhile shares the next one. */
export class Coalesced {
  /** @param {() => Promise<void>} call never throws */
  constructor(call) {
    this.call = call;
    this.stopped = false;
    /** @type {Promise<void> | null} */
    this.now = null;
    /** @type {Promise<void> | null} */
    this.next = null;
  }

  stop() {
    this.stopped = true;
  }

  /** @returns {Promise<void>} */
  run() {
    if (this.stopped) return Promise.resolve();
    if (this.now) return (this.next ??= this.now.then(rest).then(() => this.#begin()));
    return this.#begin();
  }

  #begin() {
    this.next = null;
    this.now = this.stopped ? Promise.resolve() : this.call();
    const mine = this.now;
    return mine.finally(() => {
      if (this.now === mine) this.now = null;
    });
  }
}

function rest() {
  return new Promise((resolve) => setTimeout(resolve, REST));
}
