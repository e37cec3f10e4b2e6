/**
 * What can be completed in a channel: its people, the channels one belongs to, emoji. From what is already here; only
 * whom a handle means that nobody in the channel bears is asked of the node, once.
 */

import { cleanName } from "../../base/text.js";
import { findEmoji } from "../../parts/emoji-data.js";
import { words as shared } from "../../parts/strings.js";
import { everyoneNote } from "./strings.js";

const FRESH = 60_000; // ms for which people are taken as known
const MOST_PAGES = 10; // of 200 people
const UNFIT = 4;
const OF_A_NODE = /\.[1-9A-HJ-NP-Za-km-z]{8}$/u; // how the handle of a person of another node ends

/** @typedef {import("../../parts/completion.js").Choice} Choice */
/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {{user_id: string, username: string, display_name: string, account_type: string, is_remote: boolean, origin_peer: string, avatar_url?: string | null}} Person */
/** @typedef {{users: Person[], everyone: string[]}} Answer */
/** @template T @typedef {Map<string, {at: number, answer: Promise<T>, stop?: () => void}>} Kept */

/** By channel. @type {Kept<Answer>} */
const members = new Map();
/** By what was asked for. @type {Kept<Person[]>} */
const others = new Map();

/**
 * @param {SignedInApp} app @param {string} channelId @param {import("../../parts/completion.js").Sign} sign
 * @param {string} asked @returns {Promise<Choice[]>}
 */
export async function complete(app, channelId, sign, asked) {
  if (sign === ":") return findEmoji(asked, 8).map(({ emoji, name }) => ({ insert: emoji, label: name, sign: emoji }));
  if (sign === "#") return channels(app, asked);
  const answer = await membersOf(app, channelId);
  return sign === "@=" ? meant(app, channelId, answer.users, asked) : people(app, answer, asked);
}

/** @param {SignedInApp} app @param {string} asked @returns {Choice[]} */
function channels(app, asked) {
  const named = (app.channels.value ?? []).map(({ name }) => cleanName(name));
  return named
    .filter((name) => begins(name, asked))
    .sort((a, b) => a.localeCompare(b))
    .map((name) => ({ insert: `#${name}`, label: name, sign: "#" }));
}

/** Who bears what is written goes first, so that Enter means them. @param {SignedInApp} app @param {Answer} answer @param {string} asked @returns {Choice[]} */
function people(app, { users, everyone }, asked) {
  const fits = users.filter(({ user_id: id, username, display_name: name }) => id !== app.me.user_id && (begins(username, asked) || begins(name, asked)));
  const wanted = asked.toLocaleLowerCase();
  const rank = (/** @type {Person} */ { username }) => (username.toLocaleLowerCase() === wanted ? 0 : username.toLocaleLowerCase().startsWith(wanted) ? 1 : 2);
  const sorted = fits.map((person) => ({ person, at: rank(person) })).sort((a, b) => a.at - b.at).map(({ person }) => person);
  const all = everyone.filter((word) => begins(word, asked)).map((word) => ({ insert: `@${word}`, label: `@${word}`, note: everyoneNote, sign: "@" }));
  return [...choices(app, sorted), ...all];
}

/** People as they are offered: who has the name of another is told apart by the node. @param {SignedInApp} app @param {Person[]} users @returns {Choice[]} */
function choices(app, users) {
  const names = users.map(nameOf);
  return users.map((person, index) => {
    const name = names[index] ?? "";
    const shares = names.indexOf(name) !== names.lastIndexOf(name);
    const node = person.is_remote ? app.peers.origins.value.get(person.origin_peer)?.name : shares ? shared.thisNode : "";
    return {
      insert: `@${person.username}`,
      label: name,
      note: [`@${person.username}`, node].filter(Boolean).join(" · "),
      who: { id: person.user_id, name, agent: person.account_type === "agent", url: person.avatar_url ?? null },
    };
  });
}

/** @param {Person} person */
function nameOf({ display_name, username }) {
  return cleanName(display_name) || username;
}

