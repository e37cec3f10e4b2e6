/** Who one is to others. */

import { html, nothing } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { avatar } from "../../parts/avatar.js";
import { field } from "../../parts/field.js";
import { failure, skeleton } from "../../parts/notice.js";
import { SavedForm } from "./remote.js";
import { words } from "./strings.js";

const NAME_LENGTH = 80;

class Profile extends SavedForm {
  get path() {
    return "/profile";
  }

  render() {
    if (this.error) return failure(words.loadFailed, words.loadFailedAdvice, this.error, () => void this.load());
    const { values, problems } = this;
    if (!values) return skeleton(2);
    return html`<form class="stack settings-form" novalidate @change=${this.save} @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <div class="profile-head">${avatar({ id: values.user_id, name: values.display_name, agent: values.account_type === "agent" })}
        <div><strong dir="auto">${values.display_name}</strong><p class="quiet">@${values.username}</p></div>
        <a class="button" href="/people/${encodeURIComponent(values.user_id)}">${words.toCard}</a></div>
      ${field({ name: "display_name", label: words.name, hint: words.nameHint, value: values.display_name, error: problems.display_name ?? "", autocomplete: "name", most: NAME_LENGTH })}
      ${field({ name: "username", label: words.handle, hint: fill(words.handleHint, { handle: values.username }), value: values.username, plain: true, readonly: true })}
      ${field({ name: "bio", label: words.bio, hint: words.bioHint, value: values.bio, error: problems.bio ?? "", autocomplete: "off" })}
      <p class="said" role="status">${this.said ? words.saved : nothing}</p>
    </form>`;
  }
}

customElements.define("canopy-profile", Profile);
