/** A modal dialog around any content. The browser traps the focus and gives it back. */

import { html, nothing, render } from "../vendor/lit.js";

/**
 * @param {{title: string, text?: string, content: unknown, closable?: boolean}} options
 * @returns {{close: () => void, redraw: (content: unknown) => void}}
 */
export function openDialog({ title, text, content, closable = true }) {
  const opener = /** @type {HTMLElement | null} */ (document.activeElement);
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "dialog-title");
  if (!closable) dialog.addEventListener("cancel", (event) => event.preventDefault());
  /** @param {unknown} inner */
  const redraw = (inner) =>
    render(html`<h2 id="dialog-title">${title}</h2>${text ? html`<p>${text}</p>` : nothing}${inner}`, dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener?.focus();
  });
  redraw(content);
  document.body.append(dialog);
  dialog.showModal();
  return { close: () => dialog.close(), redraw };
}
