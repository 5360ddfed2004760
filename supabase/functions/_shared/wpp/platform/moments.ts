import type { Fields } from "./fields.ts";

/** More than a number of seconds can be, and less than today's milliseconds. */
const SECONDS_END = 1e11;
/** The year 5138 in milliseconds: microseconds, or nonsense. */
const MILLISECONDS_END = 1e14;

/** The first of the fields that holds a time, in milliseconds since 1970; it may be in seconds there. */
export function momentIn(fields: Fields, ...names: string[]): number | undefined {
  return names.map((name) => fields.number(name) ?? parseIso(fields.exact(40, name)))
    .map(toMilliseconds).find((ms) => ms !== undefined);
}

/** In seconds, as numbers are read. */
function parseIso(text = ""): number | undefined {
  return /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) / 1000 : undefined;
}

function toMilliseconds(time = NaN): number | undefined {
  const ms = Math.round(time < SECONDS_END ? time * 1000 : time);
  return ms > 0 && ms < MILLISECONDS_END ? ms : undefined;
}
