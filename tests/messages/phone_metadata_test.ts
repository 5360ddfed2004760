/** The metadata of phone numbers is large: the functions that need none do not load it. */
import assert from "node:assert/strict";
import { FUNCTIONS_FOLDER, readModules } from "../support/modules.ts";

Deno.test("only wpp-send loads the metadata of phone numbers", async () => {
  const modules = new Map((await readModules()).map((module) => [module.path, module]));
  const reached = (path: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(path)) return seen;
    seen.add(path);
    for (const specifier of modules.get(path)?.imports ?? []) {
      const { href } = new URL(specifier, new URL(path, FUNCTIONS_FOLDER));
      if (href.startsWith(FUNCTIONS_FOLDER.href)) {
        reached(href.slice(FUNCTIONS_FOLDER.href.length), seen);
      }
    }
    return seen;
  };
  const loading = [...modules.keys()].filter((path) => /^wpp-[\w-]+\/index\.ts$/.test(path))
    .filter((path) => reached(path).has("_shared/wpp/deps/libphonenumber.ts"));
  assert.deepEqual(loading, ["wpp-send/index.ts"]);
  assert.deepEqual([...reached("_shared/wpp/platform/phone_canonical.ts")].length, 1);
});
