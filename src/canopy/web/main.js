/**
 * Wires the app: who is signed in, which address shows which screen, and what lives as long as a person
 * stays signed in. It decides nothing about messages, people or channels.
 */

import { Api } from "./base/api.js";
import { Deletions } from "./base/deletions.js";
import { Drafts } from "./base/drafts.js";
import { Keys } from "./base/keys.js";
import { Outbox } from "./base/outbox.js";
import { Router } from "./base/router.js";
import { Stops, Store } from "./base/store.js";
import { EventStream } from "./base/stream.js";
import { TabBus } from "./base/tabs.js";
import { mark, markPainted } from "./base/time.js";
import { loadAhead } from "./ahead.js";
import { Channels } from "./features/channels/channels.js";
import "./features/channels/sidebar.js";
import "./features/people/account.js";
import { tellOwner } from "./features/people/owner-now.js";
import { signOut, whoIsHere } from "./features/people/session.js";
import { Peers } from "./features/trust/peers.js";
import { failure } from "./parts/notice.js";
import { shell } from "./parts/shell.js";
import "./parts/status-strip.js";
import { frameWords as words } from "./parts/strings.js";
import { FOR_ALL, OUTSIDE, placesOf } from "./routes.js";
import { LANDMARKS, bindFaces, bindShortcuts, help } from "./shortcuts.js";
import { Visits } from "./visits.js";
import { html, render } from "./vendor/lit.js";

/** @typedef {import("./base/types.js").App} App */
/** @typedef {import("./base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("./base/types.js").Screen} Screen */
/** @typedef {import("./base/types.js").SessionInfo} SessionInfo */

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
const app = /** @type {App} */ ({ api: new Api(), router: new Router(), keys: new Keys() });
/** What stands on the page of somebody who is not signed in. @type {Screen | null} */
let screen = null;

app.judgeInvite = async (/** @type {string} */ text) => (await import("./features/trust/decode.js")).decode(text, "", new Date());
app.keys.add(LANDMARKS);
addEventListener("unhandledrejection", partMissing);
void begin();

async function begin() {
  try {
    const { session, needed } = await whoIsHere(app.api);
    if (!session) await outside(needed);
    else if (FOR_ALL.has(app.router.path)) await outside(needed, begin);
    else enter(session);
  } catch (error) {
    screen?.unmount();
    render(html`<main class="outside">${failure(words.unreachable, words.unreachableAdvice, error, begin)}</main>`, root);
  }
}

/** @param {boolean} needed whether the node has no account yet @param {() => Promise<void>} [next] what another address means */
async function outside(needed, next = () => outside(needed)) {
  app.router.onChange = () => void next();
  const wanted = app.router.path in OUTSIDE ? app.router.path : "/login";
  const path = needed ? "/setup" : wanted === "/setup" ? "/login" : wanted;
  // Who was on the way to a message is led there after the door.
  const asked = app.router.path in OUTSIDE ? history.state?.asked : app.router.path + location.search;
  if (path !== app.router.path) history.replaceState({ asked }, "", path + (needed ? location.search : ""));
  const { mount } = await /** @type {() => Promise<{mount: Function}>} */ (OUTSIDE[path])();
  show(() => mount(root, app, (/** @type {SessionInfo} */ session) => {
    if (asked && asked !== "/" && app.router.path in OUTSIDE) history.replaceState(null, "", asked);
    enter(session);
  }));
  markPainted("app-interactive");
}

