/**
 * What the node answers about invites and links. Types only: a browser never loads this file.
 */

/** @typedef {{address: string, kind: string}} Reach */

/**
 * @typedef {object} Invite
 * @property {string} invite_code
 * @property {string} peer_id
 * @property {string} name
 * @property {string[]} words
 * @property {string[]} endpoints
 * @property {Reach[]} reach
 * @property {string | number | null} expires_at
 * @property {boolean} one_time
 * @property {{size: number, path: string} | null} qr null when the code is too long for one
 */

/**
 * @typedef {object} Review
 * @property {string} peer_id
 * @property {string} name
 * @property {string[]} words
 * @property {string[]} endpoints
 * @property {string | number | null} expires_at
 * @property {boolean} one_time
 * @property {{code: string, sentence: string}[]} warnings
 */

/**
 * @typedef {object} Imported
 * @property {"connected" | "imported_not_connected"} status
 * @property {string} peer_id
 * @property {string} [message]
 * @property {import("../../base/types.js").Attempt[]} [attempts]
 * @property {string | number | null} [next_try]
 */

/**
 * @typedef {object} Introduced
 * @property {string} peer_id
 * @property {string} [display_name]
 * @property {string} [introduced_by]
 * @property {string[]} [introduced_via]
 */

/**
 * @typedef {object} Failure
 * @property {string | null} [peer_id]
 * @property {string | null} [endpoint]
 * @property {string} detail
 * @property {string | number} at
 */

/**
 * @typedef {object} Diagnosis
 * @property {string[]} connected_peers
 * @property {number} known_peers_count
 * @property {{total: number}} pending_messages
 * @property {{count: number}} reconnect_tasks
 * @property {Failure[]} recent_failures
 * @property {{active_catchups: unknown[], queue_depth: number}} sync
 */

export {};
