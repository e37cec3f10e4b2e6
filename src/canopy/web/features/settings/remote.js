/** A form whose fields save themselves on the node as soon as one leaves them. */

import { ApiError, Unreachable } from "../../base/api.js";
import { LightElement } from "../../parts/element.js";
import { words } from "./strings.js";

export class SavedForm extends LightElement {
  static properties = { app: { attribute: false }, values: { state: true }, said: { state: true }, problems: { state: true }, error: { state: true } };

  constructor() {
    super();
    /** @type {import("../../base/types.js").SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** What the node has. @type {Record<string, any> | null} */
    this.values = null;
    /** The field that was saved last. */
    this.said = "";
    /** @type {Record<string, string>} */
    this.problems = {};
    /** @type {unknown} */
    this.error = null;
  }

  /** Where the values are. */
  get path() {
    return "";
  }

  connectedCallback() {
    super.connectedCallback();
    void this.load();
  }

  load = async () => {
    try {
      this.values = await this.app.api.get(this.path);
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  };

  /** @param {Event} event of a field that was left */
  save = async (event) => {
    const { name, value } = /** @type {HTMLInputElement} */ (event.target);
    if (!name || !this.values || value.trim() === this.values[name]) return;
    this.said = "";
    try {
      const answer = await this.app.api.post(this.path, { [name]: value.trim() });
      this.values = { ...this.values, ...(answer.profile ?? answer) };
      this.problems = { ...this.problems, [name]: "" };
      this.said = name;
    } catch (error) {
      this.problems = { ...this.problems, [name]: explained(error) };
    }
  };

  /** @param {string} name */
  savedHint(name) {
    return this.said === name ? words.saved : "";
  }
}

/** @param {unknown} error */
export function explained(error) {
  if (error instanceof Unreachable) return words.unreachable;
  if (error instanceof ApiError) return error.fields[0]?.detail ?? error.message;
  throw error;
}
