import assert from "node:assert/strict";
import { readRelease } from "../../tools/add/release.ts";
import { scratchProject } from "../support/scratch_project.ts";

Deno.test("readRelease hands out code alone when secrets and notes lie beside it", () => {
  const functions = "supabase/functions";
  using checkout = scratchProject({
    [`${functions}/.env`]: "A=secret",
    [`${functions}/_shared/wpp.ts`]: "",
    [`${functions}/_shared/wpp/lib/a.ts`]: "",
    [`${functions}/_shared/wpp/.env.local`]: "A=secret",
    [`${functions}/wpp-send/index.ts`]: "",
    [`${functions}/wpp-send/.env`]: "A=secret",
    [`${functions}/wpp-send/notes.json`]: "{}",
    "supabase/migrations/20270101000000_a.sql": "",
    "supabase/migrations/.env": "A=secret",
  });
  const { functions: names, files, migrations } = readRelease(new URL(`file://${checkout.dir}/`));
  assert.deepEqual(names, ["wpp-send"]);
  assert.deepEqual([...files.keys()], [
    `${functions}/_shared/wpp.ts`,
    `${functions}/wpp-send/index.ts`,
    `${functions}/_shared/wpp/lib/a.ts`,
  ]);
  assert.deepEqual(migrations.map(({ name }) => name), ["20270101000000_a.sql"]);
});
