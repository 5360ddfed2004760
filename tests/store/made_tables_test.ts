/** Whose each table is, which the migrations note when they first run. */
import assert from "node:assert/strict";
import { engines, migrate } from "../support/sql.ts";

for (const { name: engine, open } of engines()) {
  Deno.test(`migrations decide once whose table it is on ${engine}`, async () => {
    const sql = await open();
    try {
      const decided = () => sql.query("select * from messenger_internal.made_tables order by name");
      await migrate(sql);
      const ours = await decided();
      assert.deepEqual(ours.map(({ name }) => name), [
        "messenger_changes",
        "messenger_chat_words",
        "messenger_chats",
        "messenger_events",
        "messenger_integrations",
        "messenger_messages",
        "messenger_receipts",
        "messenger_sends",
      ]);
      assert.ok(ours.every(({ made_by_us }) => made_by_us));
      await sql.exec("alter table public.messenger_integrations add column priority integer");
      await migrate(sql);
      assert.deepEqual(await decided(), ours);
      const policies = "select from pg_policies where tablename = 'messenger_integrations'";
      assert.deepEqual(await sql.query(policies), []);
    } finally {
      await sql.close();
    }
  });
}
