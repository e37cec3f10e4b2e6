/** The channels a person belongs to: read once, read again when one of them changes. */

import { Store } from "../../base/store.js";

/** @typedef {import("../../base/types.js").Channel} Channel */

export class Channels {
  /** @param {import("../../base/api.js").Api} api @param {import("../../base/stream.js").EventStream} stream */
  constructor(api, stream) {
    this.api = api;
    /** @type {Store<Channel[] | null>} */
    this.list = new Store(/** @type {Channel[] | null} */ (null));
    this.stops = [
      stream.onReset(() => void this.load()),
      stream.onEvents((events) => {
        if (events.some((event) => event.event_type === "channel.state.updated")) void this.load();
      }),
    ];
  }

  stop() {
    for (const stop of this.stops) stop();
  }

  async load() {
    try {
      this.list.set((await this.api.get("/channels")).channels);
    } catch {
      // Kept as it was: the status strip says why, and the next reset reads it again.
    }
  }
}
