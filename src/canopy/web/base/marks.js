/** Performance marks, the only measurements the page offers. */

/** @param {string} name */
export function mark(name) {
  performance.mark(name);
}

/** Marks once the next frame has been painted. @param {string} name */
export function markPainted(name) {
  requestAnimationFrame(() => setTimeout(() => performance.mark(name)));
}
