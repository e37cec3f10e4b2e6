/** The screen of a channel: header, list, composer, the thread beside it, and what its addresses mean. */

import { html, nothing, render } from "../../vendor/lit.js";
import { rove } from "../../base/keys.js";
import { clockTime } from "../../base/time.js";
import { icon } from "../../parts/icons.js";
import "../../parts/menu.js";
import { notice } from "../../parts/notice.js";
import { earlier, later } from "./continuing.js";
import { ConversationFrame } from "./frame.js";
import { Reading } from "./reading.js";
import { pathOf } from "./rows.js";
import { audience, beginning, beginningAdvice, composerName, feedName, jumpedTo, members, words } from "./strings.js";

const NARROW = matchMedia("(max-width: 899px)");
const SCREENFUL = 75; // rows that fill any window below the one that was at its upper edge

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("../../base/types.js").Params} Params */
/** @typedef {import("../../parts/message-row.js").Row} Row */

/** @type {import("../../base/types.js").MountInside} */
export function mount(root, app, params) {
  const id = params.channel ?? "";
  const draw = (/** @type {Params} */ { message = "" }) =>
    render(html`<canopy-channel .app=${app} .channelId=${id} .messageId=${message}></canopy-channel>`, root);
  draw(params);
  return {
    name: "channel",
    get title() {
      return `#${nameOf(app, id)}`;
    },
    unmount: () => render(nothing, root),
    update: (next) => {
      if (next.channel !== id) return false;
      draw(next);
      return true;
    },
  };
}

/** @param {SignedInApp} app @param {string} id */
function nameOf(app, id) {
  return app.channels.value?.find((channel) => channel.id === id)?.name ?? id;
}

/** @param {import("../../base/types.js").Message} message whether it begins a thread, or could */
const isFirst = (message) => (message.thread_id ?? message.id) === message.id;

/** @param {import("../../base/api.js").Api} api @param {string} channelId @returns {import("./conversation.js").Source} */
function channelSource(api, channelId) {
  const path = `${pathOf(channelId)}?order=created&root_only=true`;
  return {
    place: `channel:${channelId}`,
    channelId,
    root: null,
    holds: isFirst,
    page: (query, signal) => api.get(`${path}&render=html&${query}`, { signal }),
    around: async (id, each, signal) => {
      const { messages, has_more } = await api.get(`${path}&render=html&around=${encodeURIComponent(id)}&limit=${2 * each + 1}`, { signal });
      const here = messages.findIndex((/** @type {import("../../base/types.js").Message} */ message) => message.id === id);
      return { messages, older: has_more, newer: messages.length - here > each };
    },
  };
}

export class ChannelScreen extends ConversationFrame {
  static properties = {
    ...ConversationFrame.properties,
    channelId: {},
    messageId: {},
    lost: { state: true },
    looking: { state: true },
    spoken: { state: true },
  };

  constructor() {
    super();
    this.channelId = "";
    /** The message that the address names. */
    this.messageId = "";
    /** Whether the address names a message that is not here. */
    this.lost = false;
    /** Whether it is still being looked for. */
    this.looking = false;
    /** Where a link led, for who hears the page. */
    this.spoken = "";
    /** @type {Reading} */
    this.reading = /** @type {any} */ (undefined);
  }

