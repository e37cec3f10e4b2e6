/** Keys that work everywhere, and what the quick switcher offers besides channels and people. */

import { nextLandmark } from "./base/keys.js";
import { letterOf, preferences } from "./base/preferences.js";

/** @typedef {import("./base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("./base/types.js").Channel} Channel */
/** @typedef {{label: string, icon: keyof typeof import("./parts/icons.js").PATHS, act: () => void}} Command */

/** @type {import("./base/keys.js").Chords} */
export const LANDMARKS = { F6: () => nextLandmark(1), "Shift+F6": () => nextLandmark(-1) };

export async function help() {
  (await import("./features/help/help.js")).openHelp();
}

/** @param {SignedInApp} app */
async function markAllRead(app) {
  await (await import("./features/switcher/read-all.js")).markAllRead(app);
}

/** @param {SignedInApp} app @param {() => Promise<void>} out @returns {() => void} takes the keys away */
export function bindShortcuts(app, out) {
  const go = (/** @type {string} */ path) => () => app.router.go(path);
  const walk = (/** @type {1 | -1} */ step, /** @type {boolean} */ unread) => () => goBeside(app, step, unread);
  app.jump = async () => (await import("./features/switcher/switcher.js")).openSwitcher(app, pagesOf(app), out);
  const letters = () => app.keys.add({ [letterOf("nextUnread")]: walk(1, true), [letterOf("identity")]: () => identifyFocused(app) });
  let unbind = letters();
  const unwatch = preferences.subscribe(() => {
    unbind();
    unbind = letters();
  });
  const remove = app.keys.add({
    "Ctrl+k": () => app.jump(),
    "Ctrl+/": () => void help(),
    "?": () => void help(),
    "Shift+Escape": (event) => {
      event.stopPropagation(); // it is no Escape to what stands below
      void markAllRead(app);
    },
    "Alt+ArrowUp": walk(-1, false),
    "Alt+ArrowDown": walk(1, false),
    "Alt+Shift+ArrowUp": walk(-1, true),
    "Alt+Shift+ArrowDown": walk(1, true),
    "Ctrl+,": go("/settings"),
    "Ctrl+.": () => togglePanel(app),
    "g h": go("/"),
    "g p": go("/people"),
    "g n": go("/connect"),
    "g s": go("/settings"),
  });
  return () => {
    unbind();
    unwatch();
    remove();
  };
}

/** A click on a face shows who it is. @param {SignedInApp} app @returns {() => void} stops it */
export function bindFaces(app) {
  const clicked = (/** @type {MouseEvent} */ event) => {
    const face = event.target instanceof Element ? event.target.closest("[role=feed] .avatar[data-user-id], [role=feed] .message-author") : null;
    const id = face && authorOf(face.closest("article"));
    if (face && id) void app.identify(id, face);
  };
  document.addEventListener("click", clicked);
  return () => document.removeEventListener("click", clicked);
}

/** Rows of one author stand together; the face stands on the first. @param {Element | null} row @returns {string | null} */
function authorOf(row) {
  for (let at = row; at; at = at.previousElementSibling) {
    const id = at.querySelector(".message-side .avatar")?.getAttribute("data-user-id");
    if (id) return id;
  }
  return null;
}

/** @param {SignedInApp} app */
function identifyFocused(app) {
  const row = document.activeElement?.closest("[role=feed] article") ?? null;
  const id = authorOf(row);
  if (row && id) void app.identify(id, row.querySelector(".avatar") ?? row);
}

/** The conversation above or below, in the order of the sidebar. @param {SignedInApp} app @param {1 | -1} step @param {boolean} unread */
function goBeside(app, step, unread) {
  const links = [...document.querySelectorAll("canopy-sidebar li a")].filter((link) => !unread || link.matches(".is-unread, [aria-current]"));
  const here = links.findIndex((link) => link.getAttribute("aria-current") === "page");
  const next = links[here < 0 ? (step > 0 ? 0 : links.length - 1) : (here + step + links.length) % links.length];
  const href = next?.getAttribute("href");
  if (href) app.router.go(href);
}

/** @param {SignedInApp} app */
function togglePanel(app) {
  const [, place, channel, more] = app.router.path.split("/");
  if (place === "c" && channel) app.router.go(more ? `/c/${channel}` : `/c/${channel}/about/members`);
}

/** @param {SignedInApp} app @returns {Command[]} */
function pagesOf(app) {
  const go = (/** @type {string} */ path) => () => app.router.go(path);
  return app.places.flatMap(({ label, icon, href }) => (href ? [{ label, icon, act: go(href) }] : []));
}
