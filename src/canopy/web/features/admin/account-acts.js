/** What the owner does with an account less often than letting it in and shutting it out. */

import { askToHandOver } from "./hand-over.js";
import { askForLink } from "./reset-link.js";
import { words } from "./strings.js";

/** @param {import("../../base/types.js").SignedInApp} app @param {import("./admin.js").Account} account @returns {import("../../parts/menu.js").MenuItem[]} */
export function actsOn(app, account) {
  const mayOwn = account.account_type === "human" && account.status === "active";
  return [
    { label: words.reset, act: () => askForLink(app, account) },
    ...(mayOwn ? [{ label: words.makeOwner, act: () => askToHandOver(app, account) }] : []),
  ];
}
