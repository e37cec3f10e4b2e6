/** What can be completed in a channel: its people, the channels one belongs to, emoji. From what is already here. */

import { cleanName } from "../../base/text.js";
import { findEmoji } from "../../parts/emoji-data.js";
import { everyoneNote } from "./strings.js";

const FRESH = 60_000; // ms for which the people of a channel are taken as known

/** @typedef {import("../../parts/completion.js").Choice} Choice */
/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {{user_id: string, display_name: string, handle: string, account_type: string, is_remote: boolean, origin_peer: string}} Person */
/** @typedef {{users: Person[], everyone: string[]}} Answer */

/** By channel. @type {Map<string, {at: number, answer: Promise<Answer>}>} */
const known = new Map();

/**
 * @param {SignedInApp} app @param {string} channelId @param {import("../../parts/completion.js").Sign} sign
 * @param {string} asked @returns {Promise<Choice[]>}
 */
export async function complete(app, channelId, sign, asked) {
  if (sign === ":") return findEmoji(asked, 8).map(({ emoji, name }) => ({ insert: emoji, label: name, sign: emoji }));
  return sign === "#" ? channels(app, asked) : people(app, await peopleOf(app, channelId), asked);
}

/** @param {SignedInApp} app @param {string} asked @returns {Choice[]} */
function channels(app, asked) {
  const named = (app.channels.value ?? []).map(({ name }) => cleanName(name));
  return named
    .filter((name) => begins(name, asked))
    .sort((a, b) => a.localeCompare(b))
    .map((name) => ({ insert: `#${name}`, label: name, sign: "#" }));
}

/** @param {SignedInApp} app @param {Answer} answer @param {string} asked @returns {Choice[]} */
function people(app, { users, everyone }, asked) {
  const fits = users.filter(({ user_id: id, handle, display_name: name }) => id !== app.me.user_id && (begins(handle, asked) || begins(name, asked)));
  const named = fits.map((person) => ({
    insert: `@${person.handle}`,
    label: cleanName(person.display_name) || person.handle,
    note: noteOf(person, app),
    who: { id: person.user_id, name: cleanName(person.display_name) || person.handle, agent: person.account_type === "agent" },
  }));
  const all = everyone.filter((word) => begins(word, asked)).map((word) => ({ insert: `@${word}`, label: `@${word}`, note: everyoneNote, sign: "@" }));
  return [...named, ...all];
}

/** The handle, and for people of another node its name. @param {Person} person @param {SignedInApp} app */
function noteOf({ handle, is_remote: remote, origin_peer: peer }, app) {
  const node = remote ? (app.peers.origins.value.get(peer)?.name ?? "") : "";
  return [`@${handle}`, node].filter(Boolean).join(" · ");
}

/** Whether a word of the text begins as asked. @param {string} text @param {string} asked */
function begins(text, asked) {
  const wanted = asked.toLocaleLowerCase();
  return text.toLocaleLowerCase().split(/[\s._-]+/u).some((word) => word.startsWith(wanted)) || text.toLocaleLowerCase().startsWith(wanted);
}

/** @param {SignedInApp} app @param {string} channelId @returns {Promise<Answer>} */
function peopleOf(app, channelId) {
  const have = known.get(channelId);
  if (have && Date.now() - have.at < FRESH) return have.answer;
  const answer = app.api.get(`/mention-suggestions?channel_id=${encodeURIComponent(channelId)}&limit=200`).catch(() => {
    known.delete(channelId);
    return { users: [], everyone: [] };
  });
  known.set(channelId, { at: Date.now(), answer });
  return answer;
}
