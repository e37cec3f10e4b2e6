/** Who one is to others. */

import { html, nothing } from "../../vendor/lit.js";
import { fill } from "../../base/language.js";
import { avatar } from "../../parts/avatar.js";
import { field } from "../../parts/field.js";
import { failure, skeleton } from "../../parts/notice.js";
import { SavedForm, explained } from "./remote.js";
import { words } from "./strings.js";

const NAME_LENGTH = 80;
const SIDE = 256; // px

class Profile extends SavedForm {
  get path() {
    return "/profile";
  }

  render() {
    if (this.error) return failure(words.loadFailed, words.loadFailedAdvice, this.error, () => void this.load());
    const { values, problems } = this;
    if (!values) return skeleton(2);
    return html`<form class="stack settings-form" novalidate @change=${this.save} @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <div class="profile-head">${avatar({ id: values.user_id, name: values.display_name, agent: values.account_type === "agent", url: values.avatar_url }, "large")}
        <div class="line"><label class="button picture"><input class="sr-only" type="file" accept="image/*" @change=${this.#picture}>${words.picture}</label>
          ${values.avatar_url ? html`<button class="button" type="button" @click=${() => void this.#setPicture("")}>${words.noPicture}</button>` : nothing}</div>
        <div><strong dir="auto">${values.display_name}</strong><p class="quiet">@${values.username}</p></div>
        <a class="button" href="/people/${encodeURIComponent(values.user_id)}">${words.toCard}</a></div>
      ${field({ name: "display_name", label: words.name, hint: words.nameHint, value: values.display_name, error: problems.display_name ?? "", autocomplete: "name", most: NAME_LENGTH })}
      ${field({ name: "username", label: words.handle, hint: fill(words.handleHint, { handle: values.username }), value: values.username, plain: true, readonly: true })}
      ${field({ name: "bio", label: words.bio, hint: words.bioHint, value: values.bio, error: problems.bio ?? "", autocomplete: "off" })}
      ${problems.avatar_b64 ? html`<p class="field-error" role="alert">${problems.avatar_b64}</p>` : nothing}
      <p class="said" role="status">${this.said ? words.saved : nothing}</p>
    </form>`;
  }

  /** Drawn smaller here, so that a photo of any size fits; the node draws it once more. @param {Event} event */
  #picture = async (event) => {
    event.stopPropagation();
    const input = /** @type {HTMLInputElement} */ (event.target);
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    try {
      await this.#setPicture(await squareOf(file));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.problems = { ...this.problems, avatar_b64: words.noImage };
    }
  };

  /** @param {string} encoded */
  async #setPicture(encoded) {
    try {
      const { profile } = await this.app.api.post(this.path, { avatar_b64: encoded });
      this.values = profile;
      this.said = "avatar_b64";
      this.problems = { ...this.problems, avatar_b64: "" };
    } catch (error) {
      this.problems = { ...this.problems, avatar_b64: explained(error) };
    }
  }
}

/** The middle of a picture as base64. Raises DOMException for what is no picture. @param {Blob} file @returns {Promise<string>} */
async function squareOf(file) {
  const image = await createImageBitmap(file);
  const side = Math.min(image.width, image.height);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  canvas.getContext("2d")?.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, SIDE, SIDE);
  return canvas.toDataURL("image/png").split(",")[1] ?? "";
}

customElements.define("canopy-profile", Profile);
