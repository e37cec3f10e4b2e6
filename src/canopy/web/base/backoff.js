/** Waiting times between attempts: doubling from 0.5 s to 15 s, spread so that tabs do not march in step. */

const FIRST = 500;
const LAST = 15_000;

export class Backoff {
  constructor() {
    this.attempts = 0;
  }

  /** The next wait in milliseconds. */
  next() {
    const ceiling = Math.min(LAST, FIRST * 2 ** this.attempts);
    this.attempts += 1;
    return Math.max(FIRST, Math.round(ceiling * (0.6 + 0.4 * Math.random())));
  }

  reset() {
    this.attempts = 0;
  }
}

/**
 * Sleeps, or wakes early when `wake` is called.
 * @returns {{wait: (milliseconds: number) => Promise<void>, wake: () => void}}
 */
export function wakeable() {
  let wake = () => {};
  return {
    wait: (milliseconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    wake: () => wake(),
  };
}
