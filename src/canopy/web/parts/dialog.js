/** A modal dialog around any content. The browser traps the focus and gives it back. */

import { html, nothing, render } from "../vendor/lit.js";

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
  if (!closable) dialog.addEventListener("cancel", (event) => event.preventDefault());
  /** @param {unknown} inner */
  const redraw = (inner) =>
    render(html`<h2 id=${id}>${title}</h2>${text ? html`<p>${text}</p>` : nothing}${inner}`, dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener?.focus();
    onClosed?.();
  });
  redraw(content);
  document.body.append(dialog);
  dialog.showModal();
  return { close: () => dialog.close(), redraw };
}
