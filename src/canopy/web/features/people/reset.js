/** Another password by a link from the owner. The code stands behind the `#`, so that opening the page sends it to nobody. */

import { html, nothing, render } from "../../vendor/lit.js";
import { ApiError } from "../../base/api.js";
import { fill } from "../../base/language.js";
import { fullTime } from "../../base/time.js";
import { passwordField } from "../../parts/field.js";
import { ruleList } from "../../parts/password-rules.js";
import { AccountForm } from "./form.js";
import { signIn } from "./session.js";
import { words } from "./strings.js";

class ResetScreen extends AccountForm {
  static properties = { ...AccountForm.properties, expires: { state: true }, spent: { state: true } };

  constructor() {
    super();
    this.code = location.hash.slice(1);
    /** Until when the link is good, once the node has said so. */
    this.expires = "";
    this.spent = false;
  }

  connectedCallback() {
    super.connectedCallback();
    void this.loadRules();
    void this.#look();
  }

  async #look() {
    try {
      const { username, expires_at: expires } = await this.app.api.post("/reset/check", { code: this.code });
      [this.handle, this.expires] = [username, fullTime(new Date(expires))];
    } catch (error) {
      this.explain(error);
    }
  }

  /** The field comes with the answer of the node, and takes the focus then. @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("expires")) /** @type {HTMLInputElement | null} */ (this.querySelector("#password"))?.focus();
  }

  render() {
    if (this.spent) return this.#over();
    return html`<main class="outside">
      ${this.card({
        title: words.resetTitle, lead: this.handle ? fill(words.resetLead, { handle: this.handle }) : "", button: words.resetButton,
        fields: this.expires ? this.#fields() : nothing, foot: this.expires ? fill(words.resetFoot, { when: this.expires }) : nothing,
      })}
    </main>`;
  }

  #fields() {
    const { shown, errors } = this;
    return html`<input class="sr-only" type="text" name="username" autocomplete="username" value=${this.handle} readonly tabindex="-1" aria-hidden="true">
      ${passwordField({
        name: "password", label: words.newPassword, error: errors.password, autocomplete: "new-password", required: true,
        describedBy: "password-rules", shown, onShow: () => (this.shown = !shown), onInput: (value) => (this.password = value),
      })}
      ${ruleList(this.rules, this.password, this.handle, this.refused)}`;
  }

  #over() {
    return html`<main class="outside"><div class="card">
      <div class="card-head"><h1 tabindex="-1">${words.resetOver}</h1><p>${words.resetOverText}</p></div>
      <p class="card-foot"><a href="/login">${words.toSignInPage}</a></p>
    </div></main>`;
  }

  /** @param {Record<string, string>} values */
  async perform({ password = "" }) {
    const { username } = await this.app.api.post("/reset", { code: this.code, password });
    this.onDone(await signIn(this.app.api, { username, password, remember: true }));
  }

  /** @param {unknown} error */
  explain(error) {
    if (error instanceof ApiError && error.code === "bad_reset_link") this.spent = true;
    else super.explain(error);
  }
}

customElements.define("canopy-reset", ResetScreen);

/** @param {HTMLElement} root @param {import("../../base/types.js").App} app @param {AccountForm["onDone"]} onDone */
export function mount(root, app, onDone) {
  render(html`<canopy-reset .app=${app} .onDone=${onDone}></canopy-reset>`, root);
  return { name: "reset", title: words.resetTitle, unmount: () => render(nothing, root) };
}
