/** A thread beside its channel: what began it, the replies, and a composer of its own. */

import { html, live, nothing, render } from "../../vendor/lit.js";
import { icon } from "../../parts/icons.js";
import { notice } from "../../parts/notice.js";
import "./follow.js";
import { ConversationFrame } from "./frame.js";
import { pathOf } from "./rows.js";
import { alsoSend, audienceWords, replyName, threadFeed, words } from "./strings.js";

const TOUCH = matchMedia("(pointer: coarse)");

/** @type {import("../../base/types.js").MountInside} */
export function mount(root, app, params) {
  render(html`<canopy-thread class="thread" .app=${app} .channelId=${params.channel} .wanted=${params.thread}></canopy-thread>`, root);
  return { name: "thread", title: "", unmount: () => render(nothing, root) };
}

/** @param {import("../../base/api.js").Api} api @param {string} channelId @param {string} root @returns {import("./conversation.js").Source} */
function threadSource(api, channelId, root) {
  const below = `${pathOf(channelId)}/${encodeURIComponent(root)}`;
  const page = (/** @type {string} */ query, /** @type {AbortSignal} */ signal) => api.get(`${below}/replies?render=html&${query}`, { signal });
  return {
    place: `thread:${root}`,
    channelId,
    root,
    holds: (message) => message.thread_id === root && message.id !== root,
    page,
    around: async (id, each, signal) => {
      const name = encodeURIComponent(id);
      const [{ message }, before, after] = await Promise.all([
        api.get(`${pathOf(channelId)}/${name}?render=html`, { signal }),
        page(`limit=${each}&before=${name}`, signal),
        page(`limit=${each}&after=${name}`, signal),
      ]);
      const messages = [...before.messages, message, ...after.messages];
      return { messages, root: before.root, older: before.has_more, newer: after.has_more };
    },
  };
}

export class ThreadPanel extends ConversationFrame {
  static properties = {
    ...ConversationFrame.properties,
    wanted: {},
    missing: { state: true },
    also: { state: true },
  };

  constructor() {
    super();
    this.composerName = "thread-composer";
    /** Any message of the thread. */
    this.wanted = "";
    this.missing = false;
    /** Whether the next reply is sent to the channel too. */
    this.also = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.stops.listen(window, "keydown", (event) => this.#pressed(event));
    this.stops.listen(this, "send-text", (event) => this.#sends(event), { capture: true }); // it does not bubble
    this.follow(this.app.channels);
    void this.#begin();
  }

  async #begin() {
    try {
      const { message } = await this.app.api.get(`${pathOf(this.channelId)}/${encodeURIComponent(this.wanted)}?render=html`);
      if (this.isConnected) await this.#show(message.thread_id ?? message.id);
    } catch {
      this.missing = true;
    }
  }

  /** @param {string} root */
  async #show(root) {
    this.open(threadSource(this.app.api, this.channelId, root), {
      openThread: () => this.composer?.focus(),
      markUnread: () => {},
    });
    this.requestUpdate();
    if (this.wanted === root) await this.conversation.load();
    else await this.conversation.loadAround(this.wanted);
    await this.updateComplete;
    await this.list?.updateComplete;
    if (this.wanted !== root) void this.list?.jumpTo(this.wanted);
    else if (history.state?.opened && !TOUCH.matches) this.composer?.focus();
  }

  render() {
    return html`<header class="place-header">
        <h2 class="place-name" tabindex="-1">${words.thread}</h2>
        ${this.#follow()}
        <button class="icon-button aside-close" type="button" aria-label=${words.closeThread} title=${words.closeThread} @click=${this.#close}>
          ${icon("cross")}</button>
      </header>
      ${this.#body()}`;
  }

  #body() {
    if (this.missing || this.conversation?.view.value.status === "missing") return notice(words.missingThread, words.missingMessageAdvice);
    if (!this.acts) return nothing;
    const author = this.conversation.view.value.lead?.author.name ?? "";
    return html`${this.drawList({ name: threadFeed(author), beginning: nothing })}
      ${this.drawComposer({ label: replyName(author), audience: audienceWords(this.members?.length ?? null, this.nodes) })}
      <label class="check thread-also"><input type="checkbox" .checked=${live(this.also)}
        @change=${(/** @type {any} */ event) => (this.also = event.target.checked)}><span>${alsoSend(this.#channelName)}</span></label>`;
  }

  get #channelName() {
    return this.app.channels.value?.find(({ id }) => id === this.channelId)?.name ?? this.channelId;
  }

  /** The channel gets a message of its own; the choice was for this one. @param {CustomEvent<{text: string, lifespan: number}>} event */
  #sends({ target, detail: { text, lifespan } }) {
    if (!this.also || target !== this.composer) return;
    this.also = false;
    this.app.outbox.send(`channel:${this.channelId}`, this.channelId, text, { lifespan });
  }

  #follow() {
    const root = this.conversation?.source.root;
    return root ? html`<canopy-follow .app=${this.app} .channelId=${this.channelId} .root=${root}></canopy-follow>` : nothing;
  }

  /** Closing is going back, where that is where one came from. */
  #close = () => {
    if (history.state?.opened) history.back();
    else this.app.router.go(`/c/${encodeURIComponent(this.channelId)}`);
  };

  /** One layer at a time; what the browser closes by itself is its own. @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    if (!document.querySelector("dialog[open], :popover-open")) this.#close();
  }
}

customElements.define("canopy-thread", ThreadPanel);
