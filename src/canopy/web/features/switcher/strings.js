/** The words of the quick switcher. */

import { catalogue } from "../../base/language.js";

export const words = catalogue("switcher", {
  title: "Jump to",
  placeholder: "Channel, person, page, or > for a command",
  results: "Places",
  none: "Nothing has this name",
  noneAdvice: "Try a part of the name, or > for commands.",
  foot: "↑ ↓ choose · Enter opens · Esc closes",
  channel: "Channel",
  archived: "Archived channel",
  agent: "Agent",
  page: "Page",
  command: "Command",
  unread: "unread",
  found: "{n, plural, =0 {No result} one {# result} other {# results}}",
});
