/** The actions of a message on a narrow screen: a dialog with room for a thumb. */

import { html } from "../../vendor/lit.js";
import { Stops } from "../../base/store.js";
import { openDialog } from "../../parts/dialog.js";
import { icon } from "../../parts/icons.js";
import { recentEmoji } from "../../parts/recent-emoji.js";
import { words as shared } from "../../parts/strings.js";
import { rowMenu } from "./row-menu.js";
import { sheetTitle } from "./strings.js";

const QUICK = 5;
const LONG = 500; // ms a finger rests before the sheet opens
const MOVED = 10; // px after which it is a scroll
const AFTER = 400; // ms within which the click of a press comes when the finger has left

/** @typedef {import("../../parts/message-row.js").Row} Row */

/** @param {import("./acts.js").Acts} acts @param {Row} row */
export async function openSheet(acts, row) {
  const items = await rowMenu(acts, row, true);
  /** Closed first, so that a dialog which the action opens knows where to return the focus. */
  const then = (/** @type {() => void} */ act) => () => {
    dialog.close();
    act();
  };
  const pick = () => acts.pickReaction(row, acts.host.article(row) ?? document.body);
  const dialog = openDialog({
    title: sheetTitle(row.author.name),
    content: html`<div class="sheet">
      <div class="sheet-emoji">
        ${recentEmoji(QUICK).map((emoji) => html`<button type="button" aria-label=${emoji} @click=${then(() => void acts.reactQuickly(row, emoji))}>${emoji}</button>`)}
        <button type="button" aria-label=${shared.addReaction} @click=${then(() => void pick())}>${icon("smile")}</button>
      </div>
      ${items.map(({ label, act, danger }) => html`<button type="button" class="sheet-act${danger ? " is-danger" : ""}" @click=${then(act)}>${label}</button>`)}
      <button type="button" class="sheet-act" @click=${() => dialog.close()}>${shared.cancel}</button>
    </div>`,
  });
}

/** The click of the press that is under way would choose what has come under the finger. It is not always the last that
 *  is heard of a press, and may never come: the next press and any key end the waiting too. */
function swallowClick() {
  const stops = new Stops();
  const later = () => void setTimeout(() => stops.run(), AFTER);
  const swallow = (/** @type {Event} */ event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  stops.listen(window, "click", swallow, { capture: true });
  for (const type of ["pointerdown", "keydown"]) stops.listen(window, type, () => stops.run(), { capture: true });
  for (const type of ["pointerup", "touchend", "touchcancel"]) stops.listen(window, type, later, { capture: true, passive: true });
}

/** Opens it when a finger rests on a row. @param {HTMLElement} list @param {(article: HTMLElement) => void} open @returns {() => void} */
export function onLongPress(list, open) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let [x, y] = [0, 0];
  const cancel = () => clearTimeout(timer);
  const down = (/** @type {PointerEvent} */ event) => {
    const article = event.target instanceof Element ? event.target.closest("article") : null;
    cancel();
    if (event.pointerType === "mouse" || !article) return;
    [x, y] = [event.clientX, event.clientY];
    timer = setTimeout(() => {
      swallowClick();
      open(/** @type {HTMLElement} */ (article));
    }, LONG);
  };
  const move = (/** @type {PointerEvent} */ event) => Math.hypot(event.clientX - x, event.clientY - y) > MOVED && cancel();
  const listeners = /** @type {[string, (event: any) => void][]} */ ([["pointerdown", down], ["pointermove", move], ["pointerup", cancel], ["pointercancel", cancel]]);
  for (const [type, fn] of listeners) list.addEventListener(type, fn, { passive: true });
  return () => {
    cancel();
    for (const [type, fn] of listeners) list.removeEventListener(type, fn);
  };
}
