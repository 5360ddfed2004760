import { FUNCTIONS_FOLDER } from "./modules.ts";

/** What a function consists of beside its row in `contract.ts`: a sentence for each missing part. */
export async function missingOf(names: readonly string[]): Promise<string[]> {
  const config = await Deno.readTextFile(new URL("../config.toml", FUNCTIONS_FOLDER));
  const missing = await Promise.all(names.map(async (name) => [
    ...await missingEntry(name),
    ...missingSection(name, config),
  ]));
  return [...missing.flat(), ...await missingRows(names)];
}

async function missingEntry(name: string): Promise<string[]> {
  const file = `supabase/functions/${name}/index.ts`;
  const source = await Deno.readTextFile(new URL(`${name}/index.ts`, FUNCTIONS_FOLDER))
    .catch(() => undefined);
  if (source === undefined) {
    return [`${name} has a row in contract.ts but no ${file}: write it, with its use case.`];
  }
  const { default: entry } = await import(new URL(`${name}/index.ts`, FUNCTIONS_FOLDER).href);
  const isEntry = JSON.stringify(Object.keys(entry)) === '["fetch"]';
  return [
    ...isEntry ? [] : [`${file} must export default { fetch } and nothing else.`],
    ...new RegExp(`from "[^"]*/contract/${name.slice("wpp-".length)}\\.ts"|Endpoint\\("${name}"`)
        .test(source)
      ? []
      : [`${file} must name its row, "${name}".`],
  ];
}

function missingSection(name: string, config: string): string[] {
  if (new RegExp(`^\\[functions\\.${name}\\]\nverify_jwt = false\n*(\\[|$)`, "m").test(config)) {
    return [];
  }
  return [
    `${name} has no section in supabase/config.toml: add [functions.${name}] with ` +
    "verify_jwt = false and nothing else.",
  ];
}

async function missingRows(names: readonly string[]): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(FUNCTIONS_FOLDER));
  return entries.filter(({ name }) => name.startsWith("wpp-") && !names.includes(name))
    .map(({ name }) => `supabase/functions/${name} has no row in FUNCTIONS of contract.ts.`);
}