  connectedCallback() {
    super.connectedCallback();
    this.open(channelSource(this.app.api, this.channelId), {
      openThread: (row) => this.#openThread(row),
      markUnread: (row) => void this.reading.markFrom(row),
    });
    this.reading = new Reading(this.app, this.conversation, () => this.list);
    this.follow(this.reading.newFrom);
    this.stops.add(() => this.reading.stop(), this.app.channels.subscribe(this.reading.look));
    this.stops.listen(window, "keydown", (event) => this.#pressed(event));
    this.stops.listen(window, "canopy-leave", () => this.#remember());
    this.stops.add(this.app.keys.add({ "Ctrl+F": () => this.app.router.go(`${this.#path}/search`) }));
    this.conversation.onArrived = (rows) => void this.#announce(rows);
    this.follow(this.app.channels);
    void this.#arrive();
  }

  /** @param {import("../../vendor/lit.js").PropertyValues} changed */
  updated(changed) {
    if (changed.get("messageId") !== undefined && this.messageId) void this.#arrive();
    if (changed.get("messageId") && !this.messageId) this.lost = false;
  }

  /** Shows what the address or the history names, else the newest. */
  async #arrive() {
    const anchor = history.state?.anchor;
    if (anchor) return this.#goBack(anchor);
    if (!this.messageId) return this.#begin();
    this.reading.jumped = true;
    if (this.conversation.find(this.messageId)) return this.#jump(this.messageId);
    const wanted = this.messageId;
    this.looking = true;
    const here = await this.conversation.loadAround(wanted);
    if (!here) await this.#findReply(wanted);
    this.looking = false;
    return here ? this.#jump(wanted) : undefined;
  }

  /** What speaks is loaded when there is something to say. @param {Row[]} rows */
  async #announce(rows) {
    await import("./announcer.js");
    /** @type {import("./announcer.js").Announcer | null} */ (this.querySelector("canopy-announcer"))?.say(rows);
  }

