/** What is offered and said while somebody writes: completions, and whom the text calls. Loaded with the first sign that asks for it. */

import { Completion } from "./completion.js";
import { Calls } from "./composer-calls.js";

const TYPING = /@([\w.-]*)$/u; // a handle that may go on

export class Help {
  /** @param {import("./composer.js").Composer} composer @param {HTMLTextAreaElement} box @param {import("./completion.js").Completes} completes */
  constructor(composer, box, completes) {
    this.composer = composer;
    this.box = box;
    this.completion = new Completion(completes, `${composer.name}-completion`, () => composer.requestUpdate());
    this.calls = new Calls(completes, () => composer.requestUpdate());
  }

  /** Whether there is something to complete before the caret. */
  look() {
    return this.completion.look(this.box.value.slice(0, this.box.selectionStart));
  }

  /** Says above the box whom the text calls; what is still being typed is left in peace. */
  note() {
    const { box } = this;
    const typing = document.activeElement === box ? TYPING.exec(box.value.slice(0, box.selectionStart))?.[1] : "";
    this.calls.note(box.value, typing ?? "");
  }

  /** Whether the key was meant for the list. @param {string} key */
  press(key) {
    return this.completion.press(key, this.#take);
  }

  render() {
    return this.completion.render(this.#take);
  }

  #take = (/** @type {import("./completion.js").Choice} */ { insert }) => {
    const { from } = this.completion;
    this.completion.close();
    this.composer.put(`${insert} `, from);
  };
}
