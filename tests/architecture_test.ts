/** What the deployed code is made of: one namespace, rooms, arrows that go down only. */
import assert from "node:assert/strict";
import { DEPLOYED_NAMES } from "../supabase/functions/_shared/wpp/contract.ts";
import { FUNCTIONS_FOLDER, readModules, wrongImports } from "./support/modules.ts";
import { missingOf } from "./support/function_parts.ts";

const modules = await readModules();
const shared = (name: string) => modules.find(({ path }) => path === `_shared/wpp/${name}`)!;

Deno.test("supabase/functions holds nothing but wpp-*, _shared/wpp.ts and _shared/wpp/", async () => {
  const names = async (folder: URL) =>
    (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name)
      .filter((name) => !name.startsWith(".env")).sort();
  assert.deepEqual(await names(FUNCTIONS_FOLDER), ["_shared", ...DEPLOYED_NAMES].sort());
  assert.deepEqual(await names(new URL("_shared/", FUNCTIONS_FOLDER)), ["wpp", "wpp.ts"]);
});

Deno.test("no import goes up, sideways, or out of the deployed code", () => {
  assert.deepEqual(wrongImports(modules), []);
});

const WRONG: [path: string, specifier: string, says: RegExp][] = [
  ["_shared/wpp/platform/qr.ts", "../store/database.ts", /platform may not know store/],
  ["_shared/wpp/platform/qr.ts", "../auth/caller.ts", /platform may not know auth/],
  ["_shared/wpp/platform/qr.ts", "../../wpp.ts", /platform may not know wpp\.ts/],
  ["_shared/wpp.ts", "./wpp/store/database.ts", /wpp\.ts may not know store/],
  ["_shared/wpp.ts", "./wpp/connections/create.ts", /wpp\.ts may not know connections/],
  ["_shared/wpp.ts", "./wpp/messages/send.ts", /wpp\.ts may not know messages/],
  ["_shared/wpp.ts", "./wpp/http/trace.ts", /wpp\.ts may not know http/],
  ["_shared/wpp/store/vault.ts", "../platform/qr.ts", /store may not know platform/],
  ["_shared/wpp/http/endpoint.ts", "../auth/caller.ts", /http may not know auth/],
  ["_shared/wpp/http/endpoint.ts", "../context.ts", /http may not know context/],
  ["_shared/wpp/http/endpoint.ts", "../platform/qr.ts", /http may not know platform/],
  ["_shared/wpp/connections/create.ts", "../context.ts", /connections may not know context/],
  ["_shared/wpp/connections/create.ts", "../messages/send.ts", /may not know messages/],
  ["_shared/wpp/messages/send.ts", "../context.ts", /messages may not know context/],
  ["_shared/wpp/lib/sha256.ts", "../errors.ts", /lib may not know errors/],
  ["_shared/wpp/errors.ts", "./contract/send.ts", /errors may not know contract/],
  ["_shared/wpp/contract/send.ts", "../env.ts", /contract may not know env/],
  ["wpp-send/index.ts", "../_shared/wpp/context.ts", /wpp-\* may not know context/],
  ["wpp-send/index.ts", "../wpp-qr/index.ts", /wpp-\* may not know wpp-\*/],
  ["wpp-send/index.ts", "../../../local/stack.ts", /not deployed/],
  ["wpp-send/index.ts", "../../../client/wpp_client.ts", /not deployed/],
  ["_shared/wpp/http/cors.ts", "npm:zod@4.6.7", /in deps\/ alone/],
  ["_shared/wpp/http/cors.ts", "zod", /neither a file nor a package/],
  ["_shared/wpp/helpers/x.ts", "../errors.ts", /"helpers" is no room/],
  ["_shared/cors.ts", "./wpp.ts", /is no room/],
];
for (const [path, specifier, says] of WRONG) {
  Deno.test(`wrongImports reports ${path} when it imports ${specifier}`, () => {
    const [sentence, ...more] = wrongImports([{ path, source: "", imports: [specifier] }]);
    assert.match(sentence, says);
    assert.deepEqual(more, []);
  });
}

Deno.test("errors.ts imports nothing, the contract zod and the errors alone", () => {
  assert.deepEqual(shared("errors.ts").imports, []);
  const contract = modules.filter(({ path }) => path.startsWith("_shared/wpp/contract/"));
  const others = contract.flatMap(({ imports }) => imports).filter((one) => one.startsWith(".."));
  assert.deepEqual([...new Set(others)].sort(), ["../deps/zod.ts", "../errors.ts"]);
});

