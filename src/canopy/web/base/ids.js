/** Random ids. `crypto.randomUUID` is missing where the page came over plain HTTP, so it is not used. */

/** A fresh id of 24 hexadecimal digits. */
export function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** This tab, for as long as it is not reloaded. */
export const TAB = freshId();
