/**
 * Calls to the node: JSON in, JSON out, problems as exceptions.
 *
 * An answer outside 2xx becomes ApiError with the node's own code and sentence; no answer at all
 * becomes Unreachable. Nothing is retried here: whoever calls knows whether that is safe.
 */

const BASE = "/api/v1";
const PATIENCE = 20_000; // ms; longer than any local call takes, shorter than a person's patience

/** The node answered, and the answer was no. */
export class ApiError extends Error {
  /** @param {number} status @param {Record<string, any>} body @param {number | null} retryAfter seconds */
  constructor(status, body, retryAfter) {
    super(String(body.detail || body.error || body.message || `The node answered ${status}.`));
    this.name = "ApiError";
    this.status = status;
    this.code = String(body.code ?? "");
    this.body = body;
    this.retryAfter = retryAfter;
  }

  /** @returns {{field: string, code: string, detail?: string}[]} */
  get fields() {
    return Array.isArray(this.body.errors) ? this.body.errors : [];
  }
}

/** No answer: the node is stopped, the network is gone, or the call took too long. */
export class Unreachable extends Error {
  /** @param {unknown} cause */
  constructor(cause) {
    super("The node cannot be reached.", { cause });
    this.name = "Unreachable";
  }
}

/**
 * @typedef {object} CallOptions
 * @property {unknown} [body]
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 * @property {boolean} [keepalive] whether the call may outlive the page
 */

export class Api {
  constructor() {
    this.csrf = "";
    /** Called once per refused call when the session is gone. @type {() => void} */
    this.onSignedOut = () => {};
    /** Called when the node could not write something down. @type {() => void} */
    this.onNotSaved = () => {};
    /** Answers that came with the page, each good for one question. @type {Record<string, any>} */
    this.first = firstAnswers();
  }

  /** @param {string} path @param {CallOptions} [options] */
  async get(path, options) {
    const { [path]: known, ...rest } = this.first;
    if (known === undefined) return this.call("GET", path, options);
    this.first = rest;
    return known;
  }

  /** What nobody has asked for by now is old. */
  forgetFirst() {
    this.first = {};
  }

  /** @param {string} path @param {unknown} body @param {CallOptions} [options] */
  post(path, body, options) {
    return this.call("POST", path, { ...options, body });
  }

  /** @param {string} path @param {unknown} body @param {CallOptions} [options] */
  patch(path, body, options) {
    return this.call("PATCH", path, { ...options, body });
  }

  /** @param {string} path @param {CallOptions} [options] */
  put(path, options) {
    return this.call("PUT", path, options);
  }

  /** @param {string} path @param {CallOptions} [options] */
  delete(path, options) {
    return this.call("DELETE", path, options);
  }

  /**
   * @param {string} method @param {string} path @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  async call(method, path, options = {}) {
    const response = await this.#send(method, path, options);
    if (response.status === 403 && (await staleToken(response)) && (await this.#renew())) {
      return this.#read(await this.#send(method, path, options), path);
    }
    return this.#read(response, path);
  }

  /**
   * Follows `next_cursor` and yields each page.
   * @param {string} path with its query @param {number} [most] pages
   */
  async *pages(path, most = 20) {
    let cursor = "";
    for (let page = 0; page < most; page += 1) {
      const answer = await this.get(cursor ? `${path}&cursor=${encodeURIComponent(cursor)}` : path);
      yield answer;
      if (!answer.has_more || !answer.next_cursor) return;
      cursor = answer.next_cursor;
    }
  }

  /** @param {string} method @param {string} path @param {CallOptions} options */
  async #send(method, path, { body, headers, signal, keepalive = false }) {
    const clock = AbortSignal.timeout(PATIENCE);
    try {
      return await fetch(BASE + path, {
        method,
        credentials: "same-origin",
        cache: "no-store",
        keepalive,
        signal: signal ? AbortSignal.any([signal, clock]) : clock,
        headers: {
          Accept: "application/json, application/problem+json",
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...(method === "GET" || !this.csrf ? {} : { "X-CSRFToken": this.csrf }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Unreachable(error);
    }
  }

  /** @param {Response} response @param {string} path */
  async #read(response, path) {
    const body = await jsonOf(response);
    if (response.ok) return body;
    if (body.code === "storage_failed") this.onNotSaved();
    if (response.status === 401 && !path.startsWith("/session")) this.onSignedOut();
    throw new ApiError(response.status, body, secondsOf(response.headers.get("Retry-After")));
  }

  /** Another tab may have signed in again: the cookie is then newer than our token. */
  async #renew() {
    const response = await this.#send("GET", "/session", {});
    if (!response.ok) return false;
    this.csrf = (await jsonOf(response)).csrf_token ?? "";
    return true;
  }
}

/** @returns {Record<string, any>} by path */
function firstAnswers() {
  const block = document.getElementById("first");
  block?.remove();
  return block?.textContent ? JSON.parse(block.textContent) : {};
}

/** @param {Response} response @returns {Promise<Record<string, any>>} */
async function jsonOf(response) {
  try {
    return (await response.json()) ?? {};
  } catch {
    return {};
  }
}

/** @param {Response} response */
async function staleToken(response) {
  return String((await jsonOf(response.clone())).code ?? "").includes("csrf");
}

/** @param {string | null} header @returns {number | null} */
function secondsOf(header) {
  const seconds = Number.parseFloat(header ?? "");
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
