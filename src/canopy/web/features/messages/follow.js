/** Whether one hears of the replies of a thread, and why: a button that turns it, and a menu with all three ways. */

import { html, nothing } from "../../vendor/lit.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import "../../parts/menu.js";
import { toast } from "../../parts/toast.js";
import { reasonOf } from "./acts.js";
import { follow, onFollowed, readStanding } from "./following.js";
import { failedTo, words } from "./strings.js";

/** @typedef {import("./following.js").Standing} Standing */

const REASONS = { started: words.followsOwn, replied: words.followsReplied, mentioned: words.followsCalled };

export class FollowThread extends LightElement {
  static properties = { app: { attribute: false }, channelId: {}, root: {}, standing: { state: true } };

  constructor() {
    super();
    /** @type {import("../../base/types.js").SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    this.channelId = "";
    /** The message that began the thread. */
    this.root = "";
    /** Nothing is said while it is not known. @type {Standing | null} */
    this.standing = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.stops.add(this.app.stream.onEvents((events) => events.some((event) => this.#concerns(event)) && void this.#read()));
    this.stops.add(this.app.stream.onReset(() => void this.#read()));
    onFollowed(this.stops, (standing) => {
      if (standing.thread_root_message_id === this.root) this.standing = standing;
    });
    void this.#read();
  }

  render() {
    if (!this.standing) return nothing;
    const { subscribed } = this.standing;
    return html`<button class="button is-quiet" type="button" aria-pressed=${subscribed ? "true" : "false"}
        title=${this.#why(this.standing)} @click=${() => this.#say(!subscribed)}>${icon("bell")}${subscribed ? words.following : words.follow}</button>
      <canopy-menu .label=${words.followMenu} .icon=${"open"} .items=${this.#items(this.standing)}></canopy-menu>`;
  }

  /** @param {Standing} standing @returns {import("../../parts/menu.js").MenuItem[]} */
  #items({ explicit_subscribed: said, reason }) {
    const byDefault = reason ? REASONS[reason] : words.followsNot;
    return [
      { label: words.follow, hint: words.followsWhy, checked: said === true, act: () => this.#say(true) },
      { label: words.mute, hint: words.followsNot, checked: said === false, act: () => this.#say(false) },
      { label: words.byDefault, hint: byDefault, checked: said === null, act: () => this.#say(null) },
    ];
  }

  /** @param {Standing} standing */
  #why({ subscribed, reason, explicit_subscribed: said }) {
    if (subscribed) return reason ? REASONS[reason] : words.followsWhy;
    return said === false ? words.followsMuted : words.followsNot;
  }

  /** A reply of one's own, or one that calls, is a reason to follow. @param {import("../../base/types.js").LiveEvent} event */
  #concerns({ event_type: type, payload }) {
    const message = payload?.message;
    const me = this.app.me.user_id;
    if (type !== "channel.message.created" || message?.thread_id !== this.root) return false;
    return message.user_id === me || (message.mentions ?? []).some((each) => each.user_id === me);
  }

  async #read() {
    try {
      this.standing = await readStanding(this.app.api, this.channelId, this.root);
    } catch {
      // Then nothing is said about it.
    }
  }

  /** @param {boolean | null} wanted */
  async #say(wanted) {
    try {
      await follow(this.app.api, this.channelId, this.root, wanted);
    } catch (error) {
      toast(`${failedTo(words.toFollow)} ${reasonOf(error)}`);
    }
  }
}

customElements.define("canopy-follow", FollowThread);
