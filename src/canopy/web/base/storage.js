/**
 * localStorage that never throws.
 *
 * A browser may refuse storage (private windows, full quota). The app then works for as long as the
 * tab lives: values fall back to memory, and only what should survive a reload is lost.
 */

/** @type {Map<string, string>} */
const memory = new Map();
const PREFIX = "canopy.";

/** @param {string} name @returns {string | null} */
export function read(name) {
  try {
    return localStorage.getItem(PREFIX + name) ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}

/** @param {string} name @param {string} value */
export function write(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
    memory.delete(name);
  } catch {
    memory.set(name, value);
  }
}

/** @param {string} name */
export function remove(name) {
  memory.delete(name);
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing was stored, so nothing is left behind.
  }
}

/** What is kept under names that begin so. @param {string} prefix @returns {string[]} */
export function names(prefix) {
  const kept = [...memory.keys()];
  try {
    kept.push(...Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length)));
  } catch {
    // Then what this tab keeps is all.
  }
  return kept.filter((name) => name.startsWith(prefix));
}

/** @param {string} name @returns {unknown} the parsed value, or null when absent or damaged */
export function readJson(name) {
  const text = read(name);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {string} name @param {unknown} value */
export function writeJson(name, value) {
  write(name, JSON.stringify(value));
}

/**
 * Calls back when another tab changes a name under the prefix.
 * @param {string} prefix @param {(name: string, value: string | null) => void} fn
 * @returns {() => void} stops listening
 */
export function watch(prefix, fn) {
  /** @param {StorageEvent} event */
  const heard = (event) => {
    if (event.key?.startsWith(PREFIX + prefix)) fn(event.key.slice(PREFIX.length), event.newValue);
  };
  addEventListener("storage", heard);
  return () => removeEventListener("storage", heard);
}
