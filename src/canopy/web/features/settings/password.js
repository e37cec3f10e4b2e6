/** Another password. Nothing typed is wiped when the node says no. */

import { html, nothing } from "../../vendor/lit.js";
import { ApiError } from "../../base/api.js";
import { fill } from "../../base/language.js";
import { LightElement } from "../../parts/element.js";
import { passwordField } from "../../parts/field.js";
import { ruleList } from "../../parts/password-rules.js";
import { explained } from "./remote.js";
import { words } from "./strings.js";

const CURRENT = "current_password";
const NEXT = "new_password";

class Password extends LightElement {
  static properties = {
    app: { attribute: false }, open: { state: true }, rules: { state: true }, next: { state: true }, shown: { state: true },
    problems: { state: true }, busy: { state: true }, said: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../../base/types.js").SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    this.open = false;
    /** @type {import("../../parts/password-rules.js").Rule[]} */
    this.rules = [];
    /** Codes of rules that the node refused. @type {Set<string>} */
    this.refused = new Set();
    this.next = "";
    this.shown = false;
    /** By field. @type {Record<string, string>} */
    this.problems = {};
    this.busy = false;
    this.said = "";
  }

  render() {
    if (!this.open) {
      return html`<div class="line"><button class="button" type="button" @click=${this.#begin}>${words.changePassword}</button><span class="said" role="status">${this.said}</span></div>`;
    }
    const { shown, problems } = this;
    const onShow = () => (this.shown = !shown);
    return html`<form class="stack settings-form" novalidate @submit=${this.#submit}>
      <input class="sr-only" type="text" name="username" autocomplete="username" value=${this.app.me.username} readonly tabindex="-1" aria-hidden="true">
      ${passwordField({ name: CURRENT, label: words.currentPassword, error: problems[CURRENT] ?? "", autocomplete: "current-password", required: true, shown, onShow })}
      ${passwordField({ name: NEXT, label: words.newPassword, error: problems[NEXT] ?? "", autocomplete: "new-password", required: true, describedBy: "password-rules", shown, onShow, onInput: (value) => (this.next = value) })}
      ${ruleList(this.rules, this.next, this.app.me.username, this.refused)}
      <p class="quiet">${words.passwordMeans}</p>
      <div class="line"><button class="button is-primary" type="submit" aria-busy=${this.busy ? "true" : "false"}>${words.savePassword}</button>
        <button class="button" type="button" @click=${() => (this.open = false)}>${words.cancel}</button></div>
      ${problems[""] ? html`<p class="field-error" role="alert">${problems[""]}</p>` : nothing}
    </form>`;
  }

  #begin = async () => {
    this.open = true;
    this.said = "";
    try {
      this.rules = (await this.app.api.get("/setup")).rules ?? [];
    } catch {
      // The node judges anyway, and its answer names the rules.
    }
    await this.updateComplete;
    /** @type {HTMLInputElement | null} */ (this.querySelector(`#${CURRENT}`))?.focus();
  };

  /** @param {SubmitEvent} event */
  #submit = async (event) => {
    event.preventDefault();
    if (this.busy) return;
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    this.busy = true;
    try {
      const { ended } = await this.app.api.post("/password", { [CURRENT]: form.get(CURRENT), [NEXT]: form.get(NEXT) });
      this.open = false;
      this.problems = {};
      this.said = fill(words.passwordChanged, { n: ended });
      this.dispatchEvent(new CustomEvent("ended", { bubbles: true }));
    } catch (error) {
      this.#refusedBy(error);
    } finally {
      this.busy = false;
    }
  };

  /** @param {unknown} error */
  #refusedBy(error) {
    const field = error instanceof ApiError ? (error.fields[0]?.field ?? "") : "";
    if (error instanceof ApiError) for (const rule of error.body.rules ?? []) this.refused.add(rule.code);
    this.problems = { [field === CURRENT || field === NEXT ? field : ""]: explained(error) };
  }
}

customElements.define("canopy-password", Password);
