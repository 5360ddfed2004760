/** No module of the stack, the tools, the client or the panel imports itself through others. */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);
const modules = new Map<string, string[]>();
for (const folder of ["local", "tools", "client", "examples"]) {
  await readModules(new URL(`${folder}/`, ROOT));
}

Deno.test("the modules' imports go in no circle", () => {
  assert.ok(modules.size > 50);
  for (const path of modules.keys()) {
    const circle = pathBack(path);
    assert.equal(circle, undefined, circle?.join(" → "));
  }
});

Deno.test("the simulator knows neither its controls nor who serves it", () => {
  const imports = modules.get("local/simulator/simulator.ts")!;
  assert.ok(imports.includes("local/simulator/platform.ts"));
  assert.deepEqual(imports.filter((path) => /\/(control|serve)\.ts$/.test(path)), []);
});

async function readModules(folder: URL): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) await readModules(new URL(`${name}/`, folder));
    if (!name.endsWith(".ts")) continue;
    const url = new URL(name, folder);
    const source = await Deno.readTextFile(url);
    const specifiers = [...source.matchAll(/^(?:import|export)[^"';]* from "(\.[^"]+)"/gm)];
    const imports = specifiers.map(([, specifier]) => pathOf(new URL(specifier, url)));
    modules.set(pathOf(url), imports);
  }
}

function pathOf({ href }: URL): string {
  return href.slice(ROOT.href.length);
}

/** The imports by which a module comes back to itself, if any. */
function pathBack(start: string): string[] | undefined {
  const seen = new Set<string>();
  const walk = (path: string): string[] | undefined => {
    for (const imported of modules.get(path) ?? []) {
      if (imported === start) return [path, imported];
      if (seen.has(imported)) continue;
      seen.add(imported);
      const rest = walk(imported);
      if (rest) return [path, ...rest];
    }
  };
  return walk(start);
}
