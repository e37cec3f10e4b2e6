/**
 * The one live stream of a browser, shared by its tabs.
 *
 * A tab leads: it holds the connection and passes every event on. The others listen, keep count of the
 * same `seq`, and one of them takes over where the leader stopped. An event is a doorbell; whoever hears
 * `reset` reads its lists again.
 */

import { Backoff, StreamRefused, readStream, wakeable } from "./sse.js";
import { Store } from "./store.js";
import { TabBus, standForLead } from "./tabs.js";

const HEARTBEAT = 5; // s, asked of the node
const SILENCE = 2 * HEARTBEAT * 1000 + 1000; // ms; two heartbeats and what a busy machine adds
const TRIES_BEFORE_GONE = 2; // failed attempts after which "reconnecting" becomes "not reachable"

/** @typedef {"connecting" | "live" | "retrying" | "unreachable" | "signed-out"} Phase */
/** @typedef {{phase: Phase, retryAt: number | null}} StreamState */
/** What the node says of itself. @typedef {{canSave: boolean, version: string}} NodeState */
/** @typedef {import("./types.js").LiveEvent} LiveEvent */

export class EventStream {
  /** @param {import("./api.js").Api} api @param {string} person whose stream it is */
  constructor(api, person) {
    this.api = api;
    /** @type {Store<StreamState>} */
    this.state = new Store(/** @type {StreamState} */ ({ phase: "connecting", retryAt: null }));
    /** The version is empty until it is known. @type {Store<NodeState>} */
    this.node = new Store(/** @type {NodeState} */ ({ canSave: true, version: "" }));
    this.seq = -1;
    this.leading = false;
    this.stopping = new AbortController();
    /** Ends the connection of this leadership. */
    this.yielding = new AbortController();
    this.pause = wakeable();
    /** @type {Set<(events: LiveEvent[]) => void>} */
    this.hearers = new Set();
    /** @type {Set<() => void>} */
    this.resetters = new Set();
    this.name = `stream.${person}`;
    this.bus = new TabBus(this.name, (message) => this.#heard(message));
  }

  /** Reads where the journal stands, then follows. Snapshots taken after it resolves miss nothing. */
  async start() {
    addEventListener("online", this.retryNow);
    addEventListener("focus", this.retryNow);
    addEventListener("pageshow", this.#returned);
    addEventListener("pagehide", this.#leaving);
    const backoff = new Backoff();
    while (this.seq < 0 && !this.stopping.signal.aborted) {
      await this.#readLatest(backoff);
    }
    if (this.stopping.signal.aborted) return;
    this.lead = standForLead(this.name, () => this.#lead(), () => this.#yield());
    this.bus.post({ kind: "hello" });
  }

  stop() {
    this.stopping.abort();
    removeEventListener("online", this.retryNow);
    removeEventListener("focus", this.retryNow);
    removeEventListener("pageshow", this.#returned);
    removeEventListener("pagehide", this.#leaving);
    this.#yield();
    this.lead?.stop();
    this.pause.wake();
    this.bus.close();
  }

  /** @param {(events: LiveEvent[]) => void} fn @returns {() => void} */
  onEvents(fn) {
    this.hearers.add(fn);
    return () => this.hearers.delete(fn);
  }

  /** @param {() => void} fn called when events may have been missed @returns {() => void} */
  onReset(fn) {
    this.resetters.add(fn);
    return () => this.resetters.delete(fn);
  }

  retryNow = () => {
    if (this.state.value.phase === "live") return;
    this.pause.wake();
    if (!this.leading) this.bus.post({ kind: "retry" });
  };

  /** @param {Backoff} backoff */
  async #readLatest(backoff) {
    try {
      const { latest_seq } = await this.api.get("/events?limit=1");
      this.seq = Math.max(this.seq, Number(latest_seq) || 0);
    } catch (error) {
      await this.#waitAfter(error, backoff);
    }
  }

  #lead() {
    this.leading = true;
    this.yielding = new AbortController();
    this.bus.post({ kind: "leading", from: this.seq });
    void this.#follow(this.yielding.signal);
  }

  #yield() {
    this.leading = false;
    this.yielding.abort();
  }

  /** @param {AbortSignal} signal */
  async #follow(signal) {
    const backoff = new Backoff();
    while (!signal.aborted && !this.stopping.signal.aborted) {
      /** @type {unknown} */
      let reason = null;
      try {
        await readStream(`/api/v1/events/stream?render=html&after_seq=${this.seq}&heartbeat=${HEARTBEAT}`, {
          signal,
          silence: SILENCE,
          onOpen: (headers) => this.#opened(backoff, headers.get("X-Canopy-Version") ?? ""),
          onFrames: (frames) => this.#received(frames),
        });
      } catch (error) {
        reason = error;
      }
      if (signal.aborted) return;
      await this.#waitAfter(reason, backoff);
    }
  }

  /** A node that cannot save says so at once. @param {Backoff} backoff @param {string} version */
  #opened(backoff, version) {
    backoff.reset();
    this.#tellOfNode({ canSave: true, version });
    this.#tell({ phase: "live", retryAt: null });
  }

  /** @param {import("./sse.js").Frame[]} frames */
  #received(frames) {
    /** @type {LiveEvent[]} */
    const events = [];
    for (const frame of frames) {
      if (frame.event === "reset") this.#reset(seqOf(frame.data));
      else if (frame.event === "state") this.#tellOfNode({ ...this.node.value, canSave: stateOf(frame.data).storage === "ok" });
      else if (frame.event !== "ping") events.push(...parsed(frame));
    }
    const fresh = this.#deliver(events);
    if (fresh.length > 0) this.bus.post({ kind: "events", events: fresh });
  }

