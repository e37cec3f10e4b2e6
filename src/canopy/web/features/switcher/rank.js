/** How well a name answers what was typed. Pure. */

/** The smaller the better; null when it is no answer. @param {string} name @param {string} wanted both in lower case @returns {number | null} */
export function rank(name, wanted) {
  if (wanted === "") return 3;
  if (name === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  if (name.split(/[\s._@#-]+/u).some((word) => word.startsWith(wanted))) return 2;
  if (wanted.length === 1) return null;
  if (name.includes(wanted)) return 3;
  return isSpread(name, wanted) ? 4 : null;
}

/** Whether the letters come in this order: "lp" in "launch-plan". @param {string} name @param {string} wanted */
function isSpread(name, wanted) {
  let at = -1;
  for (const letter of wanted) {
    at = name.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/**
 * @template {{names: string[], first: number}} T
 * @param {T[]} entries @param {string} typed @param {number} most @returns {T[]}
 */
export function best(entries, typed, most) {
  const wanted = typed.trim().replace(/^[#@>]\s*/u, "").toLocaleLowerCase();
  const ranked = entries.flatMap((entry) => {
    const ranks = entry.names.map((name) => rank(name.toLocaleLowerCase(), wanted)).filter((each) => each !== null);
    return ranks.length > 0 ? [{ entry, rank: Math.min(...ranks) }] : [];
  });
  ranked.sort((one, other) => one.rank - other.rank || one.entry.first - other.entry.first);
  return ranked.slice(0, most).map(({ entry }) => entry);
}
