/** Where the rows of a conversation come from: the first messages of a channel, or the replies of one of them. */

/** @typedef {import("../../base/types.js").Message} Message */
/** @typedef {import("../../base/api.js").Api} Api */
/** @typedef {{messages: Message[], root?: Message | null, has_more: boolean}} Page oldest first */
/** @typedef {{messages: Message[], root?: Message | null, older: boolean, newer: boolean}} Around */

/**
 * @typedef {object} Source
 * @property {string} place key of drafts and of what is on its way
 * @property {string} channelId
 * @property {string | null} root the thread, or null for a channel
 * @property {(message: Message) => boolean} holds
 * @property {(query: string, signal: AbortSignal) => Promise<Page>} page
 * @property {(id: string, each: number, signal: AbortSignal) => Promise<Around>} around that many before and after
 */

/** @param {string} channelId */
export function pathOf(channelId) {
  return `/channels/${encodeURIComponent(channelId)}/messages`;
}

/** @param {Message} message whether it begins a thread, or could */
const isFirst = (message) => (message.thread_id ?? message.id) === message.id;

/** @param {Api} api @param {string} channelId @returns {Source} */
export function channelSource(api, channelId) {
  const path = `${pathOf(channelId)}?order=created&root_only=true`;
  return {
    place: `channel:${channelId}`,
    channelId,
    root: null,
    holds: isFirst,
    page: (query, signal) => api.get(`${path}&${query}`, { signal }),
    around: async (id, each, signal) => {
      const { messages, has_more } = await api.get(`${path}&around=${encodeURIComponent(id)}&limit=${2 * each + 1}`, { signal });
      const here = messages.findIndex((/** @type {Message} */ message) => message.id === id);
      return { messages, older: has_more, newer: messages.length - here > each };
    },
  };
}

/** @param {Api} api @param {string} channelId @param {string} root @returns {Source} */
export function threadSource(api, channelId, root) {
  const below = `${pathOf(channelId)}/${encodeURIComponent(root)}`;
  const page = (/** @type {string} */ query, /** @type {AbortSignal} */ signal) => api.get(`${below}/replies?${query}`, { signal });
  return {
    place: `thread:${root}`,
    channelId,
    root,
    holds: (message) => message.thread_id === root && message.id !== root,
    page,
    around: async (id, each, signal) => {
      const name = encodeURIComponent(id);
      const [{ message }, before, after] = await Promise.all([
        api.get(`${pathOf(channelId)}/${name}`, { signal }),
        page(`limit=${each}&before=${name}`, signal),
        page(`limit=${each}&after=${name}`, signal),
      ]);
      const messages = [...before.messages, message, ...after.messages];
      return { messages, root: before.root, older: before.has_more, newer: after.has_more };
    },
  };
}
