/** Times as people read them, in their language and zone. */

import { preferences } from "./preferences.js";
import { LOCALE } from "./text.js";

// Twelve or twenty-four hours is the person's habit, whatever the language of the page.
const { hours } = preferences.value;
const { hourCycle } = hours === "system" ? new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions() : { hourCycle: hours };
const clock = new Intl.DateTimeFormat(LOCALE, { timeStyle: "short", hourCycle });
const full = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full", timeStyle: "medium", hourCycle });
const thisYear = new Intl.DateTimeFormat(LOCALE, { weekday: "long", day: "numeric", month: "long" });
const otherYear = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full" });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** @param {Date} date */
export function clockTime(date) {
  return clock.format(date);
}

/** Without "am" or "pm", for the narrow gutter. @param {Date} date */
export function bareTime(date) {
  const parts = clock.formatToParts(date).filter((part) => part.type !== "dayPeriod");
  return parts.map((part) => part.value).join("").trim();
}

/** "in 50 min", "in 3 days"; nothing for what is more than a week away. @param {Date} date @param {Date} now */
export function soonTime(date, now) {
  const left = date.getTime() - now.getTime();
  if (left > 7 * DAY) return "";
  if (left >= 2 * DAY) return relative.format(Math.round(left / DAY), "day");
  if (left >= HOUR) return relative.format(Math.round(left / HOUR), "hour");
  return relative.format(Math.max(1, Math.round(left / 60_000)), "minute");
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

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["year", 365 * DAY], ["month", 30 * DAY], ["day", DAY], ["hour", 3_600_000], ["minute", 60_000]];

/** "4 minutes ago", "yesterday", "now". @param {Date} date @param {Date} [now] */
export function ago(date, now = new Date()) {
  const apart = Math.min(0, date.getTime() - now.getTime());
  const found = UNITS.find(([, size]) => -apart >= size);
  return found ? relative.format(Math.round(apart / found[1]), found[0]) : relative.format(0, "second");
}

/** @param {Date} date */
export function fullDate(date) {
  return otherYear.format(date);
}
