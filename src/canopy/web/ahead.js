/**
 * What a person is likely to need next, loaded when they first touch the page: so that nothing is waited for, and so
 * that it is there when the node is not. An idle page asks for nothing.
 */

const PARTS = [
  () => import("./features/switcher/switcher.js"),
  () => import("./features/messages/tools.js"),
  () => import("./features/messages/further.js"),
  () => import("./features/messages/deeds.js"),
  () => import("./features/messages/place-menu.js"),
  () => import("./features/messages/thread.js"),
  () => import("./features/messages/completions.js"),
  () => import("./features/help/help.js"),
  () => import("./features/people/identity.js"),
  () => import("./features/channels/channel-menu.js"),
  () => import("./features/channels/new.js"),
  () => import("./features/trust/sync-panel.js"),
  () => import("./parts/drawer.js"),
  () => import("./parts/emoji-picker.js"),
  () => import("./parts/composer-backdrop.js"),
  () => import("./parts/composer-calls.js"),
  () => import("./parts/composer-preview.js"),
  () => import("./parts/toast.js"),
];
const SIGNS = ["pointermove", "pointerdown", "keydown"];

/** @returns {() => void} stops it */
export function loadAhead() {
  const stop = () => SIGNS.forEach((sign) => removeEventListener(sign, begin));
  const begin = () => {
    stop();
    void loadAll();
  };
  SIGNS.forEach((sign) => addEventListener(sign, begin, { passive: true }));
  return stop;
}

/**
 * One after the other, so that they are in nobody's way; what does not come now comes when it is wanted. The mark
 * stands in the browser's timeline when all are there.
 */
async function loadAll() {
  for (const load of PARTS) {
    try {
      await load();
    } catch {
      return;
    }
  }
  performance.mark("loaded-ahead");
}
