/**
 * What is on the page of a person who is signed in: the frame, the screen of the address, and the panel beside it.
 *
 * A screen stays while it takes the next address over, so that opening a panel neither draws it anew nor loses what
 * was typed.
 */

import { match } from "./base/router.js";
import * as storage from "./base/storage.js";
import { mark } from "./base/time.js";
import { failure, notice } from "./parts/notice.js";
import { frameWords as words } from "./parts/strings.js";
import { INSIDE, MOVED } from "./routes.js";
import { nothing, render } from "./vendor/lit.js";

/** @typedef {import("./base/types.js").Screen} Screen */
/** @typedef {import("./base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("./base/types.js").Params} Params */
/** @typedef {import("./routes.js").Place} Place */
/** @typedef {"load" | "link" | "history"} How */
/** @typedef {{screen: Screen | null, key: string}} Shown */
/** @typedef {{channel: string | null, panel: string | null}} Frame */

const NARROW = matchMedia("(max-width: 599px)"); // where the list of conversations is a page
const HOME = "general";
const MOST_CALLS = 99;

export class Visits {
  /**
   * @param {HTMLElement} root @param {SignedInApp} app
   * @param {{named: (text: string) => string | null, onNamed: () => void, want: (id: string) => void, calls: () => number}} channels
   * @param {(frame: Frame) => void} draw draws the frame
   */
  constructor(root, app, channels, draw) {
    this.root = root;
    this.app = app;
    this.channels = channels;
    this.draw = draw;
    this.last = `last.${app.me.user_id}`;
    /** @type {Shown} */
    this.main = { screen: null, key: "" };
    /** @type {Shown} */
    this.panel = { screen: null, key: "" };
    this.path = "";
    /** What the address of now named. @type {Place | null} */
    this.place = null;
    /** Who opened the panel and gets the focus back. @type {Element | null} */
    this.opener = null;
    /** How one came to an address whose channel is not known by its name yet. @type {How | null} */
    this.awaiting = null;
    channels.onNamed = () => this.awaiting && this.go(app.router.path, this.awaiting);
    this.narrowed = () => app.router.path === "/" && this.go("/", "load");
    NARROW.addEventListener("change", this.narrowed);
  }

  stop() {
    this.awaiting = null;
    NARROW.removeEventListener("change", this.narrowed);
    leave(this.panel);
    leave(this.main);
    retitle("");
  }

  /** The names of channels are known now: an address that used one becomes that of the channel. */
  settle() {
    const { path } = this.app.router;
    const called = match(INSIDE, path)?.params.channel;
    if (called && (this.main.screen === null || this.channels.named(called) !== called)) this.go(path, "load");
  }

  /** Keeps the conversation of the address for the next time; one that is not there is nobody's home. */
  remember() {
    const id = match(INSIDE, this.app.router.path)?.params.channel;
    if (id && this.#known(id) && storage.read(this.last) !== id) storage.write(this.last, id);
  }

  #home() {
    const id = storage.read(this.last);
    return id !== null && (this.app.channels.value === null || this.#known(id)) ? id : HOME;
  }

  /** @param {string} id */
  #known(id) {
    return this.app.channels.value?.some((channel) => channel.id === id) ?? false;
  }

  /** @param {string} path @param {How} how @returns {void} */
  go(path, how) {
    if (MOVED.has(path) || (path === "/" && !(NARROW.matches && how !== "load"))) {
      history.replaceState(null, "", `/c/${encodeURIComponent(this.#home())}`);
      return this.go(this.app.router.path, how);
    }
    const found = match(INSIDE, path);
    const id = found?.params.channel && this.channels.named(found.params.channel);
    if (found && id && id !== found.params.channel) {
      history.replaceState(null, "", path.replace(/^\/c\/[^/]*/u, `/c/${encodeURIComponent(id)}`));
      return this.go(this.app.router.path, how);
    }
    this.awaiting = id === null ? how : null;
    if (id === null) return this.draw({ channel: "", panel: null });
    if (id) this.channels.want(id);
    const place = found && (found.target.open?.(this.app) ?? true) ? found.target : null;
    const params = found?.params ?? {};
    this.remember();
    this.draw({ channel: params.channel ?? null, panel: place?.panel?.label ?? null });
    const again = path === this.path && how === "link";
    const stays = again || this.#takesOver(place, params, how);
    this.path = path;
    this.place = place;
    const opened = stays || this.#open(path, place, params, how);
    this.#beside(path, place, params, how);
    if (opened) this.#focus(stays && !again, how);
  }

