/** The import directions of the design, and what deploys apart from what only develops. */
import assert from "node:assert/strict";

const FUNCTIONS = new URL("../supabase/functions/", import.meta.url);

interface Module {
  /** Below `supabase/functions/`. */
  path: string;
  source: string;
  imports: string[];
}

const modules = await readModules(FUNCTIONS);
const shared = (name: string) => modules.find(({ path }) => path === `_shared/wpp/${name}`)!;

Deno.test("errors.ts imports nothing", () => {
  assert.deepEqual(shared("errors.ts").imports, []);
});

Deno.test("contract.ts imports zod and the errors alone", () => {
  assert.deepEqual(shared("contract.ts").imports.sort(), ["./errors.ts", "zod"]);
});

Deno.test("wpp*.ts import nothing of auth, integrations or endpoint, not even through others", () => {
  const forbidden = /^_shared\/wpp\/(auth|connections|messages|http|context|store)\b/;
  for (
    const { path } of modules.filter(({ path }) => /^_shared\/wpp(\.ts|\/platform)/.test(path))
  ) {
    assert.deepEqual(reachable(path).filter((other) => forbidden.test(other)), [], path);
  }
});

Deno.test("only env.ts reads Deno.env", () => {
  const readers = modules.filter(({ source }) => /Deno\.env|process\.env/.test(source));
  assert.deepEqual(readers.map(({ path }) => path), ["_shared/wpp/env.ts"]);
});

Deno.test("only endpoint.ts builds responses", () => {
  const builders = modules.filter(({ source }) => /new Response\(|Response\.json\(/.test(source));
  assert.deepEqual(builders.map(({ path }) => path), ["_shared/wpp/http/endpoint.ts"]);
});

Deno.test("the functions import nothing but their own files, npm packages and node:crypto", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", FUNCTIONS)));
  for (const { path, imports: all } of modules) {
    for (const specifier of all) {
      if (specifier.startsWith(".")) {
        assert.ok(new URL(specifier, new URL(path, FUNCTIONS)).href.startsWith(FUNCTIONS.href));
      } else if (specifier !== "node:crypto") {
        // By its whole name: as a bare import map, which the CLI uploads, it expands no subpaths.
        assert.ok(specifier in imports, `${path} imports ${specifier}`);
      }
    }
  }
  for (const [name, target] of Object.entries(imports)) {
    const [, packageName, subpath] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(name)!;
    assert.match(String(target), new RegExp(`^npm:${packageName}@\\d+\\.\\d+\\.\\d+${subpath}$`));
  }
});

Deno.test("importing a function does nothing but define it", async () => {
  for (const name of ["wpp-create", "wpp-qr", "wpp-status", "wpp-send"]) {
    const { default: entry } = await import(new URL(`${name}/index.ts`, FUNCTIONS).href);
    assert.deepEqual(Object.keys(entry), ["fetch"], name);
  }
});

Deno.test("packages that develop and deploy have the same versions", async () => {
  const read = async (url: URL) => JSON.parse(await Deno.readTextFile(url)).imports;
  const deployed = await read(new URL("deno.json", FUNCTIONS));
  const developed = await read(new URL("../deno.json", import.meta.url));
  for (const [name, target] of Object.entries(deployed)) {
    if (name in developed) assert.equal(developed[name], target);
  }
  const versionOf = (target: string) => target.split("@").at(-1);
  assert.equal(
    versionOf(deployed["@supabase/postgrest-js"]),
    versionOf(developed["@supabase/supabase-js"]), // which it is a part of
  );
});

Deno.test("no request goes to /auth/keys, and no createApiKey is left", () => {
  for (const { path, source } of modules) {
    assert.doesNotMatch(source, /auth\/keys|createApiKey/, path);
  }
});

Deno.test("config.toml turns verify_jwt off and names the import map of each function", async () => {
  const config = await Deno.readTextFile(new URL("../config.toml", FUNCTIONS));
  for (const { path } of modules.filter(({ path }) => path.endsWith("/index.ts"))) {
    const section = `[functions.${path.split("/")[0]}]\nverify_jwt = false\n` +
      'import_map = "./functions/deno.json"';
    assert.ok(config.includes(section), path);
  }
});

async function readModules(folder: URL, below = ""): Promise<Module[]> {
  const found: Module[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = below + entry.name;
    if (entry.isDirectory) {
      found.push(...await readModules(new URL(`${entry.name}/`, folder), `${path}/`));
    } else if (path.endsWith(".ts")) {
      const source = await Deno.readTextFile(new URL(entry.name, folder));
      const imports = [
        ...source.matchAll(/^(?:import|export)[^"';]*?from "([^"]+)"|import\("([^"]+)"\)/gms),
      ]
        .map(([, from, dynamic]) => from ?? dynamic);
      found.push({ path, source, imports });
    }
  }
  return found;
}

/** A module and all that it imports of this folder. */
function reachable(path: string, seen = new Set<string>()): string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const { imports } = modules.find((module) => module.path === path)!;
  for (const specifier of imports.filter((one) => one.startsWith("."))) {
    const { href } = new URL(specifier, new URL(path, FUNCTIONS));
    reachable(href.slice(FUNCTIONS.href.length), seen);
  }
  return [...seen];
}
