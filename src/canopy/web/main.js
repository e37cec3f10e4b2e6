/**
 * Wires the app: who is signed in, which address shows which screen, and what lives as long as a person
 * stays signed in. It decides nothing about messages, people or channels.
 */

import { Api } from "./base/api.js";
import { Drafts } from "./base/drafts.js";
import { Keys, nextLandmark } from "./base/keys.js";
import { Outbox } from "./base/outbox.js";
import { Router, match } from "./base/router.js";
import * as storage from "./base/storage.js";
import { Stops, Store } from "./base/store.js";
import { EventStream } from "./base/stream.js";
import { TabBus } from "./base/tabs.js";
import { mark, markPainted } from "./base/time.js";
import { Channels } from "./features/channels/channels.js";
import "./features/channels/sidebar.js";
import { mount as mountChannel } from "./features/messages/channel.js";
import "./features/people/account.js";
import { signOut, whoIsHere } from "./features/people/session.js";
import { Peers } from "./features/trust/peers.js";
import { failure, notice } from "./parts/notice.js";
import { shell } from "./parts/shell.js";
import "./parts/status-strip.js";
import { frameWords as words } from "./parts/strings.js";
import { html, nothing, render } from "./vendor/lit.js";

/** @typedef {import("./base/types.js").App} App */
/** @typedef {import("./base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("./base/types.js").Screen} Screen */
/** @typedef {import("./base/types.js").SessionInfo} SessionInfo */
/** @typedef {import("./base/types.js").MountInside} MountInside */

const NARROW = matchMedia("(max-width: 899px)");
const HOME = "general";

/** Loaded only by those who are not signed in. @type {Record<string, () => Promise<{mount: Function}>>} */
const OUTSIDE = {
  "/setup": () => import("./features/people/setup.js"),
  "/login": () => import("./features/people/sign-in.js"),
  "/register": () => import("./features/people/register.js"),
};

/** A screen that not everybody opens is loaded when somebody does. @typedef {{mount?: MountInside, load?: () => Promise<{mount: MountInside}>}} Inside */
/** @type {Inside} */
const CHANNEL = { mount: mountChannel };
/** @type {import("./base/router.js").Route<Inside>[]} */
const INSIDE = [
  { pattern: "/c/:channel", target: CHANNEL },
  { pattern: "/c/:channel/:message", target: CHANNEL },
  { pattern: "/c/:channel/t/:thread", target: CHANNEL },
  { pattern: "/connect", target: { load: () => import("./features/trust/connect.js") } },
];
const MOVED = new Set(["/channels", ...Object.keys(OUTSIDE)]);

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
const app = /** @type {App} */ ({ api: new Api(), router: new Router(), keys: new Keys() });
/** @type {Screen | null} */
let screen = null;
/** The address that it stands for. */
let shown = "";
/** What that address named. @type {Inside | null} */
let target = null;

app.keys.add({ F6: () => nextLandmark(1), "Shift+F6": () => nextLandmark(-1) });
void begin();

async function begin() {
  try {
    const { session, needed } = await whoIsHere(app.api);
    if (session) enter(session);
    else await outside(needed);
  } catch (error) {
    screen?.unmount();
    render(html`<main class="outside">${failure(words.unreachable, words.unreachableAdvice, error, begin)}</main>`, root);
  }
}

/** @param {boolean} needed whether the node has no account yet */
async function outside(needed) {
  app.router.onChange = () => void outside(needed);
  const wanted = app.router.path in OUTSIDE ? app.router.path : "/login";
  const path = needed ? "/setup" : wanted === "/setup" ? "/login" : wanted;
  if (path !== app.router.path) history.replaceState(null, "", path + (needed ? location.search : ""));
  const { mount } = await /** @type {() => Promise<{mount: Function}>} */ (OUTSIDE[path])();
  show(() => mount(root, app, (/** @type {SessionInfo} */ session) => enter(session)));
  markPainted("app-interactive");
}

/** Everything that belongs to one person starts here and ends in the stops. @param {SessionInfo} session */
function enter(session) {
  const me = session.user;
  const stops = new Stops();
  const stream = new EventStream(app.api, me.user_id);
  const outbox = new Outbox(app.api, me.user_id);
  const drafts = new Drafts(me.user_id);
  const channels = new Channels(app.api, stream);
  const signIns = new Store(1);
  const peers = new Peers({ api: app.api, stream, signIns });
  const mayManage = session.permissions.includes("manage_node");
  const signedIn = /** @type {SignedInApp} */ ({ ...app, me, mayManage, signIns, stream, outbox, drafts, peers, channels: channels.list });
  const others = new TabBus("session", () => leave());

  const leave = () => {
    show(null);
    stops.run();
    void outside(false);
  };
  const out = async () => {
    await signOut(app.api);
    others.post("out");
    leave();
  };
  stops.add(() => stream.stop(), () => outbox.stop(), () => drafts.stop(), () => channels.stop(), () => peers.stop(), () => others.close());
  stops.add(stream.state.subscribe(({ phase }) => phase === "live" && outbox.kick()));
  stops.add(channels.list.subscribe(() => retitle()));
  stops.listen(window, "beforeunload", (event) => outbox.waiting() > 0 && event.preventDefault());
  stops.listen(NARROW, "change", () => app.router.path === "/" && visit(signedIn, out, "/", "load"));
  keepSignedIn(signedIn, stops);

  show(null);
  app.router.onChange = (path, how) => visit(signedIn, out, path, how);
  frame(signedIn, out, null);
  void stream.start().then(() => {
    void channels.load();
    void peers.load();
    outbox.kick();
    const arrived = app.router.path in OUTSIDE;
    visit(signedIn, out, app.router.path, "load");
    if (arrived) focusHeading();
    interactive(signedIn);
  });
}

