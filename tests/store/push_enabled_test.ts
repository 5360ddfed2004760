/** Whether push is on: messenger_enable_push, and what messenger_check_push finds. */
import assert from "node:assert/strict";
import { REALTIME_SCHEMA } from "../../local/realtime/schema.ts";
import { busyShop } from "../support/hints.ts";
import { engines, migrate, MIGRATIONS, type Sql, withSql } from "../support/sql.ts";
import { incoming, Shop } from "../support/store.ts";
import { withPush } from "../support/with_push.ts";

const CASES: Record<string, (sql: Sql) => Promise<void>> = {
  "a write succeeds where Realtime cannot store its hint, and messenger_check_push says so": async (
    sql,
  ) => {
    const shop = await busyShop(sql);
    const check = async () => (await shop.call("messenger_check_push()", [])) as unknown;
    assert.deepEqual(await check(), { realtime: true, policy: true, stored: true });
    await sql.exec(
      "alter table realtime.messages add constraint full_up check (topic = '') not valid",
    );
    assert.equal((await shop.receive(incoming())).outcome, "stored");
    assert.deepEqual(await check(), { realtime: true, policy: true, stored: false });
    await sql.exec("alter table realtime.messages drop constraint full_up");
  },
  "messenger_check_push says so where the triggers' owner may not write to Realtime": async (
    sql,
  ) => {
    const shop = await Shop.create(sql);
    await sql.exec(
      "begin; create role hinter; grant usage on schema messenger_internal, realtime to hinter; " +
        "grant create on schema messenger_internal to hinter; " +
        "grant execute on all functions in schema public, messenger_internal to hinter; " +
        "alter function messenger_internal.send_check(text) owner to hinter",
    );
    const found = await shop.call("messenger_check_push()", []);
    assert.deepEqual(found, { realtime: true, policy: true, stored: false });
    await sql.exec("rollback");
  },
};

withPush("messenger_check_push", CASES);

for (const { name, open } of engines()) {
  Deno.test(`messenger_enable_push on ${name}`, async (t) => {
    await withSql(open, async (sql) => {
      await migrate(sql);
      const shop = await Shop.create(sql);
      const enable = async () =>
        (await sql.query("select messenger_enable_push() as done"))[0].done;
      const check = async () => (await shop.call("messenger_check_push()", [])) as unknown;
      await t.step("answers false, and all else works, where Realtime is not there", async () => {
        assert.equal(await enable(), false);
        assert.deepEqual(await check(), { realtime: false, policy: false, stored: false });
        assert.equal((await shop.receive(incoming())).outcome, "stored");
      });
      await t.step("answers true once it is there, and again", async () => {
        await sql.exec(REALTIME_SCHEMA);
        assert.deepEqual(await check(), { realtime: true, policy: false, stored: true });
        assert.deepEqual([await enable(), await enable()], [true, true]);
        assert.deepEqual(await check(), { realtime: true, policy: true, stored: true });
      });
      await t.step("is left out with a warning by who may not create policies", async () => {
        await sql.exec("drop policy messenger_members_listen on realtime.messages");
        const file = (await Array.fromAsync(Deno.readDir(MIGRATIONS)))
          .find((entry) => entry.name.endsWith("_messenger_access.sql"))!.name;
        const text = await Deno.readTextFile(new URL(file, MIGRATIONS));
        const block = /do \$push\$[\s\S]*?\$push\$;/.exec(text)![0];
        await sql.exec(
          "begin; create role plain; grant usage on schema public, realtime to plain; " +
            "grant execute on function messenger_enable_push() to plain; set local role plain",
        );
        await sql.exec(block);
        await sql.exec("rollback");
        assert.equal(
          sql.warnings.filter((text) => text.startsWith("Pages are not told")).length,
          1,
        );
      });
    });
  });
}
