/** A modal dialog around any content. The browser traps the focus and gives it back. */

import { html, nothing, render } from "../vendor/lit.js";
import { LightElement } from "./element.js";

const TAKES_FOCUS = ":is(input, select, textarea, button):enabled, a[href]";
let opened = 0;

/**
 * @param {{title: string, text?: string, content: unknown, closable?: boolean, onClosed?: () => void}} options
 *   onClosed: called when the focus has been given back
 * @returns {{close: () => void, redraw: (content: unknown) => void}}
 */
export function openDialog({ title, text, content, closable = true, onClosed }) {
  const opener = /** @type {HTMLElement | null} */ (document.activeElement);
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const id = `dialog-title-${(opened += 1)}`; // one may open over another
  dialog.setAttribute("aria-labelledby", id);
  // Whatever stands in a dialog may refuse this too, so the browser closes it when nobody has.
  if (!closable) dialog.addEventListener("cancel", (event) => event.preventDefault());
  /** @param {unknown} inner */
  const redraw = (inner) =>
    render(html`<h2 id=${id}>${title}</h2>${text ? html`<p>${text}</p>` : nothing}${inner}`, dialog);
  // At once: the browser's own event comes a task later, and would take the focus from where it has gone since.
  const close = () => {
    if (!dialog.isConnected) return;
    dialog.remove();
    opener?.focus();
    onClosed?.();
  };
  dialog.addEventListener("close", close); // closed by the browser alone
  redraw(content);
  document.body.append(dialog);
  dialog.showModal();
  void focusWanted(dialog);
  return { close, redraw };
}

/** Content that draws itself is not there yet when the browser looks for what takes the focus: what asks for it, or
 *  else the first that can. @param {HTMLElement} dialog */
async function focusWanted(dialog) {
  for (const child of dialog.children) if (child instanceof LightElement) await child.updateComplete;
  if (document.activeElement !== dialog) return;
  const wanted = dialog.querySelector("[autofocus]") ?? dialog.querySelector(TAKES_FOCUS);
  /** @type {HTMLElement | null} */ (wanted)?.focus();
}
