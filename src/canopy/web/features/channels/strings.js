/** The words of channels: the sidebar, the list of all, a new one, details. */

import { catalogue, fill } from "../../base/language.js";

export const words = catalogue("channels", {
  workspace: "Canopy",
  jump: "Jump to…",
  unread: "Unread",
  channels: "Channels",
  starred: "Starred",
  savedMessages: "Saved messages",
  hasDraft: "draft",
  isMuted: "muted",
  browse: "Browse channels",
  create: "New channel",
  unreadName: "{name}, unread",
  mentionsName: "{name}, {n, plural, one {# mention} other {# mentions}} of you",
  resize: "Width of the list",

  browseTitle: "Channels",
  backToList: "Back to conversations",
  find: "Find a channel",
  all: "All",
  archived: "Archived",
  left: "Left",
  which: "Which channels",
  none: "There is no channel yet",
  noneAdvice: "Make one: everybody on this node and on linked nodes can read and write in it.",
  noneFound: "No channel has this in its name or purpose",
  noneFoundAdvice: "Look under another word, or make a new channel.",
  noneArchived: "No channel is archived",
  noneArchivedAdvice: "An archived channel keeps its messages and can be taken out again.",
  noneLeft: "You have left no channel",
  noneLeftAdvice: "A channel that you leave stands here, so that you can come back.",
  loadFailed: "The channels could not be loaded.",
  loadFailedAdvice: "Nothing is lost: they are on the node.",
  open: "Open",
  join: "Join",
  openName: "Open #{name}",
  joinName: "Join #{name}",
  members: "{n, plural, one {# member} other {# members}}",
  lastActive: "active {when}",
  fromNode: "from {node}",
  found: "{n, plural, =0 {No channel} one {# channel} other {# channels}}",

  newTitle: "New channel",
  name: "Name",
  nameHint: "Short and in lower case. Others see #{name}.",
  nameHintEmpty: "Short and in lower case, such as launch-plan.",
  nameNeeded: "A channel needs a name.",
  purpose: "Purpose",
  purposeHint: "What belongs here. Everybody sees it.",
  openMeaning: "Open: everybody on this node, and on nodes linked with it, can read and write here.",
  make: "Create channel",
  cancel: "Cancel",

  details: "Details",
  detailsOf: "Details of #{name}",
  close: "Close details",
  tabMembers: "Members",
  tabSettings: "Settings",
  membersFailed: "The members could not be loaded.",
  findMember: "Find a member",
  noMember: "No member has this in the name.",
  you: "you",
  admin: "Admin",
  member: "Member",
  roleOf: "Role of {name}",
  retired: "Account closed",
  openForAll: "This channel is open: everybody on this node and on linked nodes belongs to it.",

  about: "About",
  topic: "Topic",
  topicHint: "What it is about just now. Stands beside the name.",
  save: "Save changes",
  saved: "Saved",
  unchanged: "Nothing was changed.",
  pending: "Sent to {node}, which decides on this channel. It shows here once that node has answered.",
  pendingUnknown: "Sent to the node that decides on this channel. It shows here once that node has answered.",
  decidedHere: "This node decides on the channel.",
  decidedThere: "{node} decides on this channel; what an admin changes here is sent there.",
  onlyAdmins: "Only admins of this channel can change it.",
  general: "#general belongs to everybody. It has no admins, keeps its name, and nobody leaves it.",
  noPurpose: "No purpose was written down.",
  created: "Made by {name} on {date}",
  createdOn: "Made on {date}",

  archive: "Archive channel",
  unarchive: "Take out of the archive",
  archiveTitle: "Archive #{name}?",
  archiveText: "It disappears from everybody’s list. Its messages stay and can be read, and an admin can take it out again.",
  archiveMeaning: "Takes the channel out of everybody’s list. Messages stay.",
  isArchived: "This channel is archived.",
  star: "Star",
  unstar: "Remove star",
  mute: "Mute",
  unmute: "Unmute",
  leave: "Leave channel",
  leaveTitle: "Leave #{name}?",
  leaveText: "You no longer see it, and it counts nothing as unread. You can come back under “Left” in the list of channels.",
  leaveMeaning: "Takes the channel out of your list only.",
  unreachable: "The node cannot be reached. Nothing was changed; try again when it runs.",
  missing: "This channel is not available here",
  missingAdvice: "It may be deleted, not synced yet, or not shared with you.",
});

/** @param {string} name @param {number} mentions */
export const unreadName = (name, mentions) => (mentions > 0 ? fill(words.mentionsName, { name, n: mentions }) : fill(words.unreadName, { name }));

/** What else is to be known of a row of the list. @param {string} name @param {boolean} draft @param {boolean} muted */
export const markedName = (name, draft, muted) => [name, draft && words.hasDraft, muted && words.isMuted].filter(Boolean).join(", ");

/** @param {number} n */
export const memberCount = (n) => fill(words.members, { n });

/** Which node has to answer. @param {string} named @param {string} unnamed @param {string} node */
export const decider = (named, unnamed, node) => (node ? fill(named, { node }) : unnamed);
