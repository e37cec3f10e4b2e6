/** A further account on this node, where its owner allows that. */

import { html, nothing, render } from "../../vendor/lit.js";
import { AccountForm, filled } from "./form.js";
import { signIn } from "./session.js";
import { words } from "./strings.js";

class RegisterScreen extends AccountForm {
  connectedCallback() {
    super.connectedCallback();
    void this.loadRules();
  }

  render() {
    const foot = html`${words.toSignIn} <a href="/login">${words.signInButton}</a>`;
    return html`<main class="outside">
      ${this.card({ title: words.registerTitle, lead: words.registerLead, button: words.registerButton, fields: this.accountFields(), foot })}
    </main>`;
  }

  /** @param {Record<string, string>} values */
  async perform(values) {
    const username = (values.username ?? "").trim();
    const password = values.password ?? "";
    await this.app.api.post("/register", { username, password, ...filled({ display_name: values.display_name }) });
    // Who has to wait is signed in as well: the page that waits goes on by itself.
    this.onDone(await signIn(this.app.api, { username, password, remember: true }));
  }
}

customElements.define("canopy-register", RegisterScreen);

/** @param {HTMLElement} root @param {import("../../base/types.js").App} app @param {AccountForm["onDone"]} onDone */
export function mount(root, app, onDone) {
  render(html`<canopy-register .app=${app} .onDone=${onDone}></canopy-register>`, root);
  return { name: "register", title: words.registerTitle, unmount: () => render(nothing, root) };
}
