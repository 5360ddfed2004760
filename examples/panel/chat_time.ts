import { language, t } from "./language.ts";

/** Making a formatter takes long, and a thread has thousands of times. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function format(iso: string, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify([language(), options]);
  const formatter = formatters.get(key) ?? new Intl.DateTimeFormat(language(), options);
  formatters.set(key, formatter);
  return formatter.format(new Date(iso));
}

/** Hours and minutes. */
export function timeOfDay(iso: string): string {
  return format(iso, { timeStyle: "short" });
}

/** The day, as a thread is divided by. */
export function dayOf(iso: string): string {
  return isToday(iso) ? t().today : format(iso, { dateStyle: "long" });
}

/** The time where it was today, else the day: as short as a list needs it. */
export function shortTime(iso: string): string {
  return isToday(iso) ? timeOfDay(iso) : format(iso, { dateStyle: "short" });
}

/** In the time zone of the page. */
export function isSameDay(one: string, other: string): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

function isToday(iso: string): boolean {
  return isSameDay(iso, new Date().toISOString());
}
