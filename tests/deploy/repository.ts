/** This repository, without a slash at the end. */
export const REPOSITORY = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** What every planted secret holds. */
export const MARKED_SECRET = "planted-secret-3f9c";

/** Where people keep secrets, next to the code that is deployed and inside it. */
const SECRET_FILES = [
  ".env",
  "supabase/.env",
  "supabase/functions/.env",
  "supabase/functions/_shared/.env.local",
  "supabase/functions/wpp-create/.env",
  "supabase/functions/wpp-send/notes.json",
];

/** Copies a folder without what git ignores in it. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (/^(\.git|\.data|\.temp|\.env|tmp|node_modules|coverage)$/.test(name)) continue;
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

/** Copies this repository to a folder and returns its path. */
export async function copyRepository(to: string): Promise<string> {
  await copyFolder(REPOSITORY, to);
  return to;
}

export async function plantSecrets(repository: string): Promise<void> {
  for (const path of SECRET_FILES) {
    await Deno.writeTextFile(`${repository}/${path}`, `WPP_SECRET=${MARKED_SECRET}\n`);
  }
}
