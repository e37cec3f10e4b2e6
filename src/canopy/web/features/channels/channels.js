/**
 * The channels a person belongs to: read once, read again when one of them changes, and counted on meanwhile, so that
 * a message in a busy channel asks the node for nothing.
 */

import { Coalesced, Store } from "../../base/store.js";

/** @typedef {import("../../base/types.js").Channel} Channel */
/** @typedef {import("../../base/types.js").LiveEvent} LiveEvent */

const ID = /^C[0-9a-f]{12,}$/u;
const MOST_PAGES = 10; // of a hundred channels each
const READ_AGAIN = new Set(["channel.state.updated", "channel.message.deleted", "mention.created", "mention.acknowledged"]);

export class Channels {
  /** @param {import("../../base/api.js").Api} api @param {import("../../base/stream.js").EventStream} stream @param {string} me */
  constructor(api, stream, me) {
    this.api = api;
    this.me = me;
    /** @type {Store<Channel[] | null>} */
    this.list = new Store(/** @type {Channel[] | null} */ (null));
    /** Whether the node was asked and has answered, or not. */
    this.tried = false;
    /** Channels outside the list that somebody looks at: archived ones. @type {Set<string>} */
    this.wanted = new Set();
    /** What the node made of names that no channel of the list bears: an id, or the name itself when it is nobody's or
     *  that of several; null while it is asked. @type {Map<string, string | null>} */
    this.recalled = new Map();
    /** Called when a name that was asked about is known. */
    this.onNamed = () => {};
    this.reading = new Coalesced(() => this.#read());
    this.stops = [stream.onReset(() => void this.load()), stream.onEvents((events) => this.hear(events))];
  }

  stop() {
    this.reading.stop();
    for (const stop of this.stops) stop();
  }

  /** Resolves when what is shown is at least as new as this call. @param {string} [gone] a channel that was left */
  load(gone = "") {
    this.wanted.delete(gone);
    return this.reading.run();
  }

  /** @param {string} id @returns {Channel | undefined} */
  find(id) {
    return this.list.value?.find((channel) => channel.id === id);
  }

  /** A channel that is not in the list is asked for by itself. @param {string} id */
  want(id) {
    if (this.wanted.has(id) || this.find(id)) return;
    this.wanted.add(id);
    if (this.list.value) void this.load();
  }

  /** How often somebody called this person, in all channels. */
  calls() {
    return (this.list.value ?? []).reduce((sum, channel) => sum + mentionsIn(channel), 0);
  }

  /** The id of a channel that somebody called by its name; null while the names are not known yet. @param {string} text */
  named(text) {
    if (text === "general" || ID.test(text) || this.find(text)) return text;
    if (!this.list.value) return this.tried ? text : null;
    const found = this.list.value.filter(({ name }) => name.toLowerCase() === text.toLowerCase());
    if (found[0]) return found.length === 1 ? found[0].id : text;
    if (!this.recalled.has(text)) void this.#recall(text);
    return this.recalled.get(text) ?? null;
  }

  /** A link may be older than the present name of its channel. @param {string} text */
  async #recall(text) {
    this.recalled.set(text, null);
    let id = text;
    try {
      const { channels } = await this.api.get(`/channels?named=${encodeURIComponent(text)}`);
      if (channels.length === 1) id = channels[0].id;
    } catch {
      // The screen says that the node is not there.
    }
    this.recalled.set(text, id);
    this.onNamed();
  }

  async #read() {
    try {
      const found = await this.#readAll();
      this.recalled.clear(); // names may have changed hands
      if (!this.reading.stopped) this.list.set(found);
    } catch {
      // The list is kept as it was: the status strip says why, and the next reset reads it again.
    } finally {
      this.tried = true;
    }
  }

  async #readAll() {
    /** @type {Channel[]} */
    const found = [];
    for await (const page of this.api.pages("/channels?limit=100", MOST_PAGES)) found.push(...page.channels);
    for (const id of this.wanted) {
      if (!found.some((channel) => channel.id === id)) found.push(...(await this.#readOne(id)));
    }
    return found;
  }

  /** @param {string} id @returns {Promise<Channel[]>} */
  async #readOne(id) {
    try {
      return [(await this.api.get(`/channels/${encodeURIComponent(id)}`)).channel];
    } catch {
      this.wanted.delete(id);
      return []; // not ours to see; the screen says so
    }
  }

  /** Marked as unread again: how much of it calls the person only the node knows. @param {LiveEvent} event */
  #unreadAgain({ event_type, channel_id, payload }) {
    const known = this.find(channel_id ?? "")?.unread_count ?? 0;
    return event_type === "channel.message.read" && Number(payload?.unread_count ?? 0) > known;
  }

  /** @param {LiveEvent[]} events */
  hear(events) {
    if (events.some((event) => READ_AGAIN.has(event.event_type) || this.#unreadAgain(event))) return void this.load();
    if (events.some((event) => event.event_type === "channel.message.created" && !this.find(event.channel_id ?? ""))) return void this.load();
    const changed = this.list.value?.map((channel) => counted(channel, events, this.me)) ?? null;
    if (changed?.some((channel, index) => channel !== this.list.value?.[index])) this.list.set(changed);
  }
}

/** The same channel when nothing of it changed. @param {Channel} channel @param {LiveEvent[]} events @param {string} me @returns {Channel} */
function counted(channel, events, me) {
  let { unread_count: unread = 0, unread_mentions: mentions = 0, last_message_at: last = null } = channel;
  for (const event of events) {
    if (event.channel_id !== channel.id) continue;
    if (event.event_type === "channel.message.read") {
      unread = Number(event.payload?.unread_count ?? 0);
      mentions = Math.min(mentions, unread);
    }
    if (event.event_type !== "channel.message.created") continue;
    last = event.payload?.message?.created_at ?? new Date().toISOString();
    if (event.actor_user_id !== me) unread += 1;
  }
  const same = unread === (channel.unread_count ?? 0) && mentions === mentionsIn(channel) && last === (channel.last_message_at ?? null);
  return same ? channel : { ...channel, unread_count: unread, unread_mentions: mentions, last_message_at: last };
}

/** @param {Channel} channel */
export function isArchived(channel) {
  return channel.lifecycle_status === "archived";
}

/** @param {Channel} channel how many times somebody called this person */
export function mentionsIn(channel) {
  return channel.unread_mentions ?? 0;
}
