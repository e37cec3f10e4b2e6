/** Which messages a person has saved. Read when somebody first turns to a message, and kept right by events. */

import { Coalesced } from "../../base/store.js";

const MOST_PAGES = 25; // of two hundred each: more are not kept by the node

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {{id: string, source_id: string, channel_id: string, created_at: string, message: import("../../base/types.js").Message}} Bookmark */

/** @type {WeakMap<SignedInApp, Promise<Bookmarks>>} */
const known = new WeakMap();

/** The same for as long as a person stays signed in. @param {SignedInApp} app @param {import("../../base/store.js").Stops} stops @returns {Promise<Bookmarks>} */
export function bookmarksOf(app, stops) {
  let mine = known.get(app);
  if (!mine) {
    const made = new Bookmarks(app);
    stops.add(() => made.stop());
    mine = made.reading.run().then(() => made);
    known.set(app, mine);
  }
  return mine;
}

export class Bookmarks {
  /** @param {SignedInApp} app */
  constructor(app) {
    this.app = app;
    this.reading = new Coalesced(() => this.#read());
    this.stops = [
      app.stream.onReset(() => void this.reading.run()),
      app.stream.onEvents((events) => events.some(({ event_type }) => event_type === "bookmark.changed") && void this.reading.run()),
    ];
  }

  stop() {
    this.reading.stop();
    for (const stop of this.stops) stop();
  }

  /** Saves a message, or lets it go. @param {string} messageId @returns {Promise<boolean>} whether it is saved now */
  async toggle(messageId) {
    const id = this.app.saved.value.get(messageId);
    if (id) await this.app.api.delete(`/bookmarks/${encodeURIComponent(id)}`);
    else await this.app.api.post("/bookmarks", { source_type: "channel_message", source_id: messageId });
    await this.reading.run();
    return id === undefined;
  }

  async #read() {
    /** @type {Map<string, string>} */
    const found = new Map();
    try {
      for await (const { bookmarks } of this.app.api.pages("/bookmarks?limit=200", MOST_PAGES)) {
        for (const { source_id, id } of /** @type {Bookmark[]} */ (bookmarks)) found.set(source_id, id);
      }
      this.app.saved.set(found);
    } catch {
      // The stars stay as they were; the next event or reset reads them again.
    }
  }
}
