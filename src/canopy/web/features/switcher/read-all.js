/** Everything is read, and a while to take that back. */

import { ApiError, Unreachable } from "../../base/api.js";
import { fill } from "../../base/language.js";
import { toast } from "../../parts/toast.js";
import { words } from "./strings.js";

const UNDO = 10_000; // ms
const MOST_PAGES = 20; // of channels, a hundred each

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("../../base/types.js").Channel} Channel */

/** @param {SignedInApp} app */
export async function markAllRead(app) {
  /** @type {Channel[]} */
  const marked = [];
  const problem = await failing(async () => {
    for (const channel of await unreadIn(app)) {
      await app.api.post(`${pathOf(channel)}/read`, {});
      marked.push(channel);
    }
  });
  if (marked.length === 0) return toast(problem || words.nothingUnread);
  const said = fill(words.markedRead, { n: marked.length });
  toast(problem ? `${said}. ${problem}` : said, { label: words.undo, act: () => void restore(app, marked) }, UNDO);
}

/** The list that the page holds may be older than the first message that is unread. @param {SignedInApp} app @returns {Promise<Channel[]>} */
async function unreadIn(app) {
  /** @type {Channel[]} */
  const found = [];
  for await (const page of app.api.pages("/channels?limit=100", MOST_PAGES)) found.push(...page.channels);
  return found.filter(({ unread_count: unread = 0 }) => unread > 0);
}

/** One whose message is gone keeps no other from coming back. @param {SignedInApp} app @param {Channel[]} channels */
async function restore(app, channels) {
  let problem = "";
  for (const channel of channels) {
    if (!channel.first_unread_id) continue;
    problem = (await failing(() => app.api.post(`${pathOf(channel)}/unread`, { from_message_id: channel.first_unread_id }))) || problem;
  }
  if (problem) toast(problem);
}

/** @param {Channel} channel */
function pathOf(channel) {
  return `/channels/${encodeURIComponent(channel.id)}`;
}

/** @param {() => Promise<unknown>} act @returns {Promise<string>} why it failed; empty when it did not */
async function failing(act) {
  try {
    await act();
    return "";
  } catch (error) {
    return explained(error);
  }
}

/** @param {unknown} error the node's sentence, or ours */
export function explained(error) {
  if (error instanceof Unreachable) return words.unreachable;
  if (error instanceof ApiError) return error.message;
  throw error;
}
