/** Migrations: a file that was handed out is never changed, and a new set comes after all others. */
import { contentHash } from "./content_hash.ts";
import { isKnownMigration, KNOWN_MIGRATIONS } from "./known_versions.ts";
import { datesAfter, MIGRATION } from "./migration_dates.ts";
import type { Part, Planning, Remark } from "./planning.ts";

const FOLDER = "supabase/migrations";
/** A migration of ours as it was handed out. */
interface HandedOut {
  name: string;
  hash: string;
}

export function planMigrations(planning: Planning): Part {
  const handedOut = findHandedOut(planning);
  const { added, staysLast } = findMissing(planning, handedOut);
  const restored = restorable(planning, handedOut);
  const isLink = planning.project.entries.get(FOLDER)?.kind === "link";
  return {
    changes: [
      ...restored.changes,
      ...added.map(({ name, bytes }) => (
        { kind: "add" as const, path: `${FOLDER}/${name}`, bytes }
      )),
    ],
    refusals: isLink
      ? [{ path: FOLDER, says: "is a symbolic link: nothing is written through it." }]
      : [],
    notes: [
      ...notesOf(planning, handedOut),
      ...restored.notes,
      ...staysLast.map((name) => (
        { path: `${FOLDER}/${name}`, says: "stays last: no date of 14 digits comes after it." }
      )),
    ],
    hashes: Object.fromEntries([...handedOut, ...added].map(({ name, hash }) => [name, hash])),
  };
}

/** What the project lacks of our set, with its names there; and what no date comes after. */
function findMissing(planning: Planning, handedOut: HandedOut[]) {
  const set = planning.release.migrations.map((one) => ({ ...one, hash: contentHash(one.bytes) }));
  const missing = set.slice(alreadyThere(planning, handedOut, set.map(({ hash }) => hash)));
  const names = [...migrationNames(planning), ...handedOut.map(({ name }) => name)];
  const versionOf = (name: string) => MIGRATION.exec(name)![1];
  const dates = datesAfter(names.map(versionOf), missing.map(({ name }) => versionOf(name)));
  const added = missing.map((one, at) => (
    { ...one, name: one.name.replace(/^\d+/, dates.versions[at]) }
  ));
  const isLast = (name: string) => dates.unsurpassed.includes(versionOf(name));
  return { added, staysLast: added.length > 0 ? [...new Set(names.filter(isLast))] : [] };
}

function migrationNames({ project }: Planning): string[] {
  const within = [...project.entries.keys()].filter((path) => path.startsWith(`${FOLDER}/`));
  return within.map((path) => path.slice(FOLDER.length + 1)).filter((name) => MIGRATION.test(name))
    .sort();
}

/** By the manifest, else by their content: those that were copied by hand keep the names they got. */
function findHandedOut(planning: Planning): HandedOut[] {
  const { release, manifest } = planning;
  const recorded = manifest?.migrations ?? {};
  const current = new Set(release.migrations.map(({ bytes }) => contentHash(bytes)));
  const found: HandedOut[] = [];
  for (const name of migrationNames(planning)) {
    const hash = hashOf(planning, name);
    if (name in recorded) found.push({ name, hash: recorded[name] });
    else if (hash && (current.has(hash) || isKnownMigration(hash))) found.push({ name, hash });
  }
  const renamed = new Set(found.filter(({ name }) => !(name in recorded)).map(({ hash }) => hash));
  const gone = Object.entries(recorded).map(([name, hash]) => ({ name, hash }))
    .filter(({ name, hash }) => !found.some((one) => one.name === name) && !renamed.has(hash));
  return [...found, ...gone].sort((a, b) => a.name < b.name ? -1 : 1);
}

/** How many files of our set, from its beginning, are the last ones that were handed out. */
function alreadyThere({ manifest }: Planning, handedOut: HandedOut[], set: string[]): number {
  const isTail = (list: HandedOut[], count: number) =>
    list.length >= count &&
    list.slice(list.length - count).every(({ hash }, at) => hash === set[at]);
  if (isTail(handedOut, set.length)) return set.length;
  // Those that no manifest knows yet are what an interrupted run wrote.
  const unrecorded = handedOut.filter(({ name }) => !(name in (manifest?.migrations ?? {})));
  const counts = set.map((_, at) => set.length - 1 - at);
  return counts.find((count) => isTail(unrecorded, count)) ?? 0;
}

/** What the user changed, and what looks like ours. */
function notesOf(planning: Planning, handedOut: HandedOut[]): Remark[] {
  const known = new Set([
    ...KNOWN_MIGRATIONS,
    ...planning.release.migrations.map(({ name }) => name.replace(/^\d+_/, "")),
  ]);
  return migrationNames(planning).flatMap((name) => {
    const path = `${FOLDER}/${name}`;
    const one = handedOut.find((candidate) => candidate.name === name);
    if (one && hashOf(planning, name) !== one.hash) {
      return [{ path, says: "was changed by you after it was handed out: left as it is." }];
    }
    const isAlike = !one && known.has(name.replace(/^\d+_/, ""));
    return isAlike
      ? [{ path, says: "has a name of ours but another content: left as it is." }]
      : [];
  });
}

/** Files of the present set that are gone: squashed, perhaps. Only `--replace` brings them back. */
function restorable({ release, project, replace, manifest }: Planning, handedOut: HandedOut[]) {
  const gone = handedOut.filter(({ name }) =>
    manifest && name in manifest.migrations && !project.entries.has(`${FOLDER}/${name}`)
  );
  const back = release.migrations.flatMap(({ bytes }) =>
    gone.filter(({ hash }) => hash === contentHash(bytes)).map(({ name }) => (
      { kind: "add" as const, path: `${FOLDER}/${name}`, bytes }
    ))
  );
  if (replace) return { changes: back, notes: [] };
  const says = "was handed out and is gone: not written again, as you may have squashed it.";
  return { changes: [], notes: gone.map(({ name }) => ({ path: `${FOLDER}/${name}`, says })) };
}

function hashOf({ project }: Planning, name: string): string | undefined {
  const entry = project.entries.get(`${FOLDER}/${name}`);
  return entry?.kind === "file" && entry.bytes ? contentHash(entry.bytes) : undefined;
}
