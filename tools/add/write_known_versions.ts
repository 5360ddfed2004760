/**
 * Writes `known_versions.json` anew from the git history of the checkout, all branches:
 *
 *     deno run -A tools/add/write_known_versions.ts
 *
 * It is needed before a release, for those who copied files by hand since the last time.
 */
import { contentHash } from "./content_hash.ts";
import { KEPT_DIGITS } from "./known_versions.ts";
import { REPOSITORY } from "./release.ts";

const FOLDERS = ["supabase/functions", "supabase/migrations"];

/** Hashes by path, as the file holds them. */
export async function knownVersions(): Promise<Record<string, string>> {
  const log = ["log", "--all", "-m", "--raw", "--no-abbrev", "--no-renames", "--format=", "--"];
  const lines = new TextDecoder().decode(await git(...log, ...FOLDERS)).split("\n");
  const hashes = new Map<string, Set<string>>();
  for (const line of new Set(lines)) {
    const [, blob, path] = /^:\d+ \d+ \w+ (\w+) [AM]\t(.+)$/.exec(line) ?? [];
    if (!blob) continue;
    const known = hashes.get(path) ?? new Set();
    known.add(contentHash(await git("cat-file", "blob", blob)).slice(0, KEPT_DIGITS));
    hashes.set(path, known);
  }
  return Object.fromEntries(
    [...hashes].sort(([a], [b]) => a < b ? -1 : 1)
      .map(([path, known]) => [path, [...known].sort().join(" ")]),
  );
}

async function git(...args: string[]): Promise<Uint8Array> {
  const options = { args, cwd: REPOSITORY, stderr: "inherit" } as const;
  const { success, stdout } = await new Deno.Command("git", options).output();
  if (!success) throw new Error(`Cannot run git ${args.join(" ")}`);
  return stdout;
}

if (import.meta.main) {
  const text = `${JSON.stringify(await knownVersions(), null, 2)}\n`;
  await Deno.writeTextFile(new URL("known_versions.json", import.meta.url), text);
}
