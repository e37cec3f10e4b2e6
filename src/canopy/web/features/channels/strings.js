/** The words of the sidebar. */

export const words = {
  workspace: "Canopy",
  channels: "Channels",
  loading: "Loading…",
  failed: "The channels could not be loaded.",
};
