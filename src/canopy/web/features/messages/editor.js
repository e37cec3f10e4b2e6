/** A message of one's own while it is edited, where it stands. */

import { html, nothing } from "../../vendor/lit.js";
import "../../parts/composer.js";
import { LightElement } from "../../parts/element.js";
import { toast } from "../../parts/toast.js";
import { editName, words } from "./strings.js";

/** @typedef {import("../../parts/message-row.js").Row} Row */

export class MessageEditor extends LightElement {
  static properties = { row: { attribute: false }, acts: { attribute: false }, problem: { state: true } };

  constructor() {
    super();
    /** @type {Row} */
    this.row = /** @type {any} */ (undefined);
    /** @type {import("./acts.js").Acts} */
    this.acts = /** @type {any} */ (undefined);
    /** What it said when the editing began. */
    this.begun = "";
    /** What was sent last: its event may come before the answer, and is nobody else's change. */
    this.sent = "";
    this.problem = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.begun = this.row.content;
    this.stops.add(this.acts.app.stream.onEvents((events) => {
      if (events.some((each) => each.event_type === "channel.message.deleted" && each.message_id === this.row.id)) this.giveUp();
    }));
  }

  /** The message is gone: what was typed goes on in the box below the list. */
  giveUp() {
    const { acts, row } = this;
    if (acts.editing.value !== row.id) return;
    const { text } = this.#composer();
    const below = this.closest("canopy-messages")?.parentElement?.querySelector(":scope > canopy-composer");
    const composer = /** @type {import("../../parts/composer.js").Composer | null | undefined} */ (below);
    const used = this.contains(document.activeElement);
    acts.editing.set(null);
    if (composer && text.trim() && text !== this.begun) {
      composer.typedIn(composer.text ? `${composer.text}\n${text}` : text);
      acts.app.drafts.clear(`edit:${row.id}`);
      toast(words.editedDeleted);
    }
    if (used) composer?.focus();
  }

  async firstUpdated() {
    await this.#composer().updateComplete;
    const box = this.querySelector("textarea");
    box?.focus();
    box?.setSelectionRange(box.value.length, box.value.length);
    this.scrollIntoView({ block: "nearest" });
  }

  render() {
    const { row } = this;
    return html`${row.content === this.begun || row.content === this.sent ? nothing : this.#elsewhere()}
      <canopy-composer .label=${editName(row.author.name)} .place=${`edit:${row.id}`} .name=${`edit-${row.id}`}
        .initial=${this.begun} .problem=${this.problem} .drafts=${this.acts.app.drafts} .api=${this.acts.app.api}
        @send-text=${this.#save} @leave=${() => this.acts.endEdit(row)}></canopy-composer>`;
  }

  /** Both versions stand there, and the person picks. */
  #elsewhere() {
    return html`<div class="strip is-warn editor-conflict" role="alert"><div>
      <p>${words.changedElsewhere}</p><blockquote dir="auto">${this.row.content}</blockquote>
      <button class="button" type="button" @click=${() => this.#composer().write(this.row.content)}>${words.takeTheirs}</button>
    </div></div>`;
  }

  /** @param {CustomEvent<{text: string}>} event */
  async #save(event) {
    this.sent = event.detail.text.trim();
    this.problem = await this.acts.saveEdit(this.row, event.detail.text);
    if (!this.problem) this.acts.app.drafts.clear(`edit:${this.row.id}`);
  }

  #composer() {
    return /** @type {import("../../parts/composer.js").Composer} */ (this.querySelector("canopy-composer"));
  }
}

customElements.define("canopy-editor", MessageEditor);