Deno.test("no function loads the contract of another one", () => {
  const loads = modules.filter(({ imports }) => imports.some((one) => /\bcontract\.ts$/.test(one)));
  assert.deepEqual(loads.map(({ path }) => path), [], "the table is for what is not deployed");
});

Deno.test("only env.ts reads Deno.env", () => {
  const readers = modules.filter(({ source }) => /Deno\.env|process\.env/.test(source));
  assert.deepEqual(readers.map(({ path }) => path), ["_shared/wpp/env.ts"]);
});

Deno.test("only http/boundary.ts builds responses", () => {
  const builders = modules.filter(({ source }) => /new Response\(|Response\.json\(/.test(source));
  assert.deepEqual(builders.map(({ path }) => path), ["_shared/wpp/http/boundary.ts"]);
});

/** Paths, fields and words that only WPP Platform says. */
const PLATFORM_WORDS = new RegExp(
  "/auth/token|/auth/keys|/api/(integrations|accounts|messages|webhooks)|/internal/session|" +
    "\\b(qrCode|qrcode|urlcode|expiresIn|accountNumber|waMessageId)\\b|" +
    '"(ready|starting|pending|offline|logout|inChat|isLogged|notLogged|UNPAIRED)": "',
);

Deno.test("no word of WPP Platform's own is said outside wpp.ts and platform/", () => {
  const speaks = modules.filter(({ source }) => PLATFORM_WORDS.test(source));
  const outside = speaks.map(({ path }) => path)
    .filter((path) => !/^_shared\/wpp(\.ts$|\/platform\/)/.test(path))
    .filter((path) => path !== "_shared/wpp/store/files.ts"); // Storage says expiresIn, too
  assert.deepEqual(outside, []);
  assert.ok(speaks.length >= 3, "the words are still the platform's own");
});

Deno.test("no request goes to /auth/keys, and no createApiKey is left", () => {
  for (const { path, source } of modules) {
    assert.doesNotMatch(source, /auth\/keys|createApiKey/, path);
  }
});

Deno.test("each package has one file in deps/, with the exact version of deno.json", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  const versions = new Map<string, string>();
  for (const { path, imports } of modules.filter(({ path }) => path.includes("/deps/"))) {
    const packages = imports.map((specifier) =>
      /^npm:((?:@[^/]+\/)?[^/@]+)@(\d+\.\d+\.\d+)(\/.*)?$/.exec(specifier) ??
        assert.fail(`${path} imports ${specifier}, which has no exact version`)
    );
    const [name, ...others] = new Set(packages.map(([, name, version]) => `${name}@${version}`));
    assert.deepEqual(others, [], `${path} is about one package`);
    const [, packageName, version] = packages[0];
    assert.ok(!versions.has(packageName), `${name} has two files`);
    versions.set(packageName, version);
  }
  // The tests and tools use postgrest-js as a part of supabase-js, and have no use for phone numbers.
  const developed = { ...imports, "@supabase/postgrest-js": imports["@supabase/supabase-js"] };
  for (const [name, version] of versions) {
    if (name === "libphonenumber-js") continue;
    assert.equal(developed[name]?.split("@").at(-1), version, `${name} in deno.json`);
  }
  assert.ok(versions.size >= 5);
});

Deno.test("every function of the contract has its folder and its place in config.toml", async () => {
  assert.deepEqual(await missingOf(DEPLOYED_NAMES), []);
});

Deno.test("missingOf tells in a sentence what a new function lacks", async () => {
  const [folder, config, ...more] = await missingOf([...DEPLOYED_NAMES, "wpp-new"]);
  assert.match(
    folder,
    /^wpp-new has a row in contract\.ts but no supabase\/functions\/wpp-new\/ind/,
  );
  assert.match(config, /^wpp-new has no section in supabase\/config\.toml: add/);
  assert.deepEqual(more, []);
});

Deno.test("missingOf tells which folder has no row in the table", async () => {
  const [row, ...more] = await missingOf(DEPLOYED_NAMES.filter((name) => name !== "wpp-qr"));
  assert.match(row, /^supabase\/functions\/wpp-qr has no row in FUNCTIONS of contract\.ts/);
  assert.deepEqual(more, []);
});
