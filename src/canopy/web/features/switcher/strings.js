/** The words of the quick switcher. */

import { catalogue } from "../../base/language.js";

export const words = catalogue("switcher", {
  title: "Jump to",
  placeholder: "Channel, person or page",
  results: "Places",
  none: "Nothing has this name",
  noneAdvice: "Try a part of the name; # finds channels only, @ people, > commands.",
  foot: "# channels · @ people · > commands · ↑ ↓ choose · Enter opens · Esc closes",
  channel: "Channel",
  archived: "Archived channel",
  agent: "Agent",
  page: "Page",
  message: "Message",
  toMessage: "Go to message",
  command: "Command",
  unread: "unread",
  found: "{n, plural, =0 {No result} one {# result} other {# results}}",
  markAllRead: "Mark all read",
  markedRead: "{n, plural, one {# channel} other {# channels}} marked as read",
  nothingUnread: "Nothing is unread",
  undo: "Undo",
  toggleTheme: "Toggle theme",
  createKey: "Create API key",
  copyInvite: "Copy invite code",
  inviteCopied: "Invite code copied",
  notCopied: "The browser did not let us copy it",
  unreachable: "The node cannot be reached",
});
