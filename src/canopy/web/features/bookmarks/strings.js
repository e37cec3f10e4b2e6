/** The words of what somebody saved. */

import { catalogue } from "../../base/language.js";

export const words = catalogue("bookmarks", {
  title: "Saved messages",
  backToList: "Back to conversations",
  list: "Saved messages",
  none: "You have saved no message yet",
  noneAdvice: "The star beside a message, or S while it is in focus, saves it here. Nobody else sees what you save.",
  toChannels: "Browse channels",
  loadFailed: "What you saved could not be loaded.",
  loadFailedAdvice: "Nothing is lost: it is on the node.",
  inChannel: "#{channel}",
  savedOn: "saved {when}",
  open: "Open the message of {author} in #{channel}",
  remove: "Remove from saved",
  removeOf: "Remove the message of {author} from saved",
  notRemoved: "It is still saved: the node did not answer. Try again.",
  more: "Show more",
});
