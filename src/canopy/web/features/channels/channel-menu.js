/** What a person does with a channel as a whole, for themselves: the favourites, quiet, leaving. */

import { fill } from "../../base/language.js";
import { cleanName } from "../../base/text.js";
import { confirm } from "../../parts/confirm.js";
import { toast } from "../../parts/toast.js";
import { explained } from "./members.js";
import { words } from "./strings.js";

/** @typedef {import("../../base/types.js").Channel} Channel */
/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */

/** @param {SignedInApp} app @param {Channel} channel @returns {import("../../parts/menu.js").MenuItem[]} */
export function channelActs(app, channel) {
  const quiet = channel.notifications_enabled === false;
  return [
    { label: channel.starred ? words.unstar : words.star, act: () => void prefer(app, channel, { starred: !channel.starred }) },
    { label: quiet ? words.unmute : words.mute, act: () => void prefer(app, channel, { notifications_enabled: quiet }) },
    ...(channel.id === "general" ? [] : [{ label: words.leave, danger: true, act: () => askToLeave(app, channel) }]),
  ];
}

/** The list hears of it by its event, like the person's other tabs. @param {SignedInApp} app @param {Channel} channel @param {Record<string, boolean>} change */
async function prefer(app, channel, change) {
  try {
    await app.api.patch(`/channels/${encodeURIComponent(channel.id)}`, change);
  } catch (error) {
    toast(explained(error));
  }
}

/** @param {SignedInApp} app @param {Channel} channel */
export function askToLeave(app, channel) {
  confirm({
    title: fill(words.leaveTitle, { name: cleanName(channel.name) }),
    text: [words.leaveText],
    cancel: words.cancel,
    button: words.leave,
    act: async () => {
      await app.api.delete(`/channels/${encodeURIComponent(channel.id)}/members/${encodeURIComponent(app.me.user_id)}`);
      await app.reloadChannels(channel.id);
      app.router.go("/c");
    },
    explain: explained,
  });
}
