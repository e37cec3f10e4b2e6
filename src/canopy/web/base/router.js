/**
 * Addresses. Everything a person can stand on has one; Back and Forward are the browser's own.
 *
 * A route is a pattern such as "/c/:channel" and what to do with it. The router knows nothing of
 * screens: it reports which pattern matched, and main.js mounts.
 */

/** @typedef {import("./types.js").Params} Params */
/**
 * @template T
 * @typedef {{pattern: string, target: T}} Route
 */

/**
 * @template T
 * @param {Route<T>[]} routes @param {string} path
 * @returns {{target: T, params: Params} | null}
 */
export function match(routes, path) {
  const parts = split(path);
  for (const { pattern, target } of routes) {
    const params = fit(split(pattern), parts);
    if (params) return { target, params };
  }
  return null;
}

/** @param {string} path */
function split(path) {
  return path.split("/").filter((part) => part !== "");
}

/** @param {string[]} pattern @param {string[]} parts @returns {Params | null} */
function fit(pattern, parts) {
  if (pattern.length !== parts.length) return null;
  /** @type {Params} */
  const params = {};
  for (const [index, piece] of pattern.entries()) {
    const part = parts[index] ?? "";
    if (piece.startsWith(":")) params[piece.slice(1)] = decoded(part);
    else if (piece !== part) return null;
  }
  return params;
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray % in a hand-written address
  }
}

export class Router {
  constructor() {
    /** @type {(path: string, how: "load" | "link" | "history") => void} */
    this.onChange = () => {};
    addEventListener("popstate", () => this.onChange(this.path, "history"));
    document.addEventListener("click", (event) => this.#clicked(event));
  }

  get path() {
    return location.pathname;
  }

  /** @param {string} path @param {Record<string, unknown> | null} [state] what the entry remembers */
  go(path, state = null) {
    dispatchEvent(new Event("canopy-leave")); // whoever remembers where the reader was does it now
    if (path !== location.pathname + location.search) history.pushState(state, "", path);
    this.onChange(this.path, "link");
  }

  /** @param {string} path */
  replace(path) {
    history.replaceState(null, "", path);
    this.onChange(this.path, "link");
  }

  /** Plain clicks on our own links stay in the page. @param {MouseEvent} event */
  #clicked(event) {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(link instanceof HTMLAnchorElement) || link.target || link.origin !== location.origin) return;
    if (link.getAttribute("href")?.startsWith("#") || link.pathname.startsWith("/api/")) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}