  /** @param {Place | null} place @param {Params} params @param {How} how */
  #takesOver(place, params, how) {
    const same = place !== null && (place.mount ?? place.load) === (this.place?.mount ?? this.place?.load);
    if (!same || !this.main.screen?.update?.(params, how)) return false;
    this.retitle();
    return true;
  }

  /** @param {string} key @param {Place | null} place @param {Params} params @param {How} how */
  #open(key, place, params, how) {
    leave(this.main);
    this.main.key = key;
    const at = this.#slot("data-screen");
    if (place?.load) {
      void this.#later(this.main, key, place.load, at, params, () => how !== "load" && this.#focus(false, how));
      return false;
    }
    this.main.screen = place?.mount ? place.mount(at, this.app, params) : missing(this.app, at);
    this.retitle();
    mark(`route:${this.main.screen.name}`);
    return true;
  }

  /** @param {string} path @param {Place | null} place @param {Params} params @param {How} how */
  #beside(path, place, params, how) {
    const key = place?.panel ? path : "";
    if (key === this.panel.key) return;
    // A toolbar goes where the pointer goes; the row that it stood in stays.
    const from = document.activeElement;
    if (!this.panel.key) this.opener = from?.closest("[role=toolbar]")?.closest("article") ?? from;
    leave(this.panel);
    this.panel.key = key;
    if (!place?.panel) return;
    const focus = () => how !== "load" && this.#heading("[data-panel] h2")?.focus();
    void this.#later(this.panel, key, place.panel.load, this.#slot("data-panel"), params, focus);
  }

  /**
   * @param {Shown} shown @param {string} key @param {import("./routes.js").Load} load @param {HTMLElement} at
   * @param {Params} params @param {() => void} focus
   */
  async #later(shown, key, load, at, params, focus) {
    /** @type {() => Screen} */
    let open;
    try {
      const { mount } = await load();
      open = () => mount(at, this.app, params);
    } catch (error) {
      open = () => notLoaded(at, error);
    }
    if (shown.key !== key || !at.isConnected) return;
    shown.screen = open();
    this.retitle();
    mark(`route:${shown.screen.name}`);
    requestAnimationFrame(focus);
  }

  retitle() {
    retitle(this.main.screen?.title ?? "", this.channels.calls());
  }

  /** A panel that opens takes the focus itself; one that closes gives it back. @param {boolean} stays @param {How} how */
  #focus(stays, how) {
    if (how === "load" || this.panel.key) return;
    if (stays && document.activeElement && document.activeElement !== document.body) return;
    const opener = stays && this.opener instanceof HTMLElement && this.opener.isConnected ? this.opener : null;
    this.opener = null;
    requestAnimationFrame(() => {
      if (!stays || nowhere()) (opener ?? this.#heading("h1"))?.focus();
      if (nowhere()) this.#heading("h1")?.focus();
    });
  }

  /** @param {string} name */
  #slot(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`[${name}]`));
  }

  /** @param {string} selector @returns {HTMLElement | null} */
  #heading(selector) {
    return this.root.querySelector(selector);
  }
}

/** Whether the focus is lost. */
function nowhere() {
  return !document.activeElement || document.activeElement === document.body;
}

/** @param {Shown} shown */
function leave(shown) {
  shown.screen?.unmount();
  shown.screen = null;
  shown.key = "";
}

/** How often somebody called stands before the title, and as a dot on the icon. @param {string} title @param {number} [calls] */
function retitle(title, calls = 0) {
  const name = title ? `${title} · ${words.product}` : words.product;
  document.title = calls > 0 ? `(${calls > MOST_CALLS ? `${MOST_CALLS}+` : calls}) ${name}` : name;
  const mark = /** @type {HTMLLinkElement | null} */ (document.querySelector("link[rel=icon]"));
  const wanted = (mark?.href ?? "").replace(/canopy(?:-called)?\.svg/u, calls > 0 ? "canopy-called.svg" : "canopy.svg");
  if (mark && mark.href !== wanted) mark.href = wanted;
}

/** @param {SignedInApp} app @param {HTMLElement} at @returns {Screen} */
function missing(app, at) {
  const list = app.router.path === "/";
  const advice = notice(words.missing, words.missingAdvice, {
    heading: "h1",
    action: { label: words.toStart, act: () => app.router.go("/") },
  });
  render(list ? nothing : advice, at);
  return { name: list ? "home" : "missing", title: list ? "" : words.missing, unmount: () => render(nothing, at) };
}

/** Browsers remember a module that did not come until the page is loaded anew. @param {HTMLElement} at @param {unknown} error @returns {Screen} */
function notLoaded(at, error) {
  render(failure(words.unreachable, words.unreachableAdvice, error, () => location.reload()), at);
  return { name: "unreachable", title: "", unmount: () => render(nothing, at) };
}
