import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ROOT } from "../docs/pages.ts";
import { App, example } from "./app.ts";

const INSTALL = example("install").code;
const CONNECT = example("react").code;

/** What a bundle that has the client holds. */
const FUNCTION = "wpp-create";

/**
 * The settings under which TypeScript finds the most to say. Of packages' own types it is not asked:
 * supabase-js's fail there; the client's are checked by tests/whole/package_test.ts.
 */
const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
};

Deno.test("Vite's template for React builds with the packed client, in the strictest way", async () => {
  const app = new App("vite-app");
  await app.make("npm create -y vite@9.3.0 vite-app -- --template react-ts --no-interactive");
  await app.run(INSTALL);
  await app.write("src/Connect.tsx", CONNECT);
  await app.write("src/App.tsx", example("vite").code);
  const config = await app.read("tsconfig.app.json");
  const strict = JSON.stringify(STRICT).slice(1, -1);
  await app.write("tsconfig.app.json", config.replace('"skipLibCheck"', `${strict}, $&`));
  await app.run("npm run build");
  assert.ok((await app.run("cat dist/assets/*.js")).includes(FUNCTION));
});

Deno.test("Next's template builds with the packed client", async () => {
  const app = new App("next-app");
  const flags = "--yes --empty --ts --app --no-src-dir --no-tailwind --no-eslint --skip-install";
  await app.make(`npx -y create-next-app@16.4.3 next-app ${flags} --disable-git --use-npm`);
  await app.run(INSTALL);
  await app.write("app/Connect.tsx", CONNECT);
  await app.write("app/page.tsx", example("next").code);
  await app.run("npm run build");
  assert.ok((await app.run("cat $(find .next/static -name '*.js')")).includes(FUNCTION));
});

const USE = `const { createWppClient, WppError } = wpp;
  const invoke = (name) => Promise.resolve({ data: null, error: new Error(name) });
  createWppClient({ functions: { invoke } }).status()
    .catch((error) => console.log(error instanceof WppError, error.code));`;

Deno.test("Node imports the client, packed or from its folder, in a module or from CommonJS", async () => {
  const app = new App("node-app");
  await app.run(`npm init -y && npm install --legacy-peer-deps ../wpp-messenger/client`);
  await app.write("module.mjs", `import * as wpp from "wpp-messenger-client";\n${USE}`);
  await app.write("common.cjs", `import("wpp-messenger-client").then((wpp) => {\n${USE}\n});`);
  const runBoth = async () => [await app.run("node module.mjs"), await app.run("node common.cjs")];
  await app.run("rm -rf dist && npx -y deno@2.9.6 task client", new URL("client", ROOT).pathname);
  assert.deepEqual(await runBoth(), Array(2).fill("true network_error\n"));
  await app.run(INSTALL);
  assert.deepEqual(await runBoth(), Array(2).fill("true network_error\n"));
  assert.ok((await Deno.lstat(`${app.folder}/node_modules/wpp-messenger-client`)).isDirectory);
});

Deno.test("plain Deno imports and checks the client, without a configuration", async () => {
  const app = new App("deno-app");
  const client = fileURLToPath(new URL("client/wpp_client.ts", ROOT));
  await app.run("true");
  await app.write(
    "main.mts",
    `import * as wpp from "${client}";\nconsole.log(typeof wpp.WppError);`,
  );
  const printed = await app.run(`"${Deno.execPath()}" run --check --no-config --no-lock main.mts`);
  assert.equal(printed, "function\n");
});

Deno.test("the client's tests pass on the least supabase-js that its package names", async () => {
  const app = new App("least");
  await app.run("true");
  const read = async (path: string) => JSON.parse(await Deno.readTextFile(new URL(path, ROOT)));
  const { peerDependencies } = await read("client/package.json");
  const least = peerDependencies["@supabase/supabase-js"].replace("^", "");
  const { imports } = await read("deno.json");
  imports["@supabase/supabase-js"] = `npm:@supabase/supabase-js@${least}`;
  await app.write("deno.json", JSON.stringify({ imports, nodeModulesDir: "none" }));
  const names = ["connect_test", "connect_end_test", "wpp_client_test", "send_keys_test"];
  const files = names.map((name) => fileURLToPath(new URL(`tests/client/${name}.ts`, ROOT)));
  await app.run(`"${Deno.execPath()}" test -A --no-lock --config deno.json ${files.join(" ")}`);
});
