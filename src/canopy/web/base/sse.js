/**
 * Server-sent events over fetch, and how long to wait before the next attempt.
 *
 * EventSource hides comments and HTTP errors and reconnects on its own terms; reading the body
 * ourselves shows every byte, which is what tells a silent connection from a quiet one.
 */

/**
 * @typedef {object} Frame
 * @property {string} event
 * @property {string} data
 */

/** Turns text in any pieces into frames. No I/O. */
export class SseParser {
  constructor() {
    this.rest = "";
  }

  /** @param {string} text @returns {Frame[]} */
  receive(text) {
    const blocks = (this.rest + text.replaceAll("\r", "")).split("\n\n");
    this.rest = blocks.pop() ?? "";
    return blocks.map(frameOf).filter((frame) => frame !== null);
  }
}

/** @param {string} block @returns {Frame | null} null for comments and bare ids */
function frameOf(block) {
  let event = "message";
  /** @type {string[]} */
  const data = [];
  for (const line of block.split("\n")) {
    const [name, value] = fieldOf(line);
    if (name === "event") event = value;
    if (name === "data") data.push(value);
  }
  return data.length > 0 || event !== "message" ? { event, data: data.join("\n") } : null;
}

/** @param {string} line @returns {[string, string]} */
function fieldOf(line) {
  const colon = line.indexOf(":");
  if (colon < 0) return [line, ""];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(" ") ? value.slice(1) : value];
}

/** The node answered something else than a stream. */
export class StreamRefused extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`The event stream was refused with ${status}.`);
    this.name = "StreamRefused";
    this.status = status;
  }
}

/**
 * Reads one stream until it ends, goes silent or is aborted. Always ends by throwing or returning.
 * @param {string} url
 * @param {{signal: AbortSignal, silence: number, onOpen: (headers: Headers) => void, onFrames: (frames: Frame[]) => void}} options
 *   silence: milliseconds without a byte after which the connection counts as lost
 */
export async function readStream(url, { signal, silence, onOpen, onFrames }) {
  const lost = new AbortController();
  const both = AbortSignal.any([signal, lost.signal]);
  let lastByte = Date.now();
  const watchdog = setInterval(() => {
    if (Date.now() - lastByte > silence) lost.abort();
  }, 1000);
  try {
    const response = await fetch(url, { signal: both, cache: "no-store", headers: { Accept: "text/event-stream" } });
    if (!response.ok || !response.body) throw new StreamRefused(response.status);
    lastByte = Date.now();
    onOpen(response.headers);
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const parser = new SseParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      lastByte = Date.now();
      const frames = parser.receive(decoder.decode(value, { stream: true }));
      if (frames.length > 0) onFrames(frames);
    }
  } finally {
    clearInterval(watchdog);
  }
}

const FIRST = 500;
const LAST = 15_000;

/** Waiting times between attempts: doubling from 0.5 s to 15 s, spread so that tabs do not march in step. */
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

  /** Something speaks for success: the next waits are short again, as after `attempts`. @param {number} attempts */
  hasten(attempts) {
    this.attempts = Math.min(this.attempts, attempts);
  }
}

/**
 * Sleeps, or wakes early when `wake` is called; the answer is whether it was woken.
 * @returns {{wait: (milliseconds: number) => Promise<boolean>, wake: () => void}}
 */
export function wakeable() {
  let wake = () => {};
  return {
    wait: (milliseconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), milliseconds);
        wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
      }),
    wake: () => wake(),
  };
}