/** Whether a word of the text begins as asked. @param {string} text @param {string} asked */
function begins(text, asked) {
  const wanted = asked.toLocaleLowerCase();
  return text.toLocaleLowerCase().split(/[\s._-]+/u).some((word) => word.startsWith(wanted)) || text.toLocaleLowerCase().startsWith(wanted);
}

/**
 * Whom the node would call: all who bear the handle equally well. A handle of one's own in the channel means nobody
 * else; for a name, those outside have to be known too, since one of them may bear it as a handle.
 * @param {SignedInApp} app @param {string} channelId @param {Person[]} inside @param {string} handle @returns {Promise<Choice[]>}
 */
async function meant(app, channelId, inside, handle) {
  const own = inside.filter((person) => fit(person, handle) < 2);
  const here = new Set(inside.map((person) => person.user_id));
  const known = own.length > 0 ? own : [...inside, ...(await called(app, handle)).filter((person) => !here.has(person.user_id))];
  const best = Math.min(UNFIT - 1, ...known.map((person) => fit(person, handle)));
  const found = known.filter((person) => fit(person, handle) === best && person.user_id !== app.me.user_id);
  const place = `#${cleanName(app.channels.value?.find(({ id }) => id === channelId)?.name)}`;
  return choices(app, found).map((choice) => (here.has(choice.who?.id ?? "") ? choice : { ...choice, absent: place }));
}

/** How well a handle means a person: 0 best, 4 not at all. The rule is the node's. @param {Person} person @param {string} handle */
export function fit({ username, user_id, display_name, is_remote }, handle) {
  const bare = is_remote ? username.replace(OF_A_NODE, "") : username;
  const spellings = [[username, user_id], [bare, display_name.split(/\s+/u).filter(Boolean).join("_")]];
  const folded = handle.toLowerCase();
  for (const [rank, names] of spellings.entries()) {
    if (names.includes(handle)) return 2 * rank;
    if (names.some((name) => name.toLowerCase() === folded)) return 2 * rank + 1;
  }
  return UNFIT;
}

/** @param {SignedInApp} app @param {string} handle @returns {Promise<Person[]>} */
function called(app, handle) {
  const asked = handle.replace(OF_A_NODE, "").toLowerCase();
  return keep(others, asked, async () => (await app.api.get(`/users?q=${encodeURIComponent(asked)}&limit=200`)).users, []);
}

/** Read again when somebody came or went. @param {SignedInApp} app @param {string} channelId @returns {Promise<Answer>} */
function membersOf(app, channelId) {
  const read = async () => {
    /** @type {Answer} */
    const answer = { users: [], everyone: [] };
    for await (const page of app.api.pages(`/mention-suggestions?channel_id=${encodeURIComponent(channelId)}&limit=200`, MOST_PAGES)) {
      answer.users.push(...page.users);
      answer.everyone = page.everyone;
    }
    return answer;
  };
  return keep(members, channelId, read, { users: [], everyone: [] }, (forget) => app.stream.onEvents((events) => events.some(({ event_type, channel_id }) =>
    event_type === "peer.changed" || (event_type === "channel.state.updated" && channel_id === channelId)) && forget()));
}

/**
 * An answer for as long as it is fresh; one that did not come is nobody, and is asked for again.
 * @template T
 * @param {Kept<T>} kept @param {string} name @param {() => Promise<T>} read @param {T} nobody
 * @param {(forget: () => void) => () => void} [watch] @returns {Promise<T>}
 */
function keep(kept, name, read, nobody, watch) {
  const have = kept.get(name);
  if (have && Date.now() - have.at < FRESH) return have.answer;
  have?.stop?.();
  const forget = () => {
    kept.get(name)?.stop?.();
    kept.delete(name);
  };
  const answer = read().catch(() => {
    forget();
    return nobody;
  });
  kept.set(name, { at: Date.now(), answer, ...(watch ? { stop: watch(forget) } : {}) });
  return answer;
}
