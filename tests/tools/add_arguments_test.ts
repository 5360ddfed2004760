import assert from "node:assert/strict";
import { HELP, readArguments } from "../../tools/add/arguments.ts";
import { parseManifest } from "../../tools/add/manifest.ts";

Deno.test("readArguments takes the folder, and the client's with --client", () => {
  const plain = { dir: "shop", check: false, replace: false, client: undefined };
  assert.deepEqual(readArguments(["shop"]), plain);
  assert.deepEqual(readArguments(["--check", "shop"]), { ...plain, check: true });
  assert.deepEqual(readArguments(["shop", "--replace"]), { ...plain, replace: true });
  assert.deepEqual(readArguments(["shop", "--client"]), { ...plain, client: "wpp-client" });
  assert.deepEqual(readArguments(["shop", "--client", "./web/wpp/"]), {
    ...plain,
    client: "web/wpp",
  });
});

for (const args of [[], ["a", "b"], ["a", "--chekc"], ["a", "--client", "b", "c"]]) {
  Deno.test(`readArguments throws when called with ${JSON.stringify(args)}`, () => {
    assert.throws(() => readArguments(args));
  });
}

for (
  const path of ["../out", "web/../../out", "/tmp/out", "C:\\out", ".", "supabase/functions/x"]
) {
  Deno.test(`a client's folder ${path} is refused, as an argument and in a manifest`, () => {
    assert.throws(() => readArguments(["shop", "--client", path]), /inside DIR/);
    const manifest = { version: "0.1.0", client: path, files: {}, migrations: {} };
    assert.throws(() => parseManifest(JSON.stringify(manifest)), /inside DIR/);
  });
}

Deno.test("a manifest is refused when a migration's name leads out of its folder", () => {
  const migrations = { "../../../20270101000000_out.sql": "0" };
  const text = JSON.stringify({ version: "0.1.0", files: {}, migrations });
  assert.throws(() => parseManifest(text), /no manifest of ours/);
});

Deno.test("the help says every exit code", () => {
  assert.equal(readArguments(["--help"]), undefined);
  for (const code of ["with 0", "; 1 when", "; 2 when", "; 3 when"]) {
    assert.ok(HELP.includes(code), code);
  }
});
