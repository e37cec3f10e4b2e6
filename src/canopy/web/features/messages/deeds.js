/** What the acts on a message say and ask. Loaded when somebody first does something. */

import { confirm } from "../../parts/confirm.js";
import { copyText } from "../../parts/copy.js";
import { toast } from "../../parts/toast.js";
import { reasonOf } from "./acts.js";
import { deleteAdvice, words } from "./strings.js";

export { referenceTo } from "../../base/reference.js";
export { rememberEmoji } from "../../parts/recent-emoji.js";
export { follow } from "./following.js";
export { toast };

/** @param {string} text @param {string} said when it worked */
export async function copy(text, said) {
  toast((await copyText(text)) ? said : words.notCopied);
}

/** @param {string} audience who loses it, in words @param {{act: () => Promise<void>, onClosed: () => void}} then */
export function askToDelete(audience, { act, onClosed }) {
  confirm({
    title: words.deleteTitle,
    text: [deleteAdvice(audience)],
    cancel: words.keep,
    button: words.delete,
    danger: true,
    act,
    explain: reasonOf,
    onClosed,
  });
}
