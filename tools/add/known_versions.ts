/** The files of every version that could be copied by hand, before there were manifests. */
import versions from "./known_versions.json" with { type: "json" };

/** Hex digits that are kept of a SHA-256: enough to tell files apart by accident. */
export const KEPT_DIGITS = 16;

const HASHES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(versions).map(([path, hashes]) => [path, new Set(hashes.split(" "))]),
);
const MIGRATIONS = "supabase/migrations/";
const migrations = [...HASHES].filter(([path]) => path.startsWith(MIGRATIONS));
const MIGRATION_HASHES = new Set(migrations.flatMap(([, hashes]) => [...hashes]));

/** The paths below `supabase/functions` that an earlier version had. */
export const KNOWN_PATHS: readonly string[] = [...HASHES.keys()]
  .filter((path) => !path.startsWith(MIGRATIONS));

/** The names of earlier migrations without their dates. */
export const KNOWN_MIGRATIONS: ReadonlySet<string> = new Set(
  migrations.map(([path]) => path.slice(MIGRATIONS.length).replace(/^\d+_/, "")),
);

/** Whether an earlier version had exactly this file at this path. */
export function isKnown(path: string, hash: string): boolean {
  return HASHES.get(path)?.has(hash.slice(0, KEPT_DIGITS)) ?? false;
}

/** Whether it is the content of an earlier migration, whatever its name is now. */
export function isKnownMigration(hash: string): boolean {
  return MIGRATION_HASHES.has(hash.slice(0, KEPT_DIGITS));
}
