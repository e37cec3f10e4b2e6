/** Places a popover beside the element that it belongs to, inside the window. */

const GAP = 4; // px between the two
const EDGE = 8; // px to the edge of the window

/**
 * Below its anchor where there is room, else above; its end at the anchor's end.
 * @param {HTMLElement} popover @param {DOMRect} place
 */
export function placeBeside(popover, place) {
  const { offsetWidth: width, offsetHeight: height } = popover;
  const below = place.bottom + GAP;
  const fits = below + height + EDGE <= innerHeight;
  const top = fits ? below : place.top - height - GAP;
  const left = document.dir === "rtl" ? place.left : place.right - width;
  popover.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  popover.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`;
}
