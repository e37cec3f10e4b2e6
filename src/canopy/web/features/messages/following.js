/** How a person stands to a thread: whether they hear of new replies, and why. */

const PATH = "/channels/threads/subscription";
const PATIENCE = 300; // ms that a menu waits for it
const CHANGED = "canopy-followed";

/**
 * @typedef {object} Standing
 * @property {string} thread_root_message_id
 * @property {boolean | null} explicit_subscribed what the person said
 * @property {boolean} subscribed
 * @property {"started" | "replied" | "mentioned" | null} reason why they follow it who say nothing
 */

/** @param {import("../../base/api.js").Api} api @param {string} channelId @param {string} messageId @param {import("../../base/api.js").CallOptions} [options] @returns {Promise<Standing>} */
export function readStanding(api, channelId, messageId, options) {
  return api.get(`${PATH}?channel_id=${encodeURIComponent(channelId)}&message_id=${encodeURIComponent(messageId)}`, options);
}

/**
 * Says it to the node and to whoever shows it on this page.
 * @param {import("../../base/api.js").Api} api @param {string} channelId @param {string} messageId
 * @param {boolean | null} [wanted] null as if nothing was said; left out, the other than now
 */
export async function follow(api, channelId, messageId, wanted) {
  const body = { channel_id: channelId, message_id: messageId, subscribed: wanted };
  const standing = /** @type {Standing} */ (await api.post(PATH, body));
  dispatchEvent(new CustomEvent(CHANGED, { detail: standing }));
  return standing;
}

/** @param {import("../../base/store.js").Stops} stops @param {(standing: Standing) => void} hear */
export function onFollowed(stops, hear) {
  stops.listen(window, CHANGED, (/** @type {any} */ event) => hear(event.detail));
}

/** What a menu says before it can be known is what is true of most. @param {import("./acts.js").Acts} acts @param {import("../../parts/message-row.js").Row} row */
export async function followsThread({ app, conversation }, row) {
  try {
    const { channelId } = conversation.source;
    const signal = AbortSignal.timeout(PATIENCE);
    return (await readStanding(app.api, channelId, row.id ?? "", { signal })).subscribed;
  } catch {
    return row.own;
  }
}
