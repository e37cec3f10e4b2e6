/** The words of the frame: what no single feature owns. */

export const words = {
  product: "Canopy",
  unreachable: "The node cannot be reached",
  unreachableAdvice: "Nothing is lost. Start Canopy on its machine, or check the network between you and it.",
  missing: "This page is not available here",
  missingAdvice: "The address may be wrong, or it leads to something that was not shared with you.",
  toStart: "Go to your conversations",
};
