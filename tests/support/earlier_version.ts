/**
 * Versions that people copied into their projects by hand. Packed from the history, since a clone
 * need not have it:
 *
 *     deno run -A tests/support/earlier_version.ts <commit> <name>
 */
import { gunzipSync, gzipSync } from "node:zlib";

const FOLDER = new URL("earlier_versions/", import.meta.url);

/** The last flat copies of the two days, the first one with rooms, and the last that only sent. */
export const EARLIER_VERSIONS = [
  "2026-11-22",
  "2026-11-25",
  "2026-11-25-rooms",
  "2026-11-27",
] as const;

export type EarlierVersion = typeof EARLIER_VERSIONS[number];

/** The text of its `supabase/functions`, `supabase/migrations` and `supabase/config.toml`, by path. */
export function readEarlierVersion(name: EarlierVersion): Record<string, string> {
  const packed = Deno.readFileSync(new URL(`${name}.json.gz`, FOLDER));
  return JSON.parse(new TextDecoder().decode(gunzipSync(packed)));
}

async function pack(commit: string, name: string): Promise<void> {
  const folders = ["supabase/functions", "supabase/migrations", "supabase/config.toml"];
  const paths = await git("ls-tree", "-r", "--name-only", commit, ...folders);
  const files: Record<string, string> = {};
  for (const path of paths.trim().split("\n")) files[path] = await git("show", `${commit}:${path}`);
  const packed = gzipSync(JSON.stringify(files), { level: 9 });
  await Deno.writeFile(new URL(`${name}.json.gz`, FOLDER), packed);
}

async function git(...args: string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command("git", { args, stderr: "inherit" }).output();
  if (!success) throw new Error(`Cannot run git ${args.join(" ")}`);
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) await pack(Deno.args[0], Deno.args[1]);
