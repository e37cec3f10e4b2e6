/** What the quick switcher does, besides leading to places. */

import { preferences, prefer } from "../../base/preferences.js";
import { copyText } from "../../parts/copy.js";
import { words as shared } from "../../parts/strings.js";
import { toast } from "../../parts/toast.js";
import { explained, markAllRead } from "./read-all.js";
import { words } from "./strings.js";

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("./switcher.js").Command} Command */

/** @param {SignedInApp} app @param {() => Promise<void>} out @returns {Command[]} */
export function commandsOf(app, out) {
  return [
    { label: shared.newChannel, icon: "plus", act: async () => (await import("../channels/new.js")).askForChannel(app) },
    { label: shared.browse, icon: "list", act: () => app.router.go("/c") },
    { label: words.markAllRead, icon: "check", act: () => void markAllRead(app) },
    { label: words.createKey, icon: "key", act: () => void createKey(app) },
    ...(app.mayManage ? [/** @type {Command} */ ({ label: words.copyInvite, icon: "copy", act: () => void copyInvite(app) })] : []),
    { label: shared.help, icon: "help", act: () => app.help() },
    ...looks(),
    { label: shared.signOut, icon: "leave", act: () => void out() },
  ];
}

/** @returns {Command[]} */
function looks() {
  const theme = (/** @type {typeof preferences.value.theme} */ name) => () => prefer({ theme: name });
  const compact = preferences.value.density === "compact";
  return [
    { label: words.toggleTheme, icon: "contrast", act: theme(isDark() ? "light" : "dark") },
    { label: shared.themeLight, icon: "sun", act: theme("light") },
    { label: shared.themeDark, icon: "moon", act: theme("dark") },
    { label: shared.themeContrast, icon: "contrast", act: theme("contrast") },
    { label: shared.themeSystem, icon: "sun", act: theme("system") },
    { label: compact ? shared.comfortable : shared.compact, icon: "list", act: () => prefer({ density: compact ? "comfortable" : "compact" }) },
  ];
}

/** What a person sees, whoever chose it. */
function isDark() {
  const { theme } = preferences.value;
  return theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
}

/** @param {SignedInApp} app */
async function createKey(app) {
  app.router.go("/settings/keys");
  (await import("../settings/new-key.js")).askForKey(app, () => document.dispatchEvent(new Event("canopy-key-made")));
}

/** @param {SignedInApp} app */
async function copyInvite(app) {
  try {
    const { invite_code: code } = await app.api.get("/p2p/invite");
    toast((await copyText(code)) ? words.inviteCopied : words.notCopied);
  } catch (error) {
    toast(explained(error));
  }
}
