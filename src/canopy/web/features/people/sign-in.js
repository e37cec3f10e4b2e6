/** Signing in: as a page, and as a dialog over the page when the session ended elsewhere. */

import { html, nothing, render } from "../../vendor/lit.js";
import { ApiError } from "../../base/api.js";
import { openDialog } from "../../parts/dialog.js";
import { field, passwordField } from "../../parts/field.js";
import { AccountForm } from "./form.js";
import { signIn } from "./session.js";
import { words } from "./strings.js";

class SignInScreen extends AccountForm {
  static properties = { ...AccountForm.properties, username: {}, inside: { type: Boolean } };

  constructor() {
    super();
    /** Who has to sign in again; any other name would change the page under the drafts. */
    this.username = "";
    /** Inside a dialog, which has a heading of its own. */
    this.inside = false;
  }

  render() {
    if (this.inside) {
      return html`<form class="card" novalidate @submit=${this.submit}>${this.#fields()}
        ${this.error ? html`<p class="field-error" role="alert">${this.error}</p>` : nothing}
        <button class="button is-primary" type="submit" aria-busy=${this.busy ? "true" : "false"}>${words.signInButton}</button></form>`;
    }
    const foot = html`${words.toRegister} <a href="/register">${words.register}</a><br><a href="/claim-admin">${words.lockedOut}</a>`;
    return html`<main class="outside">
      ${this.card({ title: words.signInTitle, lead: words.signInLead, button: words.signInButton, fields: this.#fields(), foot })}
    </main>`;
  }

  #fields() {
    return html`
      ${field({ name: "username", label: words.handle, error: this.errors.username, value: this.username || undefined, plain: true, autocomplete: "username", required: true })}
      ${passwordField({
        name: "password", label: words.password, error: this.errors.password, autocomplete: "current-password", required: true,
        shown: this.shown, onShow: () => (this.shown = !this.shown),
      })}
      <label class="check"><input type="checkbox" name="remember" checked>${words.remember}</label>`;
  }

  /** @param {Record<string, string>} values */
  async perform(values) {
    const credentials = {
      username: (values.username ?? "").trim(),
      password: values.password ?? "",
      remember: values.remember !== undefined,
    };
    this.onDone(await signIn(this.app.api, credentials));
  }

  /** @param {unknown} error */
  explain(error) {
    super.explain(error);
    if (!(error instanceof ApiError)) return;
    if (error.code === "account_pending") this.error = words.pending;
    else if (error.status === 401) this.error = words.wrongCredentials;
  }
}

customElements.define("canopy-sign-in", SignInScreen);

/** @param {HTMLElement} root @param {import("../../base/types.js").App} app @param {AccountForm["onDone"]} onDone */
export function mount(root, app, onDone) {
  render(html`<canopy-sign-in .app=${app} .onDone=${onDone}></canopy-sign-in>`, root);
  return { name: "login", title: words.signInTitle, unmount: () => render(nothing, root) };
}

/**
 * @param {import("../../base/types.js").App} app @param {string} username
 * @param {AccountForm["onDone"]} onDone
 */
export function askAgain(app, username, onDone) {
  const dialog = openDialog({
    title: words.signedOutTitle,
    text: words.signedOutText,
    closable: false,
    content: html`<canopy-sign-in inside .app=${app} .username=${username} .onDone=${(/** @type {any} */ session) => {
      dialog.close();
      onDone(session);
    }}></canopy-sign-in>`,
  });
}