  /** At the newest row, or at the line "New" when that is further up. */
  async #begin() {
    await this.reading.load();
    await this.updateComplete;
    await this.list?.updateComplete;
    this.list?.toNew();
    this.reading.look();
    if (history.state?.write) this.composer?.focus();
  }

  /** Escape closes what is open; when nothing is, everything here is read. @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    if (!document.querySelector("dialog[open], :popover-open, [data-panel]")) void this.reading.markAll();
  }

  /** @param {string} id */
  async #jump(id) {
    this.lost = false;
    await this.updateComplete;
    await this.list?.jumpTo(id);
    const row = this.conversation.find(id);
    if (row) this.spoken = jumpedTo(row.author.name, clockTime(row.at));
  }

  /** It may be a reply, which is read in its thread. @param {string} id */
  async #findReply(id) {
    try {
      const { message } = await this.app.api.get(`${pathOf(this.channelId)}/${encodeURIComponent(id)}?render=html`);
      if (this.messageId === id && message.thread_id !== id) this.app.router.replace(`${this.#path}/t/${encodeURIComponent(id)}`);
    } catch {
      if (this.conversation.view.value.status === "missing") await this.conversation.load();
      this.lost = this.messageId === id;
    }
  }

  /** @param {{id: string, offset: number}} anchor */
  async #goBack({ id, offset }) {
    if (!this.conversation.find(id) && !(await this.conversation.loadAround(id, SCREENFUL))) return this.conversation.load();
    await this.updateComplete;
    await this.list?.updateComplete;
    const article = this.list?.article(id);
    if (article) this.list?.keeper?.toOffset(article, offset);
    return undefined;
  }

  /** Where the reader rests belongs to the entry of the history, so that Back finds it again. */
  #rested = () => {
    this.reading.look();
    this.#remember();
  };

  #remember() {
    const keeper = this.list?.keeper;
    const first = keeper && !keeper.atEnd ? keeper.firstInView() : null;
    const id = first?.element.dataset.messageId;
    const top = this.list?.querySelector(".scroller")?.getBoundingClientRect().top ?? 0;
    const anchor = first && id ? { id, offset: first.top - top } : null;
    history.replaceState({ ...history.state, anchor }, "");
  }

  render() {
    const { status } = this.conversation.view.value;
    if (status === "missing" && !this.looking) return this.#unavailable();
    return html`${this.#header()}
      ${this.lost ? this.#lost() : status === "missing" ? nothing : this.#list()}
      <canopy-announcer class="sr-only" role="log" aria-label=${words.newMessages}></canopy-announcer>
      <div class="sr-only" aria-live="polite">${this.spoken}</div>
      ${later(this.#channel, this.app.channels.value ?? [])}
      ${this.drawComposer({
        label: composerName(this.#name),
        audience: audience(this.#name, this.members?.length ?? null, this.nodes),
        onLeave: this.#leftBox,
      })}`;
  }

  /** Nothing of a channel that cannot be read, and no hint why. */
  #unavailable() {
    const [title, advice] = this.lost ? [words.missingMessage, words.missingMessageAdvice] : [words.unavailable, words.unavailableAdvice];
    return notice(title, advice, { heading: "h1" });
  }

  /** Back to where one was in the list; what Escape does next is to mark all as read. @param {Event} event */
  #leftBox = (event) => {
    event.preventDefault();
    const row = this.list?.querySelector("article[tabindex='0']") ?? this.querySelector("h1");
    /** @type {HTMLElement | null} */ (row)?.focus({ preventScroll: true });
  };

  #list() {
    const about = beginningAdvice(this.#name, this.#channel?.description ?? "", this.nodes);
    return this.drawList({
      name: feedName(this.#name),
      beginning: html`<div class="beginning"><h2>${beginning(this.#name)}</h2><p>${about}</p>${earlier(this.#channel, this.app.channels.value ?? [])}</div>`,
      newFrom: this.reading.newFrom.value,
      onRest: this.#rested,
      onMarkRead: () => void this.reading.markAll(),
    });
  }

  #lost() {
    const ask = { label: words.askPeers, act: () => void this.#askPeers() };
    return html`<div class="lost">
      ${notice(words.missingMessage, words.missingMessageAdvice, this.app.mayManage ? { action: ask } : {})}
      <a class="button" href=${this.#path}>${words.toNewest}</a>
    </div>`;
  }

  async #askPeers() {
    const { toast } = await import("../../parts/toast.js");
    try {
      await this.app.api.post("/p2p/resync", {});
      toast(words.peersAsked);
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {Row} row */
  #openThread(row) {
    const path = `${this.#path}/t/${encodeURIComponent(row.root ?? row.id ?? "")}`;
    this.app.router.go(path, { ...history.state, opened: true });
  }

  get #channel() {
    return this.app.channels.value?.find((channel) => channel.id === this.channelId);
  }

  get #name() {
    return nameOf(this.app, this.channelId);
  }

  get #path() {
    return `/c/${encodeURIComponent(this.channelId)}`;
  }

  #header() {
    const topic = this.#channel?.topic || this.#channel?.description;
    const about = `/c/${encodeURIComponent(this.channelId)}/about`;
    return html`<header class="place-header">
      <a class="icon-button to-list" href="/" aria-label=${words.backToList} title=${words.backToList}>${icon("back")}</a>
      <h1 class="place-name" tabindex="-1">${icon("hash")}<span>${this.#name}</span></h1>
      ${this.members ? html`<a class="place-facts" href="${about}/members">${members(this.members.length, this.nodes)}</a>` : nothing}
      ${topic ? html`<span class="place-topic" title=${topic}>${topic}</span>` : nothing}
      <div class="place-acts" role="toolbar" aria-label=${words.thisChannel} @keydown=${rove}>
        <a class="icon-button place-act" data-roving href="${this.#path}/search" aria-label=${words.search} title=${words.search}>${icon("search")}</a>
        <a class="icon-button place-act" data-roving tabindex="-1" href="${about}/settings" aria-label=${words.details} title=${words.details}>${icon("info")}</a>
        <canopy-menu .label=${words.more} .source=${this.#menu} .stop=${NARROW.matches ? 0 : -1}></canopy-menu>
      </div>
    </header>`;
  }

  #menu = async () => {
    const { placeMenu } = await import("./place-menu.js");
    const channel = this.#channel;
    return [...placeMenu(this), ...(channel ? await this.app.channelActs(channel) : [])];
  };
}

customElements.define("canopy-channel", ChannelScreen);
