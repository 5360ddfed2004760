/** The files of the functions and of the client. */
import { contentHash } from "./content_hash.ts";
import { isKnown } from "./known_versions.ts";
import { REPLACED_FOLDER } from "./manifest.ts";
import { obstacleTo } from "./obstacle.ts";
import type { Change, Part, Planning } from "./planning.ts";
import { importersOf } from "./references.ts";

export function planFiles(planning: Planning): Part {
  const part: Part = { changes: [], refusals: [], notes: [], hashes: {} };
  const foreign: string[] = [];
  for (const [path, bytes] of planning.files) {
    const state = stateOf(planning, path, bytes);
    const hash = contentHash(bytes);
    part.hashes[path] = hash;
    if (state === "blocked") part.refusals.push(obstacleTo(planning.project, path)!);
    if (state === "absent") part.changes.push({ kind: "add", path, bytes });
    if (state === "earlier") part.changes.push({ kind: "update", path, bytes });
    if (!(state in THEIRS)) continue;
    if (state === "foreign") foreign.push(path);
    if (planning.replace) {
      part.changes.push(...replacement(planning, path, bytes));
    } else if (state === "kept") {
      part.notes.push({ path, says: THEIRS.kept });
    } else {
      part.refusals.push({ path, says: THEIRS[state as keyof typeof THEIRS] });
    }
  }
  part.notes.push(
    ...importersOf(planning, foreign).map(({ path, target }) => (
      {
        path,
        says: `imports ${target}, which ours replaces: see the end of docs/deploy.md (here).`,
      }
    )),
  );
  return part;
}

/** States of what is the user's, and what is said of them. */
const THEIRS = {
  kept: "was changed by you, and is not newer here: left as it is.",
  changed: "was changed by you, and is newer here. With --replace, ours takes its place.",
  foreign: "is not of this project. With --replace, ours takes its place.",
};

type State = "absent" | "same" | "earlier" | "blocked" | keyof typeof THEIRS;

function stateOf({ project, manifest }: Planning, path: string, bytes: Uint8Array): State {
  if (obstacleTo(project, path)) return "blocked";
  const entry = project.entries.get(path);
  if (entry?.kind !== "file") return "absent";
  const hash = entry.bytes && contentHash(entry.bytes);
  if (hash === contentHash(bytes)) return "same";
  const recorded = manifest?.files[path];
  if (hash && (hash === recorded || isKnown(path, hash))) return "earlier";
  if (recorded === undefined) return "foreign";
  return recorded === contentHash(bytes) ? "kept" : "changed";
}

/** Git may not know what stood there, so it is kept. */
function replacement({ project }: Planning, path: string, bytes: Uint8Array): Change[] {
  const entry = project.entries.get(path);
  const theirs = entry?.kind === "file" ? entry.bytes : undefined;
  return theirs ? [...keeping(project, path, theirs), { kind: "replace", path, bytes }] : [];
}

/** Its name says the content, so that nothing that is kept already is overwritten. */
function keeping({ entries }: Planning["project"], path: string, bytes: Uint8Array): Change[] {
  const name = path.replace(/^supabase\//, "");
  const kept = `${REPLACED_FOLDER}/${name}.${contentHash(bytes).slice(0, 8)}`;
  return entries.has(kept) ? [] : [{ kind: "keep", path: kept, bytes }];
}
