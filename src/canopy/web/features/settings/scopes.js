/** What a key may do, in words people use. */

import { words } from "./strings.js";

/** @typedef {keyof typeof words} Word */

/** @type {[Word, Word[]][]} */
export const GROUPS = [
  ["groupRead", ["read_feed", "read_messages", "read_channels", "read_files", "view_trust"]],
  ["groupWrite", ["write_feed", "write_messages", "write_channels", "write_files", "voice_call"]],
  ["groupManage", ["manage_keys", "moderate_channels", "delete_data", "manage_node"]],
];
const ALL = GROUPS.flatMap(([, names]) => names);

/** @type {Record<"presetRead" | "presetChat" | "presetFull", string[]>} */
export const PRESETS = {
  presetRead: ["read_feed", "read_messages", "read_files"],
  presetChat: ["read_feed", "read_messages", "write_feed", "write_messages", "read_files", "write_files"],
  presetFull: ALL,
};

/** @type {Record<string, Word>} */
export const WARNINGS = { manage_keys: "warnKeys", delete_data: "warnDelete", manage_node: "warnNode" };

/** What no key may do that is limited to channels: it could make itself one without the limit. */
export const UNLIMITED = new Set(["manage_keys", "manage_node"]);

/** "Read: channels and feed, messages". @param {string[]} permissions @returns {string[]} */
export function inWords(permissions) {
  const held = new Set(permissions);
  return GROUPS.flatMap(([title, names]) => {
    const mine = names.filter((name) => held.has(name) && !isImplied(name, held)).map((name) => words[name]);
    return mine.length > 0 ? [`${words[title]}: ${mine.join(", ")}`] : [];
  });
}

/** Those who read the feed read channels. @param {string} name @param {Set<string>} held */
function isImplied(name, held) {
  return (name === "read_channels" && held.has("read_feed")) || (name === "write_channels" && held.has("write_feed"));
}