  /** @param {LiveEvent[]} events @returns {LiveEvent[]} those that this tab had not seen */
  #deliver(events) {
    const fresh = events.filter((event) => event.seq > this.seq);
    if (fresh.length === 0) return fresh;
    this.seq = Math.max(...fresh.map((event) => event.seq));
    for (const hearer of [...this.hearers]) hearer(fresh);
    return fresh;
  }

  /** The journal no longer reaches back to us, or is another one. @param {number | null} seq */
  #reset(seq) {
    this.bus.post({ kind: "reset", seq });
    this.#startOver(seq);
  }

  /** A restored node counts lower than before, so the new number is taken as it is. @param {number | null} seq */
  #startOver(seq) {
    if (seq !== null) this.seq = seq;
    for (const resetter of [...this.resetters]) resetter();
  }

  /** Whoever asks for a try now, by a button or a network that is back, is not made to wait long for the next.
   * @param {unknown} reason @param {Backoff} backoff */
  async #waitAfter(reason, backoff) {
    const status = reason instanceof StreamRefused ? reason.status : Number(Object(reason).status ?? 0);
    if (status === 401 || status === 403) {
      this.#tell({ phase: "signed-out", retryAt: null });
      this.api.onSignedOut();
      await this.pause.wait(2 ** 30);
      return;
    }
    const wait = backoff.next();
    const gone = status === 0 && backoff.attempts > TRIES_BEFORE_GONE;
    this.#tell({ phase: gone ? "unreachable" : "retrying", retryAt: Date.now() + wait });
    if (await this.pause.wait(wait)) backoff.hasten(TRIES_BEFORE_GONE);
  }

  /** @param {StreamState} state */
  #tell(state) {
    this.state.set(state);
    this.bus.post({ kind: "state", state });
  }

  /** The node refused to save something. */
  cannotSave() {
    if (this.node.value.canSave) this.#tellOfNode({ ...this.node.value, canSave: false });
  }

  /** @param {NodeState} node */
  #tellOfNode(node) {
    this.node.set(node);
    this.bus.post({ kind: "node", node });
  }

  /** @param {any} message from another tab */
  #heard(message) {
    if (message.kind === "events") this.#deliver(message.events);
    if (message.kind === "state" && !this.leading) this.state.set(message.state);
    if (message.kind === "node") this.node.set(message.node);
    if (message.kind === "reset") this.#startOver(message.seq);
    if (message.kind === "leading" && this.seq >= 0 && this.seq < message.from) this.#startOver(message.from);
    if (message.kind === "retry" && this.leading) this.retryNow();
    if (message.kind !== "hello" || !this.leading) return;
    this.bus.post({ kind: "state", state: this.state.value });
    this.bus.post({ kind: "node", node: this.node.value });
  }

  /** A page frozen by the browser and brought back has heard nothing meanwhile. @param {Event} event */
  #returned = (event) => {
    if (!(/** @type {PageTransitionEvent} */ (event).persisted)) return;
    if (this.leading) void this.#lead();
    this.#startOver(null);
  };

  /** Closing the connection ourselves keeps the console of a leaving page silent. */
  #leaving = () => this.yielding.abort();
}

/** @param {string} data @returns {{storage?: string}} */
function stateOf(data) {
  try {
    return JSON.parse(data) ?? {};
  } catch {
    return {};
  }
}

/** @param {import("./sse.js").Frame} frame @returns {LiveEvent[]} */
function parsed(frame) {
  try {
    const item = JSON.parse(frame.data);
    return typeof item?.seq === "number" ? [{ event_type: frame.event, ...item }] : [];
  } catch {
    return []; // a torn frame is read again after the next reconnect
  }
}

/** @param {string} data @returns {number | null} */
function seqOf(data) {
  try {
    const { latest_seq, seq, next_after_seq } = JSON.parse(data) ?? {};
    const found = latest_seq ?? next_after_seq ?? seq;
    return typeof found === "number" ? found : null;
  } catch {
    return null;
  }
}
