/** A message by what it is called on every node: ids are the same everywhere, addresses are not. */

const REFERENCE = /^mesh:(general|C[0-9a-f]{16})\/(M[0-9a-f]{24})$/u;

/** @param {string} channelId @param {string} messageId */
export const referenceTo = (channelId, messageId) => `mesh:${channelId}/${messageId}`;

/** Where a reference leads on this node; null for any other text. @param {string} text */
export function pathOfReference(text) {
  const found = REFERENCE.exec(text.trim());
  return found ? `/c/${found[1]}/${found[2]}` : null;
}
