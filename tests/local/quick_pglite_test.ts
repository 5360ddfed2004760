import assert from "node:assert/strict";
import { quicken } from "../../local/quick_pglite.ts";

/** A PGlite that notes what it is sent. */
function noted() {
  const sent: unknown[][] = [];
  const driver = {
    parsers: { 16: Boolean, 20_001: String },
    query: (...all: unknown[]) => Promise.resolve({ rows: [sent.push(all)] }),
    exec: (...all: unknown[]) => Promise.resolve([sent.push(all)]),
  };
  quicken(driver as never);
  return { driver, sent };
}

Deno.test("quicken sends what Lite sets with the next statement, in its order", async () => {
  const { driver, sent } = noted();
  await driver.query("SELECT set_config('role', $1, true)", ["anon"]);
  await driver.query("SELECT set_config('request.jwt.claims', '', true)");
  assert.equal(sent.length, 0);
  await driver.query("select $1", [1]);
  await driver.query("select 2");
  assert.deepEqual(sent.map(([sql, params]) => [sql, params]), [
    [
      "select set_config($1, $2, true),set_config($3, $4, true)",
      ["role", "anon", "request.jwt.claims", ""],
    ],
    ["select $1", [1]],
    ["select 2", undefined],
  ]);
});

Deno.test("quicken sends what Lite sets before a transaction ends", async () => {
  const { driver, sent } = noted();
  await driver.query("SELECT set_config('role', $1, true)", ["anon"]);
  await driver.exec("rollback");
  assert.deepEqual(sent.map(([sql]) => sql), ["select set_config($1, $2, true)", "rollback"]);
});

Deno.test("quicken leaves other settings to be made at once", async () => {
  const { driver, sent } = noted();
  await driver.query("SELECT set_config('role', $1, false)", ["anon"]);
  assert.equal(sent.length, 1);
});

Deno.test("quicken keeps the parsers of Postgres's own types alone", () => {
  assert.deepEqual(Object.keys(noted().driver.parsers), ["16"]);
});
