/**
 * What a messenger shows is served by an index, also with many rows: plans, under row level security.
 * (`deno task bench --only reading` measures the times.)
 */
import assert from "node:assert/strict";
import { fillStore, READS } from "../support/filled_store.ts";
import { engines, migrate } from "../support/sql.ts";

// On PGlite filling takes a minute, and the planner is the same.
for (const { name, open } of engines().filter(({ name }) => name === "Postgres")) {
  Deno.test(`reads of a store with many rows go by index on ${name}`, async (t) => {
    const sql = await open();
    try {
      await migrate(sql);
      await fillStore(sql, { chats: 1_000, messagesPerChat: 20 });
      for (const [what, { query, index }] of Object.entries(READS)) {
        await t.step(what, async () => {
          await sql.exec("begin; set local role authenticated");
          try {
            await sql.query("select set_config('request.jwt.claims', $1, true)", [CLAIMS]);
            const plan = await sql.query(`explain (format json) ${query}`);
            const text = JSON.stringify(plan).replaceAll("\\", "");
            assert.match(text, new RegExp(`"Index Name": ?"${index}"`), text);
            assert.doesNotMatch(text, /"Seq Scan"[^{}]*"messenger_(chats|messages)"/);
          } finally {
            await sql.exec("rollback");
          }
        });
      }
    } finally {
      await sql.close();
    }
  });
}

const CLAIMS = JSON.stringify({
  role: "authenticated",
  sub: "u",
  app_metadata: { organization_id: "shop" },
});
