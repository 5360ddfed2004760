/**
 * PGlite takes seconds to create a database and a fraction of one to load it from an image. The
 * images are made once for each state of what goes into them, and kept where git ignores them.
 */
import { createPgliteConnection } from "@supabase/lite/pglite";
import { openDatabase } from "../../local/database.ts";
import { createSupabase } from "../../local/supabase.ts";

type Driver = Awaited<ReturnType<typeof createPgliteConnection>>["driver"];

const ROOT = new URL("../../", import.meta.url);
const FOLDER = new URL(".data/test-images/", ROOT);

/** A database in which nothing was done yet. */
export function emptyImage(): Promise<Blob> {
  return cached("empty", async () => {
    const { driver } = await createPgliteConnection({});
    return await dump(driver);
  });
}

/** A database with the migrations and Supabase Lite's own tables, all of them empty. */
export function migratedImage(): Promise<Blob> {
  return cached("migrated", async () => {
    const database = await openDatabase({ image: await emptyImage() });
    // Keys are Lite's options, and not in its tables: the image serves a stack with any keys.
    await createSupabase(database, { publishableKey: "p", secretKey: "s", jwtSecret: "j" });
    return await dump(database.connection.driver as Driver);
  });
}

/** A database in which only these statements were run. */
export async function imageWith(sql: string): Promise<Blob> {
  const { driver } = await createPgliteConnection({
    pgliteOptions: { loadDataDir: await emptyImage() },
  });
  await driver.exec(sql);
  return await dump(driver);
}

async function dump(driver: Driver): Promise<Blob> {
  const image = await driver.dumpDataDir("none");
  await driver.close();
  Deno.exitCode = 0; // PGlite's start leaves 99 there, as if this process had failed
  return image;
}

async function cached(name: string, make: () => Promise<Blob>): Promise<Blob> {
  const file = new URL(`${name}-${await fingerprint()}.tar`, FOLDER);
  const stored = await Deno.readFile(file).catch(() => undefined);
  if (stored) return new Blob([stored], { type: "application/x-tar" });
  const image = await make();
  await Deno.mkdir(FOLDER, { recursive: true });
  // Other processes may be making it too: renaming shows each reader a whole file.
  const unfinished = new URL(`${name}-${crypto.randomUUID()}.unfinished`, FOLDER);
  await Deno.writeFile(unfinished, image.stream());
  await Deno.rename(unfinished, file);
  await removeOthers(name, file);
  return image;
}

/** Removes the images of earlier states: each is of 40 MB. */
async function removeOthers(name: string, kept: URL): Promise<void> {
  for await (const entry of Deno.readDir(FOLDER)) {
    const file = new URL(entry.name, FOLDER);
    const isOther = entry.name.startsWith(`${name}-`) && entry.name.endsWith(".tar");
    if (isOther && file.href !== kept.href) await Deno.remove(file).catch(() => {});
  }
}

/** Changes with everything that an image is made from. */
async function fingerprint(): Promise<string> {
  const migrations = await Array.fromAsync(Deno.readDir(new URL("supabase/migrations/", ROOT)));
  const sources = [
    "deno.lock",
    "local/database.ts",
    "local/supabase.ts",
    ...migrations.map(({ name }) => `supabase/migrations/${name}`).sort(),
  ];
  const texts = await Promise.all(sources.map((path) => Deno.readTextFile(new URL(path, ROOT))));
  const text = new TextEncoder().encode(JSON.stringify(texts));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return digest.slice(0, 8).toHex();
}
