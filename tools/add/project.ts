import { MANIFEST_PATH, REPLACED_FOLDER } from "./manifest.ts";

/** What is at a path. A file that is too large to be ours, or may not be read, has no bytes. */
export type Entry =
  | { kind: "file"; bytes?: Uint8Array }
  | { kind: "folder" | "link" | "other" };

/** A snapshot of a project's folder, as far as it concerns us. Paths are relative to it. */
export interface Project {
  entries: ReadonlyMap<string, Entry>;
  /** Code anywhere in the project that may name files of ours. */
  sources: Source[];
}

export interface Source {
  path: string;
  text: string;
}

export const CONFIG_PATH = "supabase/config.toml";
/** The CLI takes these in its place. */
export const JSON_CONFIG_PATHS = ["supabase/config.json", "supabase/config.jsonc"];

const READ = [
  CONFIG_PATH,
  ...JSON_CONFIG_PATHS,
  MANIFEST_PATH,
  REPLACED_FOLDER,
  "supabase/functions",
  "supabase/migrations",
];
/** None of our files comes near it; a project may hold dumps of gigabytes. */
const MAX_FILE_BYTES = 1024 * 1024;
const SKIPPED_FOLDER = /^(node_modules|\..+)$/;
const SOURCE = /\.([cm]?[jt]sx?|vue|svelte|astro|jsonc?)$/;

/**
 * Reads a project's folder. It follows no symbolic link.
 *
 * @param more Further paths that will be written to.
 */
export function readProject(dir: string, more: string[] = []): Project {
  const entries = new Map<string, Entry>();
  for (const path of [...READ, ...more]) readTo(dir, path, entries);
  // Elsewhere nothing will be written, and DIR may be all of a disk.
  return { entries, sources: hasConfig(entries) ? readSources(dir, "") : [] };
}

/** The CLI's own file is what makes a folder a project. */
export function hasConfig(entries: Project["entries"]): boolean {
  return [CONFIG_PATH, ...JSON_CONFIG_PATHS].some((path) => entries.has(path));
}

function readTo(dir: string, path: string, entries: Map<string, Entry>): void {
  const parts = path.split("/");
  for (let count = 1; count < parts.length; count++) {
    const ancestor = parts.slice(0, count).join("/");
    const entry = entryAt(`${dir}/${ancestor}`);
    if (!entry) return;
    entries.set(ancestor, entry);
    if (entry.kind !== "folder") return;
  }
  readAll(dir, path, entries);
}

function readAll(dir: string, path: string, entries: Map<string, Entry>): void {
  const entry = entryAt(`${dir}/${path}`);
  if (!entry) return;
  entries.set(path, entry);
  if (entry.kind !== "folder") return;
  for (const { name } of Deno.readDirSync(`${dir}/${path}`)) {
    if (name !== "node_modules") readAll(dir, `${path}/${name}`, entries);
  }
}

function entryAt(path: string): Entry | undefined {
  const info = lstat(path);
  if (!info) return undefined;
  if (info.isSymlink) return { kind: "link" };
  if (info.isDirectory) return { kind: "folder" };
  if (!info.isFile) return { kind: "other" };
  const isTooLarge = info.size > MAX_FILE_BYTES;
  return { kind: "file", bytes: isTooLarge ? undefined : readable(() => Deno.readFileSync(path)) };
}

/** Undefined where nothing is. */
export function lstat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function readSources(dir: string, folder: string): Source[] {
  const entries = readable(() => [...Deno.readDirSync(`${dir}/${folder}`)]) ?? [];
  return entries.flatMap(({ name, isDirectory, isFile }) => {
    const path = folder + name;
    if (path === MANIFEST_PATH || path === REPLACED_FOLDER) return [];
    if (isDirectory) return SKIPPED_FOLDER.test(name) ? [] : readSources(dir, `${path}/`);
    if (!isFile || !SOURCE.test(name)) return [];
    const text = readable(() => sourceText(`${dir}/${path}`));
    const mayName = path.startsWith("supabase/") || text?.includes("_shared/");
    return text !== undefined && mayName ? [{ path, text }] : [];
  });
}

function sourceText(path: string): string | undefined {
  return Deno.lstatSync(path).size > MAX_FILE_BYTES ? undefined : Deno.readTextFileSync(path);
}

/**
 * Undefined where a file or folder may not be read, such as a database's in a folder of Docker, or has
 * gone since its folder was read: a build may be running.
 */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { PermissionDenied, NotFound } = Deno.errors;
    if (error instanceof PermissionDenied || error instanceof NotFound) return undefined;
    throw error;
  }
}
