/** Sends what calls somebody when it is known whom, in the order of Enter. Loaded with the first such message. */

/** @typedef {import("./composer.js").Composer} Composer */

/** @param {Composer} composer @param {import("./composer-calls.js").Calls | null} calls */
export async function passOn(composer, calls) {
  const { held } = composer;
  for (let next = held[0]; next; next = held[0]) {
    const unclear = (await calls?.unclear(next.text)) ?? [];
    if (held[0] !== next) continue; // let go meanwhile
    held.shift();
    if (unclear.length > 0) await askBack(composer, next, unclear);
    else composer.post(next);
  }
}

/**
 * The text comes back, and stays a draft, until it is said who is meant.
 * @param {Composer} composer @param {import("./composer.js").Outgoing} message @param {import("./composer-calls.js").Unclear[]} unclear
 */
async function askBack(composer, { text, lifespan }, unclear) {
  composer.takeBack(text);
  composer.setLifespan(lifespan);
  const { chooseMeant } = await import("./composer-chooser.js");
  const clear = await chooseMeant(text, unclear);
  if (clear === null || !composer.text.startsWith(text)) return;
  const rest = composer.text.slice(text.length).replace(/^\n/u, "");
  composer.done();
  if (rest) composer.takeBack(rest);
  composer.post({ text: clear, lifespan });
}
