import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { VERSION } from "../../supabase/functions/_shared/wpp/version.ts";
import { buildClient } from "../../tools/client/build.ts";

const CLIENT = new URL("../../client/", import.meta.url);
const directory = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));
await buildClient(directory);

const sources = Array.from(Deno.readDirSync(CLIENT), ({ name }) => name)
  .filter((name) => name.endsWith(".ts"));
const built = Array.from(Deno.readDirSync(`${directory}/dist`), ({ name }) => name)
  .filter((name) => name !== "LICENSE");
/** Those that are for React. */
const HOOKS = ["react.ts", "use_inbox.ts"];
const manifest = JSON.parse(Deno.readTextFileSync(new URL("package.json", CLIENT)));

/** What a module imports, types too. */
function importsOf(path: string | URL): string[] {
  const { importedFiles } = ts.preProcessFile(Deno.readTextFileSync(path));
  return importedFiles.map(({ fileName }) => fileName);
}

Deno.test("no import leads out of client/, and the hooks alone have a package", () => {
  for (const name of sources) {
    const outside = importsOf(new URL(name, CLIENT))
      .filter((one) => !sources.includes(one.replace(/^\.\//, "")));
    assert.deepEqual(outside, HOOKS.includes(name) ? ["react"] : [], name);
  }
});

Deno.test("buildClient writes a package whose imports are in it", () => {
  const names = sources.flatMap((name) => [`${name.slice(0, -3)}.js`, `${name.slice(0, -3)}.d.ts`]);
  assert.deepEqual(built.sort(), names.sort());
  for (const name of built) {
    for (const one of importsOf(`${directory}/dist/${name}`)) {
      assert.ok(built.includes(one.replace(/^\.\//, "")) || one === "react", `${name}: ${one}`);
    }
  }
  const written = JSON.parse(Deno.readTextFileSync(`${directory}/package.json`));
  const { scripts: _, ...rest } = manifest;
  assert.deepEqual(written, rest);
  for (const name of ["README.md", "dist/LICENSE"]) Deno.statSync(`${directory}/${name}`);
});

Deno.test("the client's package has this project's version, and exports what it builds", () => {
  assert.equal(manifest.version, VERSION);
  const files = Object.values<string | Record<string, string>>(manifest.exports)
    .flatMap((one) => typeof one === "string" ? [one] : Object.values(one));
  for (const file of files) Deno.statSync(`${directory}/${file}`);
  assert.ok(Deno.readTextFileSync(new URL("README.md", CLIENT)).includes(`-${VERSION}.tgz`));
});

Deno.test("the built client is imported, and is what the sources are", async () => {
  const module = await import(`file://${directory}/dist/wpp_client.js`);
  assert.deepEqual(Object.keys(module), ["WppError", "createWppClient"]);
  assert.ok(new module.WppError({ code: "internal", message: "x" }) instanceof Error);
});

const STRICT: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  erasableSyntaxOnly: true,
  skipLibCheck: false,
  noEmit: true,
  types: [],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

/** What TypeScript finds wrong in these files, as sentences. */
function faults(paths: string[], options: ts.CompilerOptions): string[] {
  const program = ts.createProgram(paths, { ...STRICT, ...options });
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) =>
    `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`
  );
}

Deno.test("the built types compile in the strictest project, without the DOM's", () => {
  const paths = built.filter((name) => name.endsWith(".d.ts"))
    .map((name) => `${directory}/dist/${name}`);
  const options = { target: ts.ScriptTarget.ES2020, lib: ["lib.es2020.d.ts"] };
  assert.deepEqual(faults(paths, options), []);
});

Deno.test("the sources compile in the strictest project", () => {
  const paths = sources.filter((name) => !HOOKS.includes(name)) // Vite's template has React's types
    .map((name) => fileURLToPath(new URL(name, CLIENT)));
  const options = {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    skipLibCheck: true, // there is none of ours, and the DOM's takes seconds
    allowImportingTsExtensions: true,
  };
  assert.deepEqual(faults(paths, options), []);
});
