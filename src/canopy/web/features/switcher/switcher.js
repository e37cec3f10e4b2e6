/** The quick switcher: type a part of a name, Enter goes there. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { pathOfReference } from "../../base/reference.js";
import { cleanName } from "../../base/text.js";
import { avatar } from "../../parts/avatar.js";
import { openDialog } from "../../parts/dialog.js";
import { LightElement } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { loadStyle } from "../../parts/style.js";
import { commandsOf } from "./commands.js";
import { best } from "./rank.js";
import { words } from "./strings.js";

await loadStyle(new URL("./switcher.css", import.meta.url));

const MOST_SHOWN = 30;
const MOST_PAGES = 5; // of people, a hundred each

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {{label: string, icon: Parameters<typeof icon>[0], act: () => void}} Command */
/** @typedef {{id: string, label: string, detail: string, names: string[], first: number, mark: unknown, act: () => void}} Entry */

/** @param {SignedInApp} app @param {Command[]} pages @param {() => Promise<void>} out */
export function openSwitcher(app, pages, out) {
  if (document.querySelector("canopy-switcher")) return;
  const more = { pages, commands: commandsOf(app, out) };
  /** What was chosen happens when the focus has been given back. */
  let then = () => {};
  const dialog = openDialog({
    title: words.title,
    content: html`<canopy-switcher .app=${app} .more=${more} .close=${(/** @type {() => void} */ act) => {
      then = act;
      dialog.close();
    }}></canopy-switcher>`,
    onClosed: () => then(),
  });
}

class Switcher extends LightElement {
  static properties = { app: { attribute: false }, more: { attribute: false }, close: { attribute: false }, typed: { state: true }, at: { state: true }, people: { state: true } };

  constructor() {
    super();
    /** @type {SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {{pages: Command[], commands: Command[]}} */
    this.more = { pages: [], commands: [] };
    /** @type {(act: () => void) => void} */
    this.close = () => {};
    this.typed = "";
    this.at = 0;
    /** @type {(import("../../base/types.js").User & {user_id: string})[]} */
    this.people = [];
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.app.channels);
    void this.#loadPeople();
  }

  firstUpdated() {
    this.querySelector("input")?.focus();
  }

  async #loadPeople() {
    try {
      for await (const page of this.app.api.pages("/users?limit=100", MOST_PAGES)) this.people = [...this.people, ...page.users];
    } catch {
      // Channels and pages are found without them.
    }
  }

  /** @returns {Entry[]} */
  #found() {
    const typed = this.typed.trim();
    const path = pathOfReference(typed);
    if (path) return [asEntry({ label: words.toMessage, icon: "reply", act: () => this.app.router.go(path) }, words.message, 0)];
    const kind = this.#ofKind(typed[0] ?? "");
    if (kind) return best(kind, typed, typed.length === 1 ? kind.length : MOST_SHOWN);
    return best([...this.#channels(), ...(typed ? [...this.#persons(), ...this.#pages()] : [])], typed, MOST_SHOWN);
  }

  /** What alone is meant by what was typed first; null when anything may be. @param {string} sign @returns {Entry[] | null} */
  #ofKind(sign) {
    if (sign === "#") return this.#channels();
    if (sign === "@") return this.#persons();
    return sign === ">" ? this.#commands() : null;
  }

  /** What is unread first, then what spoke last. @returns {Entry[]} */
  #channels() {
    const by = (/** @type {import("../../base/types.js").Channel} */ each) => ((each.unread_count ?? 0) > 0 ? "1" : "0") + (each.last_message_at ?? "");
    const sorted = [...(this.app.channels.value ?? [])].sort((one, other) => by(other).localeCompare(by(one)));
    return sorted.map((channel, first) => ({
      id: channel.id,
      label: cleanName(channel.name),
      detail: channel.lifecycle_status === "archived" ? words.archived : (channel.unread_count ?? 0) > 0 ? words.unread : words.channel,
      names: [cleanName(channel.name)],
      first,
      mark: icon("hash"),
      act: () => this.app.router.go(`/c/${encodeURIComponent(channel.id)}`),
    }));
  }

  /** @returns {Entry[]} */
  #persons() {
    return this.people.map(({ user_id: id, username, display_name, account_type }, index) => ({
      id,
      label: cleanName(display_name) || username,
      detail: `@${username}`,
      names: [cleanName(display_name), username],
      first: 1000 + index,
      mark: avatar({ id, name: display_name, agent: account_type === "agent" }, "small"),
      act: () => this.app.router.go(`/people/${encodeURIComponent(id)}`),
    }));
  }

  /** @returns {Entry[]} */
  #pages() {
    return this.more.pages.map((page, index) => asEntry(page, words.page, 5000 + index));
  }

  /** @returns {Entry[]} */
  #commands() {
    return this.more.commands.map((command, index) => asEntry(command, words.command, index));
  }

  render() {
    const found = this.#found();
    const at = Math.min(this.at, found.length - 1);
    return html`<div class="switcher">
      <div class="field-box">${icon("search")}<input type="text" role="combobox" aria-label=${words.title} aria-expanded="true" aria-controls="switcher-list"
        aria-activedescendant=${found[at] ? `switcher-${at}` : nothing} aria-autocomplete="list" autocomplete="off" spellcheck="false"
        placeholder=${words.placeholder} @input=${this.#typedText} @keydown=${(/** @type {KeyboardEvent} */ event) => this.#pressed(event, found, at)}></div>
      <p class="sr-only" role="status">${fill(words.found, { n: found.length })}</p>
      ${found.length === 0 ? html`<p class="quiet switcher-none">${words.none}. ${words.noneAdvice}</p>` : nothing}
      <ul class="switcher-list" id="switcher-list" role="listbox" aria-label=${words.results}>${repeat(found, ({ id }) => id, (entry, index) => html`
        <li id="switcher-${index}" role="option" aria-selected=${index === at ? "true" : "false"} @click=${() => this.close(entry.act)}>
          <span class="switcher-mark">${entry.mark}</span><span class="switcher-name" dir="auto">${entry.label}</span><span class="quiet">${entry.detail}</span></li>`)}</ul>
      <p class="switcher-foot" aria-hidden="true">${words.foot}</p>
    </div>`;
  }

  /** @param {InputEvent} event */
  #typedText = (event) => {
    this.typed = /** @type {HTMLInputElement} */ (event.target).value;
    this.at = 0;
  };

  /** @param {KeyboardEvent} event @param {Entry[]} found @param {number} at */
  #pressed(event, found, at) {
    if (event.isComposing) return;
    const chosen = found[at];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length > 0) this.at = (at + step + found.length) % found.length;
    else if (event.key === "Enter" && chosen) this.close(chosen.act);
    else return;
    event.preventDefault();
    void this.updateComplete.then(() => this.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }));
  }
}

/** @param {Command} command @param {string} detail @param {number} first @returns {Entry} */
function asEntry({ label, icon: mark, act }, detail, first) {
  return { id: `${detail}-${label}`, label, detail, names: [label], first, mark: icon(mark), act };
}

customElements.define("canopy-switcher", Switcher);
