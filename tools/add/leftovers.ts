/** Files of an earlier version that the present one no longer has. */
import { contentHash } from "./content_hash.ts";
import { isKnown, KNOWN_PATHS } from "./known_versions.ts";
import type { Part, Planning } from "./planning.ts";
import type { Source } from "./project.ts";
import { importsBare, names } from "./references.ts";
import { functionsNaming } from "./config.ts";

/** The import map of the versions without one file for each package. */
export const OUR_IMPORT_MAP = "supabase/functions/deno.json";

/** Deletes what is ours and used by nobody; says of the rest why it stays. */
export function planLeftovers(planning: Planning): Part {
  const part: Part = { changes: [], refusals: [], notes: [], hashes: {} };
  const { ours, changed } = findLeftovers(planning);
  const users = usersOf(planning, ours);
  for (const path of ours) {
    const user = users.get(path);
    if (user === undefined) part.changes.push({ kind: "delete", path });
    else part.notes.push({ path, says: `is no longer ours, and stays: ${user} uses it.` });
    const recorded = planning.manifest?.files[path];
    if (user !== undefined && recorded) part.hashes[path] = recorded;
  }
  for (const path of changed) {
    const says = path === OUR_IMPORT_MAP
      ? "holds more than our import map did, and stays. Ours no longer need it: see UPDATING.md."
      : "has the name of a file that is no longer ours, and stays: it is yours, or changed by you.";
    part.notes.push({ path, says });
  }
  return part;
}

/** What an earlier version brought, as it was or changed. */
function findLeftovers({ project, manifest, files }: Planning) {
  const recorded = Object.keys(manifest?.files ?? {});
  const [ours, changed]: string[][] = [[], []];
  for (const path of [...new Set([...KNOWN_PATHS, ...recorded])].sort()) {
    const entry = project.entries.get(path);
    if (files.has(path) || entry?.kind !== "file") continue;
    const hash = entry.bytes && contentHash(entry.bytes);
    const isOurs = hash && (hash === manifest?.files[path] || isKnown(path, hash));
    (isOurs ? ours : changed).push(path);
  }
  // Where nothing was copied by hand, the same names are a coincidence.
  const isCopy = !manifest && ours.length > 0;
  return { ours, changed: changed.filter((path) => isCopy || recorded.includes(path)) };
}

/** Who uses each of these files: the user's own code, also by way of another of them. */
function usersOf({ project, files }: Planning, ours: string[]): Map<string, string> {
  const users = new Map<string, string>();
  const isOwn = ({ path }: Source) => !files.has(path) && !ours.includes(path);
  const open = project.sources.filter(isOwn);
  for (let source = open.pop(); source; source = open.pop()) {
    for (const path of ours.filter((path) => !users.has(path))) {
      if (path === OUR_IMPORT_MAP ? !needsMap(project.sources, source) : !names(source, path)) {
        continue;
      }
      users.set(path, source.path);
      open.push(...project.sources.filter((one) => one.path === path));
    }
  }
  const [named] = functionsNaming(project, OUR_IMPORT_MAP);
  if (named && ours.includes(OUR_IMPORT_MAP)) users.set(OUR_IMPORT_MAP, `[functions.${named}]`);
  return users;
}

/** Whether a function needs our import map for a bare name. */
function needsMap(sources: Source[], source: Source): boolean {
  const map = sources.find(({ path }) => path === OUR_IMPORT_MAP);
  if (!map || !source.path.startsWith("supabase/functions/") || !source.path.endsWith(".ts")) {
    return false;
  }
  return Object.keys(JSON.parse(map.text).imports ?? {}).some((name) => importsBare(source, name));
}
