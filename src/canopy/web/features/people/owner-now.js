/** Somebody made this person the owner of the node: the page has to be loaded anew to show what that opens. */

import { words } from "./strings.js";

const SHOWN = 10 * 60_000; // ms; nobody should have to be quick

/** Only the owner hears of accounts. @param {import("../../base/types.js").SignedInApp} app @returns {() => void} stops it */
export function tellOwner({ stream }) {
  return stream.onEvents((events) => events.some(({ event_type }) => event_type === "account.changed") && void tell());
}

async function tell() {
  const { toast } = await import("../../parts/toast.js");
  toast(words.youOwn, { label: words.reload, act: () => location.reload() }, SHOWN);
}
