/**
 * The shapes that cross module walls: what the node answers, and what the app hands to its screens.
 *
 * Types only. Modules name them in JSDoc imports, so a browser never loads this file.
 */

/**
 * @typedef {object} User
 * @property {string} user_id
 * @property {string} username
 * @property {string} display_name
 * @property {"human" | "agent"} account_type
 * @property {string | null} [avatar_url]
 * @property {string} [status]
 */

/**
 * @typedef {object} SessionInfo
 * @property {User} user
 * @property {string} csrf_token
 * @property {string[]} permissions
 */

/**
 * @typedef {object} Channel
 * @property {string} id
 * @property {string} name
 * @property {string} type
 * @property {string} [description]
 * @property {string} [topic]
 * @property {boolean} [starred]
 * @property {boolean} [notifications_enabled]
 * @property {number} member_count
 * @property {string} privacy_mode
 * @property {string} [user_role]
 * @property {string | null} [last_message_at]
 * @property {number} [unread_count]
 * @property {number} [unread_mentions]
 * @property {string | null} [first_unread_id] as of when the list was read
 * @property {string | null} [created_at]
 * @property {string | null} [origin_peer]
 * @property {string | null} [continues] the channel whose history goes on here
 * @property {string[]} [continued_by]
 * @property {"active" | "archived" | "preserved"} [lifecycle_status]
 */

/**
 * @typedef {object} Member
 * @property {string | null} [avatar_url]
 * @property {string} user_id
 * @property {string} username
 * @property {string} display_name
 * @property {string | null} [origin_peer]
 * @property {string} [account_type]
 * @property {string} [role]
 */

/**
 * @typedef {object} Message
 * @property {string} id
 * @property {string} channel_id
 * @property {string} user_id
 * @property {string} [username]
 * @property {string} [display_name]
 * @property {"human" | "agent"} [account_type]
 * @property {string} content
 * @property {string} [html] the same as HTML, where that was asked for
 * @property {boolean} [by_moderator]
 * @property {string | null} [via_api_key]
 * @property {string | null} [avatar_url]
 * @property {string} type
 * @property {string} created_at
 * @property {string | null} [edited_at]
 * @property {string | null} [expires_at]
 * @property {string} [thread_id] the first message of its thread, which may be itself
 * @property {string | null} [parent_message_id]
 * @property {number} [reply_count]
 * @property {string} [last_activity_at]
 * @property {Record<string, string[]>} [reactions] user ids by type
 * @property {boolean} [deleted]
 * @property {{user_id: string, handle: string, username?: string, display_name: string}[]} [mentions]
 * @property {string | null} [mentions_everyone] the word by which everybody was called
 * @property {string | null} [client_id]
 * @property {string | null} [origin_peer]
 * @property {boolean} [first_from_peer] whether no older message of its foreign node was ever held in the channel
 */

/**
 * What became of dialling one address.
 * @typedef {object} Attempt
 * @property {string} address
 * @property {string} outcome "connected", or the code of what went wrong
 * @property {string} sentence
 * @property {string | number} at
 */

/**
 * @typedef {object} Peer
 * @property {string} peer_id
 * @property {string} display_name
 * @property {string[]} words the six words of its key
 * @property {"blocked" | "unknown" | "introduced" | "trusted"} level
 * @property {"connected_syncing" | "connected_not_syncing" | "offline"} state
 * @property {string | null} last_seen
 * @property {Record<string, number>} refused by reason
 * @property {Record<string, number>} waiting by reason
 * @property {{address: string, direction: "out" | "in", since: string | number} | null} link
 * @property {boolean} level_with_us whether both sides were seen to hold the same
 * @property {{done: number, total: number} | null} progress
 * @property {Attempt[]} attempts
 * @property {string | number | null} next_try
 * @property {"merged" | "apart"} open_channels
 * @property {{needed: boolean, nodes: number, messages: number}} merge
 * @property {string[]} introduced_by
 */

/**
 * A node that announces itself on this network; its id is known once a handshake has proven it.
 * @typedef {object} Discovered
 * @property {string} key
 * @property {string | null} peer_id
 * @property {string} address
 * @property {number} port
 * @property {boolean} connected
 */

/** @typedef {{status: "loading" | "ready" | "failed", peers: Peer[], discovered: Discovered[], error: unknown}} PeersView */

/** By peer id: how the node of a foreign author is called. @typedef {Map<string, {name: string, words: string[]}>} Origins */

/**
 * @typedef {object} LiveEvent
 * @property {number} seq
 * @property {string} event_type
 * @property {string | null} [actor_user_id]
 * @property {string | null} [channel_id]
 * @property {string | null} [message_id]
 * @property {{message?: Message} & Record<string, unknown> | null} [payload]
 */

/**
 * What a message that has not been acknowledged yet looks like in the outbox.
 * @typedef {object} Outgoing
 * @property {string} clientId
 * @property {string} place conversation key, for example "channel:general"
 * @property {string} channelId
 * @property {string} content
 * @property {string | null} [parentId] the message that it answers
 * @property {number | null} [lifespan] seconds, when it is not the usual
 * @property {number} createdAt milliseconds
 * @property {"sending" | "waiting" | "failed"} state
 * @property {string} reason why it failed, in the node's words
 * @property {string | null} tab the tab that sends it
 * @property {number} touchedAt when that tab last tried
 */

/**
 * @typedef {object} Screen
 * @property {string} name for the performance mark `route:<name>`
 * @property {string} title
 * @property {() => void} unmount stops everything the screen started
 * @property {(params: Params, how: "load" | "link" | "history") => boolean} [update] shows another address of its own
 *   without being mounted again; false when that address is not its business
 */

/** @typedef {Record<string, string>} Params */

/**
 * What main.js hands to every screen.
 * @typedef {object} App
 * @property {import("./api.js").Api} api
 * @property {import("./router.js").Router} router
 * @property {import("./keys.js").Keys} keys
 * @property {(text: string) => Promise<{code: string} | {problem: string}>} judgeInvite
 */

/**
 * The app after sign-in: the same plus what belongs to one person.
 * @typedef {App & {
 *   me: User,
 *   mayManage: boolean,
 *   signIns: import("./store.js").Store<number>,
 *   peers: import("../features/trust/peers.js").Peers,
 *   stream: import("./stream.js").EventStream,
 *   outbox: import("./outbox.js").Outbox,
 *   deletions: import("./deletions.js").Deletions,
 *   drafts: import("./drafts.js").Drafts,
 *   channels: import("./store.js").Store<Channel[] | null>,
 *   reloadChannels: (gone?: string) => Promise<void>,
 *   channelActs: (channel: Channel) => Promise<import("../parts/menu.js").MenuItem[]>,
 *   bookmarks: () => Promise<import("../features/bookmarks/bookmarks.js").Bookmarks>,
 *   saved: import("./store.js").Store<ReadonlyMap<string, string>>,
 *   showSync: (anchor: Element) => Promise<void>,
 *   jump: () => void,
 *   help: () => void,
 *   approvals: import("./store.js").Store<number>,
 *   signOut: () => Promise<void>,
 *   tellTabs: () => void,
 *   identify: (userId: string, anchor: Element) => Promise<void>,
 *   places: import("../parts/shell.js").RailItem[],
 * }} SignedInApp
 */

/** @typedef {(root: HTMLElement, app: App, params: Params) => Screen} MountOutside */
/** @typedef {(root: HTMLElement, app: SignedInApp, params: Params) => Screen} MountInside */

export {};
