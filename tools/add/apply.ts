/** Carries out a plan. */
import { dirname } from "node:path";
import type { Plan } from "./plan.ts";
import type { Change } from "./planning.ts";
import { lstat } from "./project.ts";

/** Ends the name of a file that is being written. */
const UNFINISHED = ".wpp-unfinished";

/**
 * Writes each file whole or not at all, so that a run that was interrupted is completed by the next.
 * Throws where a path has become a link since the plan was made.
 *
 * @param dir The project's folder, with its own links resolved.
 * @param done Told each change that was carried out.
 */
export function applyPlan(
  dir: string,
  { changes, refusals }: Plan,
  done = (_: Change) => {},
): void {
  if (refusals.length > 0) throw new Error("Cannot apply a plan in which something is refused");
  for (const change of changes) {
    const path = `${dir}/${change.path}`;
    if (change.kind === "delete") remove(dir, path);
    else write(dir, path, change.bytes);
    done(change);
  }
}

function write(dir: string, path: string, bytes: Uint8Array): void {
  makeFolder(dir, dirname(path));
  if (lstat(path)?.isSymlink) throw linked(path);
  const unfinished = path + UNFINISHED;
  if (lstat(unfinished)) Deno.removeSync(unfinished);
  Deno.writeFileSync(unfinished, bytes, { createNew: true });
  Deno.renameSync(unfinished, path);
}

function remove(dir: string, path: string): void {
  isWithin(dir, dirname(path));
  if (lstat(path)?.isSymlink) throw linked(path);
  Deno.removeSync(path);
  const folder = dirname(path);
  if ([...Deno.readDirSync(folder)].length === 0) Deno.removeSync(folder);
}

/** Makes what is missing, one folder after the other: `mkdir -p` would follow links. */
function makeFolder(dir: string, folder: string): void {
  if (folder === dir) return;
  makeFolder(dir, dirname(folder));
  if (!lstat(folder)) Deno.mkdirSync(folder);
  isWithin(dir, folder);
}

function isWithin(dir: string, folder: string): void {
  for (let one = folder; one !== dir; one = dirname(one)) {
    if (lstat(one)?.isSymlink) throw linked(one);
  }
}

function linked(path: string): Error {
  return new Error(`Cannot write ${path}: it is a symbolic link`);
}
