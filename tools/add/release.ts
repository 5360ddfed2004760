import { VERSION } from "../../supabase/functions/_shared/wpp/version.ts";

/** What this checkout hands out. */
export interface Release {
  version: string;
  /** The names of the functions. */
  functions: string[];
  /** Content by path, which is relative to the project's folder. */
  files: Map<string, Uint8Array>;
  /** In their order. */
  migrations: { name: string; bytes: Uint8Array }[];
}

export const REPOSITORY = new URL("../../", import.meta.url);

/** Reads what a checkout hands out: code alone, since people keep secrets beside it. */
export function readRelease(root: URL = REPOSITORY): Release {
  const functions = names(root, "supabase/functions").filter((name) => name.startsWith("wpp-"));
  const folders = [...functions, "_shared/wpp"].map((name) => `supabase/functions/${name}`);
  const paths = ["supabase/functions/_shared/wpp.ts"].concat(
    ...folders.map((folder) => codeIn(root, folder)),
  );
  const migrations = names(root, "supabase/migrations").filter((name) => name.endsWith(".sql"));
  return {
    version: VERSION,
    functions,
    files: new Map(paths.map((path) => [path, Deno.readFileSync(new URL(path, root))])),
    migrations: migrations.map((name) => (
      { name, bytes: Deno.readFileSync(new URL(`supabase/migrations/${name}`, root)) }
    )),
  };
}

function names(root: URL, folder: string): string[] {
  return [...Deno.readDirSync(new URL(`${folder}/`, root))].map(({ name }) => name).sort();
}

function codeIn(root: URL, folder: string): string[] {
  return [...Deno.readDirSync(new URL(`${folder}/`, root))].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) return codeIn(root, path);
    return entry.isFile && entry.name.endsWith(".ts") ? [path] : [];
  }).sort();
}
