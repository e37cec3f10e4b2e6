/**
 * What this node knows of its peers, for every screen: read once, read again when one of them changes,
 * and once a second while one catches up and somebody looks.
 */

import { ApiError } from "../../base/api.js";
import { Coalesced, Store, Stops } from "../../base/store.js";
import { cleanName } from "../../base/text.js";

const PROGRESS = 1000; // ms between two reads while something moves

/** @typedef {import("../../base/types.js").Peer} Peer */
/** @typedef {import("../../base/types.js").PeersView} PeersView */
/** @typedef {import("../../base/types.js").Origins} Origins */
/** @typedef {Pick<import("../../base/types.js").SignedInApp, "api" | "stream" | "signIns">} Source */

export class Peers {
  /** @param {Source} source */
  constructor(source) {
    this.source = source;
    /** @type {Store<PeersView>} */
    this.view = new Store(/** @type {PeersView} */ ({ status: "loading", peers: [], discovered: [], error: null }));
    /** Changes only with a name, so that whoever draws names is not woken by progress. @type {Store<Origins>} */
    this.origins = new Store(/** @type {Origins} */ (new Map()));
    this.reading = new Coalesced(() => this.#read());
    this.stops = new Stops();
    this.stops.add(() => this.reading.stop(), whenPeersChange(source.stream, () => void this.load()));
    this.stops.listen(document, "visibilitychange", () => !document.hidden && this.#isMoving() && void this.load());
  }

  stop() {
    clearTimeout(this.timer);
    this.stops.run();
  }

  /** Resolves when what is shown is at least as new as this call. */
  load() {
    return this.reading.run();
  }

  async #read() {
    clearTimeout(this.timer);
    try {
      const { peers, discovered_peers: discovered } = await persist(this.source, () => this.source.api.get("/p2p/peers"));
      this.#show({ status: "ready", peers: peers ?? [], discovered: discovered ?? [], error: null });
    } catch (error) {
      const { status } = this.view.value; // what is known stays; the status strip says why it is old
      if (!this.reading.stopped) this.view.set({ ...this.view.value, status: status === "ready" ? status : "failed", error });
    }
    if (this.#isMoving() && !document.hidden) this.timer = setTimeout(() => void this.load(), PROGRESS);
  }

  /** @param {PeersView} view */
  #show(view) {
    if (this.reading.stopped) return;
    const names = view.peers.map(({ peer_id, display_name, words }) => /** @type {const} */ ([peer_id, { name: cleanName(display_name), words }]));
    if (JSON.stringify(names) !== JSON.stringify([...this.origins.value])) this.origins.set(new Map(names));
    this.view.set(view);
  }

  #isMoving() {
    return !this.reading.stopped && this.view.value.peers.some((peer) => peer.progress);
  }
}

/**
 * @param {import("../../base/stream.js").EventStream} stream @param {() => void} fn
 * @returns {() => void} stops it
 */
export function whenPeersChange(stream, fn) {
  const stops = [
    stream.onReset(fn),
    stream.onEvents((events) => events.some((event) => event.event_type === "peer.changed") && fn()),
  ];
  return () => stops.forEach((stop) => stop());
}

/**
 * Calls; when the session has ended, waits until the person has signed in again and calls once more.
 * @template T
 * @param {Pick<Source, "signIns">} app @param {() => Promise<T>} call @returns {Promise<T>}
 */
export async function persist({ signIns }, call) {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    await new Promise((resolve) => {
      const stop = signIns.subscribe((count) => {
        stop();
        resolve(count);
      });
    });
    return call();
  }
}
