/** Instants as the node writes them, and as people read them. */

import { LOCALE } from "../../base/text.js";

const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "always" });
const precise = new Intl.DateTimeFormat(LOCALE, { timeStyle: "medium" });
const dated = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "long", hour: "numeric", minute: "2-digit" });
const distant = new Intl.DateTimeFormat(LOCALE, { dateStyle: "long" });
const SECONDS_END = 100_000_000_000; // below it a number counts seconds, above it milliseconds
const DAY = 86_400_000;
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["year", 365 * DAY], ["month", 30 * DAY], ["day", DAY], ["hour", 3_600_000], ["minute", 60_000]];

/** @param {string | number | null | undefined} value @returns {Date | null} */
export function instantOf(value) {
  if (value === null || value === undefined || value === "") return null;
  const date = new Date(typeof value === "number" && value < SECONDS_END ? value * 1000 : value);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** "4 minutes ago", "in 7 days", "in 2 years"; null when it is less than a minute away. @param {Date} date @param {Date} now */
export function fromNow(date, now) {
  const apart = date.getTime() - now.getTime();
  const found = UNITS.find(([, size]) => Math.abs(apart) >= size);
  return found ? relative.format(Math.round(apart / found[1]), found[0]) : null;
}

/** With seconds, and with the day when it is not today's. @param {Date} date @param {Date} now */
export function at(date, now) {
  return Math.abs(date.getTime() - now.getTime()) < DAY / 2 ? precise.format(date) : dated.format(date);
}

/** "29 November at 14:02", or the date alone when it is far away. @param {Date} date @param {Date} now */
export function dayAndTime(date, now) {
  return (Math.abs(date.getTime() - now.getTime()) < 300 * DAY ? dated : distant).format(date);
}
