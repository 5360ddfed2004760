/** What the store tells open pages of chats and messages, through Supabase Realtime. */
import assert from "node:assert/strict";
import { busyShop, type Hint, hints, hintsOf, member, topicOf } from "../support/hints.ts";
import type { Sql } from "../support/sql.ts";
import { incoming, outgoing, Shop } from "../support/store.ts";
import { withPush } from "../support/with_push.ts";

/** Calls a function of the database as a member of the shop's organization. */
async function asMember(shop: Shop, call: string, parameters: unknown[]): Promise<void> {
  const { sql } = shop;
  await sql.exec("begin; set local role authenticated");
  await sql.query("select set_config('request.jwt.claims', $1, true)", [
    JSON.stringify(member(shop.organization)),
  ]);
  await sql.query(`select ${call}`, parameters);
  await sql.exec("commit");
}

/** All that writes chats and messages, each after those above it. */
const WRITES: Record<string, (shop: Shop) => Promise<unknown>> = {
  "an incoming message": (shop) => shop.receive(incoming({ eventId: "e1" })),
  "what a member has read": async (shop) =>
    await asMember(shop, "messenger_mark_chat_read($1, $2)", [
      (await shop.chats())[0].id,
      await shop.change(),
    ]),
  "a receipt": (shop) => shop.receive({ type: "receipt", taskId: "t1", delivery: "read" }),
  "a reaction": (shop) => shop.receive({ type: "reaction", taskId: "t1", by: "+1", emoji: "👍" }),
  "an edit": (shop) => shop.receive({ type: "edit", taskId: "t1", text: "other" }),
  "a message of the phone": (shop) => shop.receive(outgoing({ text: "from the phone" })),
  "the beginning of a send": (shop) => shop.begin({ text: "begun" }),
  "a reaction of ours": async (shop) =>
    await shop.call("messenger_mark_reaction($1, '🔥')", [(await sent(shop)).id]),
  "a deletion": async (shop) =>
    await shop.call("messenger_mark_deleted($1)", [(await sent(shop)).id]),
  "a name that a member gives": async (shop) =>
    await asMember(shop, "messenger_rename_chat($1, 'Ann')", [(await shop.chats())[0].id]),
  "sends that were given up": async (shop) => {
    await shop.sql.exec("update messenger_sends set attempt_started_at = now() - interval '1 day'");
    await shop.call("messenger_expire_messages()", []);
  },
  "retention": async (shop) => {
    await shop.sql.query(
      "update messenger_messages set sent_at = now() - interval '9 days' where organization_id = $1",
      [shop.organization],
    );
    await shop.call("messenger_delete_history('7 days', 1)", []);
  },
};

const sent = async (shop: Shop) => (await shop.messages()).find(({ task_id }) => task_id === "t1")!;

const CASES: Record<string, (sql: Sql) => Promise<void>> = {
  "each write ends with one hint, of the number that it ended with": async (sql) => {
    const shop = await busyShop(sql);
    for (const [what, write] of Object.entries(WRITES)) {
      const before = await shop.change();
      const told = await hintsOf(sql, () => write(shop));
      const change = await shop.change();
      assert.ok(change > before, what);
      assert.deepEqual(
        told,
        [{ topic: topicOf(shop), event: "change", payload: { change } }],
        what,
      );
    }
  },
  "the end of a send is one hint": async (sql) => {
    const shop = await busyShop(sql);
    const begun = await shop.begin();
    const told = await hintsOf(sql, () => shop.close(begun, { taskId: "t2" }));
    assert.deepEqual(told.map(({ payload }) => payload), [{ change: await shop.change() }]);
  },
  "a transaction is one hint for each organization, whatever it writes": async (sql) => {
    const [one, other] = [await busyShop(sql), await busyShop(sql)];
    const told = await hintsOf(sql, async () => {
      await sql.exec("begin");
      for (const shop of [one, other, one]) {
        await shop.receive(incoming());
        await shop.receive(incoming());
      }
      await sql.exec("commit");
    });
    const expected = await Promise.all([one, other].map(async (shop) => ({
      topic: topicOf(shop),
      event: "change",
      payload: { change: await shop.change() },
    })));
    const byTopic = (a: Hint, b: Hint) => a.topic < b.topic ? -1 : 1;
    assert.deepEqual(told.sort(byTopic), expected.sort(byTopic));
  },
  "what changes nothing, or is rolled back, is no hint": async (sql) => {
    const shop = await busyShop(sql);
    await shop.receive(incoming({ eventId: "e1" }));
    assert.deepEqual(
      await hintsOf(sql, async () => {
        await shop.receive(incoming({ eventId: "e1" })); // a duplicate
        await shop.receive({ type: "receipt", taskId: "t9", delivery: "read" }); // waits
        await shop.receive({ type: "quarantined", reason: "not_json" }, { bytes: "AAAA" });
        await sql.exec("begin");
        await shop.receive(incoming());
        await sql.exec("rollback");
      }),
      [],
    );
  },
  "a hint holds ids and numbers alone": async (sql) => {
    const shop = await busyShop(sql);
    await hints(sql);
    for (const write of Object.values(WRITES)) await write(shop);
    await shop.receive({ type: "state", status: "connected", ownPhone: "+79990000000" });
    const told = await hints(sql);
    assert.ok(told.length > Object.keys(WRITES).length);
    for (const { event, payload } of told) {
      const names = event === "change" ? ["change"] : ["integrationId", "session", "status"];
      assert.deepEqual(Object.keys(payload).sort(), names);
      for (const value of Object.values(payload)) {
        assert.match(String(value), /^(\d+|[0-9a-f-]{36}|[a-z_]+)$/);
      }
    }
  },
};

withPush("push", CASES);
