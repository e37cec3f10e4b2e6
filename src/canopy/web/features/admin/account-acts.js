/** What the owner does with an account less often than letting it in and shutting it out. */

import { fill } from "../../base/language.js";
import { confirm } from "../../parts/confirm.js";
import { explained } from "./explained.js";
import { askToHandOver } from "./hand-over.js";
import { askForLink } from "./reset-link.js";
import { words } from "./strings.js";

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("./admin.js").Account} Account */

/** @param {SignedInApp} app @param {Account} account @param {() => Promise<void>} reload @returns {import("../../parts/menu.js").MenuItem[]} */
export function actsOn(app, account, reload) {
  const mayOwn = account.account_type === "human" && account.status === "active";
  return [
    { label: words.reset, act: () => askForLink(app, account) },
    ...(mayOwn ? [{ label: words.makeOwner, act: () => askToHandOver(app, account) }] : []),
    { label: words.remove, danger: true, act: () => askToDelete(app, account, reload) },
  ];
}

/** @param {SignedInApp} app @param {Account} account @param {() => Promise<void>} reload */
function askToDelete(app, account, reload) {
  confirm({
    title: fill(words.removeTitle, { name: account.username }),
    text: [words.removeStays, words.removeGoes],
    cancel: words.cancel,
    button: words.removeNow,
    danger: true,
    act: async () => {
      await app.api.delete(`/admin/users/${encodeURIComponent(account.user_id)}`);
      await reload();
    },
    explain: explained,
  });
}
