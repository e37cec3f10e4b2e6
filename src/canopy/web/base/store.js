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
