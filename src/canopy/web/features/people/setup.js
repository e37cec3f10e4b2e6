/** The first account of a node. */

import { html, nothing, render } from "../../vendor/lit.js";
import { ApiError } from "../../base/api.js";
import { field } from "../../parts/field.js";
import { AccountForm, filled } from "./form.js";
import { signIn } from "./session.js";
import { words } from "./strings.js";

class SetupScreen extends AccountForm {
  constructor() {
    super();
    this.claim = new URLSearchParams(location.search).get("claim") ?? "";
    /** The field is shown when the address brought no code, or a wrong one. */
    this.asksClaim = this.claim === "";
    /** What is wrong with the invite; it keeps nobody from making the account. */
    this.inviteProblem = "";
  }

  static properties = { ...AccountForm.properties, inviteProblem: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    void this.loadRules();
  }

  render() {
    const foot = words.setupFoot;
    return html`<main class="outside">
      ${this.card({ title: words.setupTitle, lead: words.setupLead, button: words.setupButton, fields: this.#fields(), foot })}
    </main>`;
  }

  #fields() {
    const { errors } = this;
    return html`
      ${this.asksClaim
        ? field({
            name: "claim", label: words.setupCode, hint: words.setupCodeHint, error: errors.claim, value: this.claim,
            plain: true, autocomplete: "off", required: true,
          })
        : nothing}
      ${this.accountFields()}
      ${field({ name: "node_name", label: words.nodeName, hint: words.nodeNameHint, error: errors.node_name, autocomplete: "off" })}
      <details class="invite-fold"><summary>${words.haveInvite}</summary>
        ${field({ name: "invite", label: words.invite, hint: words.inviteHint, error: this.inviteProblem, plain: true, autocomplete: "off", onInput: (value) => void this.#judge(value) })}
      </details>`;
  }

  /** @param {string} text @returns {Promise<string>} the code, or nothing when there is none to use */
  async #judge(text) {
    if (text.trim() === "") {
      this.inviteProblem = "";
      return "";
    }
    const found = await this.app.judgeInvite(text);
    this.inviteProblem = "problem" in found ? found.problem : "";
    return "code" in found ? found.code : "";
  }

  /** @param {Record<string, string>} values */
  async perform(values) {
    const username = (values.username ?? "").trim();
    const password = values.password ?? "";
    await this.app.api.post("/setup", {
      claim: (values.claim ?? this.claim).trim(),
      username,
      password,
      ...filled({ display_name: values.display_name, node_name: values.node_name }),
    });
    const session = await signIn(this.app.api, { username, password, remember: true });
    // What follows is looked at first: Connect shows whose code it is.
    const code = await this.#judge(values.invite ?? "");
    if (code) history.replaceState(null, "", `/connect/import?code=${encodeURIComponent(code)}`);
    this.onDone(session);
  }

  /** @param {unknown} error */
  explain(error) {
    super.explain(error);
    if (!(error instanceof ApiError)) return;
    if (error.code === "bad_claim") {
      this.asksClaim = true;
      this.errors = { ...this.errors, claim: words.badClaim };
      this.error = "";
    }
    if (error.code === "already_set_up") this.error = words.alreadySetUp;
  }
}

customElements.define("canopy-setup", SetupScreen);

/** @param {HTMLElement} root @param {import("../../base/types.js").App} app @param {AccountForm["onDone"]} onDone */
export function mount(root, app, onDone) {
  render(html`<canopy-setup .app=${app} .onDone=${onDone}></canopy-setup>`, root);
  return { name: "setup", title: words.setupTitle, unmount: () => render(nothing, root) };
}