/** Everything that belongs to one person starts here and ends in the stops. @param {SessionInfo} session */
function enter(session) {
  const me = session.user;
  if (me.status === "pending_approval") return void wait(session);
  const stops = new Stops();
  const stream = new EventStream(app.api, me.user_id);
  const outbox = new Outbox(app.api, me.user_id);
  const drafts = new Drafts(me.user_id);
  const deletions = new Deletions(app.api, me.user_id);
  const channels = new Channels(app.api, stream, me.user_id);
  const signIns = new Store(1);
  const peers = new Peers({ api: app.api, stream, signIns });
  const mayManage = session.permissions.includes("manage_node");
  const signedIn = /** @type {SignedInApp} */ ({ ...app, me, mayManage, signIns, stream, outbox, drafts, deletions, peers, channels: channels.list, reloadChannels: (gone) => channels.load(gone), jump: () => {}, help: () => void help() });
  signedIn.identify = async (userId, anchor) => (await import("./features/people/identity.js")).openIdentity(signedIn, userId, anchor);
  signedIn.approvals = new Store(0);
  signedIn.showSync = async (anchor) => (await import("./features/trust/sync-panel.js")).toggleSyncPanel(signedIn, anchor);
  signedIn.channelActs = async (channel) => (await import("./features/channels/channel-menu.js")).channelActs(signedIn, channel);
  signedIn.saved = new Store(/** @type {ReadonlyMap<string, string>} */ (new Map()));
  signedIn.bookmarks = async () => (await import("./features/bookmarks/bookmarks.js")).bookmarksOf(signedIn, stops);
  signedIn.places = placesOf(signedIn);
  const others = new TabBus("session", (word) => (word === "other rights" ? location.reload() : leave()));

  const catchUp = () => {
    outbox.kick();
    deletions.kick();
  };
  const leave = () => {
    stops.run();
    void outside(false);
  };
  const out = async () => {
    await signOut(app.api);
    others.post("out");
    leave();
  };
  signedIn.signOut = out;
  // Those that show what the person may do, when that is something else from now on.
  signedIn.tellTabs = () => others.post("other rights");
  show(null);
  const visits = new Visits(root, signedIn, channels, (parts) => frame(signedIn, out, parts));
  stops.add(() => stream.stop(), () => outbox.stop(), () => drafts.stop(), () => deletions.stop(), () => channels.stop(), () => peers.stop(), () => others.close());
  stops.add(() => visits.stop());
  stops.add(stream.state.subscribe(({ phase }) => phase === "live" && catchUp()));
  stops.add(channels.list.subscribe(() => {
    visits.retitle();
    visits.remember();
  }));
  stops.listen(window, "beforeunload", (event) => outbox.waiting() > 0 && event.preventDefault());
  app.api.onNotSaved = () => stream.cannotSave();
  stops.add(() => (app.api.onNotSaved = () => {}));
  keepSignedIn(signedIn, stops);
  stops.add(bindShortcuts(signedIn, out), bindFaces(signedIn));

  app.router.onChange = (path, how) => visits.go(path, how);
  frame(signedIn, out, { channel: null, panel: null });
  void stream.start().then(() => {
    void channels.load().then(() => visits.settle());
    void peers.load();
    stops.add(mayManage ? countApprovals(signedIn) : tellOwner(signedIn));
    catchUp();
    const arrived = app.router.path in OUTSIDE;
    visits.go(app.router.path, "load");
    if (arrived) focusHeading();
    interactive(signedIn);
  });
}

/** @param {SessionInfo} session of an account that nobody has let in yet */
async function wait(session) {
  app.router.onChange = () => {};
  if (app.router.path !== "/pending") history.replaceState(null, "", "/pending");
  const { mount } = await import("./features/people/pending.js");
  show(() => mount(root, app, session, (/** @type {SessionInfo} */ active) => enter(active), () => void outside(false)));
}

/** The owner is told at once who waits. @param {SignedInApp} signedIn @returns {() => void} stops it */
function countApprovals({ api, stream, approvals }) {
  const count = async () => {
    try {
      const { users } = await api.get("/admin/users");
      approvals.set(users.filter((/** @type {{status: string}} */ { status }) => status === "pending_approval").length);
    } catch {
      // The page of accounts says what is wrong; until then the number stays as it was.
    }
  };
  void count();
  return stream.onEvents((events) => events.some(({ event_type }) => event_type === "account.changed") && void count());
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

/** @param {SignedInApp} signedIn @param {() => Promise<void>} out @param {import("./visits.js").Frame} parts */
function frame(signedIn, out, { channel, panel }) {
  const { path } = app.router;
  const slots = {
    page: /** @type {"list" | "page" | "place" | "panel"} */ (path === "/" ? "list" : panel ? "panel" : channel === null ? "page" : "place"),
    conversation: channel !== null,
    panel,
    banner: html`<canopy-banner .stream=${signedIn.stream}></canopy-banner>`,
    rail: html`<canopy-rail .items=${signedIn.places} .stores=${[signedIn.peers.view, signedIn.approvals]} .here=${path}></canopy-rail>`,
    account: html`<canopy-account .me=${signedIn.me} .onSignOut=${out}></canopy-account>`,
    sidebar: html`<canopy-sidebar .app=${signedIn} .here=${channel ? `/c/${encodeURIComponent(channel)}` : path}
      .isPage=${path === "/"}></canopy-sidebar>`,
    status: html`<canopy-status .stream=${signedIn.stream} .outbox=${signedIn.outbox}
      .peers=${signedIn.peers.view} .onOpen=${signedIn.showSync}></canopy-status>`,
  };
  render(shell(slots), root);
}

/** @param {(() => Screen) | null} mount */
function show(mount) {
  screen?.unmount();
  screen = mount?.() ?? null;
  document.title = screen?.title ? `${screen.title} · ${words.product}` : words.product;
  if (screen) mark(`route:${screen.name}`);
}

/** A part that is loaded when it is wanted does not come while the node is away: the status strip says that, and the
 *  next attempt loads it. @param {PromiseRejectionEvent} event */
function partMissing(event) {
  if (event.reason instanceof TypeError && /dynamically imported module|importing a module script/iu.test(event.reason.message)) event.preventDefault();
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
    signedIn.api.forgetFirst();
    loadAhead();
    return true;
  };
  const watch = new MutationObserver(() => ready() && watch.disconnect());
  watch.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-busy", "data-phase"] });
  if (ready()) watch.disconnect();
}
