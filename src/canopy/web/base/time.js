/** Times as people read them, in the browser's language and zone. */

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const thisYear = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const otherYear = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const DAY = 86_400_000;

/** @param {Date} date */
export function clockTime(date) {
  return clock.format(date);
}

/** Without "am" or "pm", for the narrow gutter. @param {Date} date */
export function bareTime(date) {
  const parts = clock.formatToParts(date).filter((part) => part.type !== "dayPeriod");
  return parts.map((part) => part.value).join("").trim();
}

/** @param {Date} date */
export function fullTime(date) {
  return full.format(date);
}

/** Equal for two instants of one local day. @param {Date} date */
export function dayKey(date) {
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** "Today", "Yesterday", "Saturday 21 November", or with the year. @param {Date} date @param {Date} now */
export function dayLabel(date, now) {
  const days = Math.round((midnight(date) - midnight(now)) / DAY);
  if (days === 0 || days === -1) return capital(relative.format(days, "day"));
  return (date.getFullYear() === now.getFullYear() ? thisYear : otherYear).format(date);
}

/** @param {Date} date */
function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** Calls back at each local midnight, so that "Today" stays true. @param {() => void} fn @returns {() => void} */
export function eachMidnight(fn) {
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const arm = () => {
    timer = setTimeout(() => {
      fn();
      arm();
    }, midnight(new Date()) + DAY + 1000 - Date.now());
  };
  arm();
  return () => clearTimeout(timer);
}

/** A performance mark; these are the only measurements the page offers. @param {string} name */
export function mark(name) {
  performance.mark(name);
}

/** Marks once the next frame has been painted. @param {string} name */
export function markPainted(name) {
  requestAnimationFrame(() => setTimeout(() => mark(name)));
}