/** When the session ends elsewhere, a dialog asks for the password and everything stays as it is.
 *  @param {SignedInApp} signedIn @param {Stops} stops */
function keepSignedIn(signedIn, stops) {
  let asking = false;
  app.api.onSignedOut = async () => {
    if (asking) return;
    asking = true;
    const { askAgain } = await import("./features/people/sign-in.js");
    askAgain(app, signedIn.me.username, (session) => {
      if (session.user.user_id !== signedIn.me.user_id) return location.reload();
      asking = false;
      signedIn.stream.retryNow();
      signedIn.signIns.set(signedIn.signIns.value + 1);
      return signedIn.outbox.kick();
    });
  };
  stops.add(() => (app.api.onSignedOut = () => {}));
}

/** @param {SignedInApp} signedIn @param {() => Promise<void>} out @param {string} path @param {"load" | "link" | "history"} how */
function visit(signedIn, out, path, how) {
  const lastName = `last.${signedIn.me.user_id}`;
  if (MOVED.has(path) || (path === "/" && !(NARROW.matches && how !== "load"))) {
    history.replaceState(null, "", `/c/${encodeURIComponent(storage.read(lastName) ?? HOME)}`);
    return visit(signedIn, out, app.router.path, how);
  }
  if (path === shown && how === "link") return focusHeading();
  shown = path;
  const found = match(INSIDE, path);
  const channel = found?.params.channel ?? null;
  frame(signedIn, out, channel);
  if (channel) storage.write(lastName, channel);
  const place = /** @type {HTMLElement} */ (root.querySelector("[data-screen]"));
  const focus = () => how !== "load" && focusHeading();
  if (found && found.target === target && screen?.update?.(found.params, how)) return retitle();
  target = found?.target ?? null;
  const { mount, load } = found?.target ?? {};
  if (found && load) return void showLater(load, found.params, signedIn, place, focus);
  show(found && mount ? () => mount(place, signedIn, found.params) : () => missing(place, path === "/"));
  return void focus();
}

/**
 * @param {() => Promise<{mount: MountInside}>} load @param {import("./base/types.js").Params} params
 * @param {SignedInApp} signedIn @param {HTMLElement} place @param {() => void} focus
 */
async function showLater(load, params, signedIn, place, focus) {
  const wanted = shown;
  const named = target;
  show(null);
  [shown, target] = [wanted, named];
  /** @type {() => Screen} */
  let open;
  try {
    const { mount } = await load();
    open = () => mount(place, signedIn, params);
  } catch (error) {
    open = () => notLoaded(place, error);
  }
  if (shown !== wanted) return;
  show(open);
  focus();
}

/** @param {SignedInApp} signedIn @param {() => Promise<void>} out @param {string | null} here the channel in view */
function frame(signedIn, out, here) {
  const page = app.router.path === "/" ? "list" : "place";
  const slots = {
    page: /** @type {"list" | "place"} */ (page),
    home: page === "list" || here !== null,
    conversation: here !== null,
    account: html`<canopy-account .me=${signedIn.me} .onSignOut=${out}></canopy-account>`,
    sidebar: html`<canopy-sidebar .channels=${signedIn.channels} .peers=${signedIn.peers.view}
      .mayManage=${signedIn.mayManage} .here=${here ? `/c/${encodeURIComponent(here)}` : app.router.path} .isPage=${page === "list"}></canopy-sidebar>`,
    status: html`<canopy-status .stream=${signedIn.stream} .outbox=${signedIn.outbox}
      .peers=${signedIn.peers.view}></canopy-status>`,
  };
  render(shell(slots), root);
}

/** @param {HTMLElement} place @param {boolean} list whether the sidebar is the page @returns {Screen} */
function missing(place, list) {
  const advice = notice(words.missing, words.missingAdvice, {
    heading: "h1",
    action: { label: words.toStart, act: () => app.router.go("/") },
  });
  render(list ? nothing : advice, place);
  return { name: list ? "home" : "missing", title: list ? "" : words.missing, unmount: () => render(nothing, place) };
}

/** Browsers remember a module that did not come until the page is loaded anew. @param {HTMLElement} place @param {unknown} error @returns {Screen} */
function notLoaded(place, error) {
  render(failure(words.unreachable, words.unreachableAdvice, error, () => location.reload()), place);
  return { name: "unreachable", title: "", unmount: () => render(nothing, place) };
}

/** @param {(() => Screen) | null} mount */
function show(mount) {
  screen?.unmount();
  if (!mount) [shown, target] = ["", null];
  screen = mount?.() ?? null;
  retitle();
  if (screen) mark(`route:${screen.name}`);
}

function retitle() {
  document.title = screen?.title ? `${screen.title} · ${words.product}` : words.product;
}

function focusHeading() {
  requestAnimationFrame(() => /** @type {HTMLElement | null} */ (root.querySelector("h1"))?.focus());
}

/** Marks the moment at which the stream runs, the list is drawn and the composer, if there is one, takes text.
 *  @param {SignedInApp} signedIn */
function interactive(signedIn) {
  const ready = () => {
    const drawn = root.querySelector("[role=feed][aria-busy=false]") && root.querySelector("#composer");
    if (signedIn.stream.state.value.phase !== "live" || !(drawn || root.querySelector("[data-drawn]"))) return false;
    markPainted("app-interactive");
    return true;
  };
  const watch = new MutationObserver(() => ready() && watch.disconnect());
  watch.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-busy", "data-phase"] });
  if (ready()) watch.disconnect();
}
