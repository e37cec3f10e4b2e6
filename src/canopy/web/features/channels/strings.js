/** The words of the sidebar. */

import { plural } from "../../base/text.js";

export const words = {
  workspace: "Canopy",
  channels: "Channels",
  network: "Network",
  connect: "Connect",
  loading: "Loading…",
  failed: "The channels could not be loaded.",
};

/** Peers that a person has to look at. @param {number} count */
export const waitingPeers = (count) => plural(count, "{n} waiting", "{n} waiting");
