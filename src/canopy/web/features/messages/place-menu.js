/** What can be done with a channel as a place to read in. Loaded when somebody opens the menu. */

import { copyText } from "../../parts/copy.js";
import { openDialog } from "../../parts/dialog.js";
import { field, valuesOf } from "../../parts/field.js";
import { toast } from "../../parts/toast.js";
import { html } from "../../vendor/lit.js";
import { pathOf } from "./rows.js";
import { failedTo, words } from "./strings.js";

const NARROW = matchMedia("(max-width: 899px)");

/** @typedef {import("./channel.js").ChannelScreen} ChannelScreen */
/** @typedef {import("../../parts/menu.js").MenuItem} MenuItem */

/** @param {ChannelScreen} screen @returns {MenuItem[]} */
export function placeMenu({ app, channelId, reading }) {
  const path = `/c/${encodeURIComponent(channelId)}`;
  const folded = [
    { label: words.searchHere, act: () => app.router.go(`${path}/search`) },
    { label: words.details, act: () => app.router.go(`${path}/about/members`) },
  ];
  return [
    ...(NARROW.matches ? folded : []),
    { label: words.jumpToDate, act: () => askForDate(app, channelId) },
    { label: words.markRead, act: () => void reading.markAll() },
    { label: words.copyLink, act: () => void copyLink(path) },
  ];
}

/** @param {string} path */
async function copyLink(path) {
  toast((await copyText(location.origin + path)) ? words.linkCopied : words.notCopied);
}

/** @param {import("../../base/types.js").SignedInApp} app @param {string} channelId */
export function askForDate(app, channelId) {
  /** Only when the dialog has given the focus back, or it would take it from the message. */
  let then = () => {};
  const today = new Date().toLocaleDateString("sv"); // as a field of dates wants it: 2030-01-31
  const content = (error = "") => html`<form class="stack" novalidate @submit=${(/** @type {SubmitEvent} */ event) => void jump(event)}>
      ${field({ name: "date", type: "date", label: words.dateLabel, value: today, error, required: true })}
      <div class="dialog-buttons"><button class="button" type="button" @click=${() => dialog.close()}>${words.cancel}</button>
        <button class="button is-primary" type="submit">${words.jumpToNew}</button></div>
    </form>`;
  const jump = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const { date } = valuesOf(/** @type {HTMLFormElement} */ (event.target));
    const midnight = new Date(`${date}T00:00`); // of the reader, not of the node
    if (Number.isNaN(midnight.getTime())) return dialog.redraw(content(words.dateNeeded));
    try {
      const target = await firstSince(app, channelId, midnight);
      then = () => (target === null ? toast(words.nothingSince) : app.router.go(`/c/${encodeURIComponent(channelId)}/${encodeURIComponent(target)}`));
      dialog.close();
    } catch (error) {
      dialog.redraw(content(`${failedTo(words.toJump)} ${error instanceof Error ? error.message : String(error)}`));
    }
  };
  const dialog = openDialog({ title: words.jumpToDate, content: content(), onClosed: () => then() });
}

/** The first message written on that day or later. @param {import("../../base/types.js").SignedInApp} app @param {string} channelId @param {Date} since @returns {Promise<string | null>} */
async function firstSince(app, channelId, since) {
  const query = `root_only=true&limit=1&since=${encodeURIComponent(since.toISOString().replace("Z", "+00:00"))}`;
  const { messages } = await app.api.get(`${pathOf(channelId)}?${query}`);
  return messages[0]?.id ?? null;
}
