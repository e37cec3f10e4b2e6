/** Which address shows which screen. The rooms do not know each other: what stands beside what is said here. */

import { mount as mountChannel } from "./features/messages/channel.js";
import { accountsWaiting, frameWords, peersWaiting, words } from "./parts/strings.js";

/** @typedef {import("./base/types.js").MountInside} MountInside */
/** @typedef {import("./base/types.js").SignedInApp} SignedInApp */
/** @typedef {() => Promise<{mount: MountInside}>} Load */

/**
 * A screen that not everybody opens is loaded when somebody does.
 * @typedef {object} Place
 * @property {MountInside} [mount] the same for all addresses that one screen shows without being made anew
 * @property {Load} [load]
 * @property {{load: Load, label: string}} [panel] what stands beside the screen, and how that landmark is called
 * @property {(app: SignedInApp) => boolean} [open] whether this person may know of it
 */

/** Loaded only by those who are not signed in. @type {Record<string, () => Promise<{mount: Function}>>} */
export const OUTSIDE = {
  "/setup": () => import("./features/people/setup.js"),
  "/login": () => import("./features/people/sign-in.js"),
  "/register": () => import("./features/people/register.js"),
  "/reset": () => import("./features/people/reset.js"),
  "/claim-admin": () => import("./features/people/locked-out.js"),
};
/** These make sense to somebody who is signed in, too: perhaps as somebody else. */
export const FOR_ALL = new Set(["/reset", "/claim-admin"]);

const THREAD = { load: () => import("./features/messages/thread.js"), label: frameWords.thread };
const SETTINGS = { load: () => import("./features/settings/settings.js") };
const ADMIN = { load: () => import("./features/admin/admin.js"), open: (/** @type {SignedInApp} */ app) => app.mayManage };
const SEARCH = { load: () => import("./features/messages/search.js"), label: frameWords.search };
const DETAILS = { load: () => import("./features/channels/details.js"), label: frameWords.details };

/** @type {import("./base/router.js").Route<Place>[]} */
export const INSIDE = [
  { pattern: "/c", target: { load: () => import("./features/channels/browse.js") } },
  { pattern: "/c/:channel/about", target: { mount: mountChannel, panel: DETAILS } },
  { pattern: "/c/:channel/about/:tab", target: { mount: mountChannel, panel: DETAILS } },
  { pattern: "/c/:channel", target: { mount: mountChannel } },
  { pattern: "/c/:channel/search", target: { mount: mountChannel, panel: SEARCH } },
  { pattern: "/c/:channel/:message", target: { mount: mountChannel } },
  { pattern: "/c/:channel/t/:thread", target: { mount: mountChannel, panel: THREAD } },
  { pattern: "/saved", target: { load: () => import("./features/bookmarks/saved.js") } },
  { pattern: "/settings", target: SETTINGS },
  { pattern: "/settings/:section", target: SETTINGS },
  { pattern: "/people", target: { load: () => import("./features/people/directory.js") } },
  { pattern: "/people/:user", target: { load: () => import("./features/people/person.js") } },
  { pattern: "/me", target: { load: () => import("./features/people/me.js") } },
  { pattern: "/admin", target: ADMIN },
  { pattern: "/admin/:section", target: ADMIN },
  { pattern: "/trust", target: { load: () => import("./features/trust/trust.js") } },
  { pattern: "/trust/:peer", target: { load: () => import("./features/trust/trust.js") } },
  { pattern: "/connect", target: { load: () => import("./features/trust/connect.js") } },
  { pattern: "/connect/import", target: { load: () => import("./features/trust/connect.js") } },
];

/** Addresses that lead home: old ones, and those of people who are not signed in. */
export const MOVED = new Set(["/channels", "/pending", ...Object.keys(OUTSIDE)]);

/** What stands in the rail. @param {SignedInApp} app @returns {import("./parts/shell.js").RailItem[]} */
export function placesOf(app) {
  return [
    { href: "/", label: words.home, icon: "home" },
    { href: "/people", label: words.people, icon: "people" },
    { href: "/connect", label: words.network, icon: "network", under: ["/trust"], mark: () => waiting(app) },
    { href: "/settings", label: words.settings, icon: "gear" },
    ...(app.mayManage ? [/** @type {const} */ ({ href: "/admin", label: words.admin, icon: "wrench", only: "desk", mark: () => approvals(app) })] : []),
    { href: "/me", label: words.me, icon: "person", only: "phone" },
    { label: words.help, icon: "help", act: app.help, only: "desk" },
  ];
}

/** Accounts that wait. @param {SignedInApp} app */
function approvals(app) {
  const count = app.approvals.value;
  return { count, name: accountsWaiting(count) };
}

/** Peers whom only this person can let in. @param {SignedInApp} app */
function waiting(app) {
  const unjudged = app.peers.view.value.peers.filter(({ level }) => level === "unknown" || level === "introduced");
  const count = app.mayManage ? unjudged.filter(({ state }) => state !== "offline").length : 0;
  return { count, name: peersWaiting(count) };
}
