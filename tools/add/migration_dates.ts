/** Versions of migrations, the digits that their names begin with. */

/** The name of a migration and its version, as the CLI reads them; it skips all others. */
export const MIGRATION = /^(\d+)_[^/\\]*\.sql$/;

const DIGITS = 14;

/**
 * Versions of 14 digits for our migrations, in their order, that come after all those of a project:
 * the wanted ones where they do, else second by second after the last.
 */
export function datesAfter(
  existing: string[],
  wanted: string[],
): { versions: string[]; unsurpassed: string[] } {
  const least = existing.map((version) => ({ version, least: leastAfter(version) }));
  const unsurpassed = least.flatMap(({ version, least }) => least ? [] : [version]);
  const bounds = least.flatMap(({ least }) => least ?? []).sort();
  const first = bounds.at(-1);
  if (first === undefined || wanted.length === 0 || wanted[0] >= first) {
    return { versions: wanted, unsurpassed };
  }
  const versions = [first];
  while (versions.length < wanted.length) versions.push(next(versions.at(-1)!));
  return { versions, unsurpassed };
}

/**
 * The least version of 14 digits that comes after another one, both as text (so the database sorts) and
 * in the names of files (so the CLI does). Undefined where there is none.
 */
function leastAfter(version: string): string | undefined {
  if (/^9+$/.test(version.slice(0, DIGITS))) return undefined;
  if (version.length >= DIGITS) return next(version.slice(0, DIGITS));
  // A short one comes after all that begin with it: "2027_a.sql" after "20271231000000_b.sql".
  return increment(version).padEnd(DIGITS, "0");
}

/** A second later; where it is no date, the next number. */
function next(version: string): string {
  const [year, month, day, hour, minute, second] = (version.match(/^\d{4}|\d\d/g) ?? []).map(
    Number,
  );
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  if (compact(time) !== version) return increment(version);
  return compact(time + 1000);
}

function compact(time: number): string {
  return new Date(time).toISOString().replace(/\D/g, "").slice(0, DIGITS);
}

function increment(digits: string): string {
  return String(BigInt(digits) + 1n).padStart(digits.length, "0");
}
