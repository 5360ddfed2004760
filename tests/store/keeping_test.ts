/** What retention leaves of a store with conversations, and what erasing an organization leaves. */
import assert from "node:assert/strict";
import { inStore } from "../support/in_store.ts";
import { incoming, outgoing, Shop } from "../support/store.ts";

const DAY_MS = 24 * 60 * 60_000;

const daysAgo = (days: number) => Date.now() - days * DAY_MS;

/** Moves the last attempts of an organization's sends back. */
const age = (shop: Shop, interval: string) =>
  shop.sql.query(
    "update messenger_sends set attempt_started_at = now() - $2::text::interval " +
      "where organization_id = $1",
    [shop.organization, interval],
  );

async function count(shop: Shop, call: string): Promise<number> {
  const [{ count }] = await shop.sql.query(`select ${call} as count`);
  return Number(count);
}

// First, as it deletes what other cases leave of old messages.
inStore("messenger_delete_history", {
  "deletes what is older, in parts, and keeps the chats": async (shop) => {
    for (const days of [50, 40, 39]) await shop.receive(incoming({ sentAtMs: daysAgo(days) }));
    const { message_id } = await shop.receive(incoming({ text: "new" }));
    const deleted: number[] = [];
    do deleted.push(await count(shop, "messenger_delete_history(interval '30 days', 2)")); while (
      deleted.at(-1)! > 0
    );
    assert.deepEqual(deleted, [2, 1, 0]);
    assert.deepEqual((await shop.messages()).map(({ id }) => id), [message_id]);
    assert.equal((await shop.chats())[0].unread_count, 1);
  },
  "leaves an empty chat without a last message, and a send that runs": async (shop) => {
    await shop.receive(incoming({ sentAtMs: daysAgo(40) }));
    const { message } = await shop.begin({ to: "+7901" });
    await shop.sql.query(
      "update messenger_messages set sent_at = now() - interval '40 days' where id = $1",
      [message.id],
    );
    await shop.sql.query(
      "update messenger_chats set last_message_at = now() - interval '40 days' where id = $1",
      [message.chat_id],
    );
    assert.equal(await count(shop, "messenger_delete_history(interval '30 days')"), 1);
    const [empty] = await shop.chats();
    assert.deepEqual([empty.last_message, empty.last_message_at, empty.unread_count], [
      null,
      null,
      0,
    ]);
    await shop.sql.query(
      "update messenger_chats c set last_message_at = m.sent_at from messenger_messages m " +
        "where m.chat_id = c.id and c.id = $1",
      [message.chat_id],
    );
    assert.deepEqual((await shop.messages()).map(({ id }) => id), [message.id]);
  },
  "keeps a day when it is asked for less": async (shop) => {
    await shop.receive(incoming({ sentAtMs: daysAgo(0.9) }));
    assert.equal(await count(shop, "messenger_delete_history(interval '0')"), 0);
    assert.equal((await shop.messages()).length, 1);
  },
});

inStore("the crons of earlier versions", {
  "delete no message of a conversation, and forget its key": async (shop) => {
    await shop.receive(incoming({ sentAtMs: daysAgo(60) }));
    await shop.receive(outgoing({ sentAtMs: daysAgo(59) }));
    const id = await shop.send("task", { key: "key", to: "+7901" });
    await age(shop, "40 days");
    assert.equal((await shop.begin({ key: "key", to: "+7901" })).outcome, "finished");
    assert.equal(await count(shop, "messenger_expire_messages()"), 0);
    assert.equal(await count(shop, "messenger_delete_messages(interval '30 days')"), 1);
    assert.equal((await shop.messages()).length, 3);
    const again = await shop.begin({ key: "key", to: "+7901" });
    assert.equal(again.outcome, "begun");
    assert.notEqual(again.message.id, id);
  },
  "end a dead send, and keep its key until then": async (shop) => {
    const { message } = await shop.begin({ key: "key" });
    await age(shop, "40 days");
    assert.equal(await count(shop, "messenger_delete_messages(interval '30 days')"), 0);
    const before = await shop.change();
    assert.equal(await count(shop, "messenger_expire_messages()"), 1);
    const { status, error_code, change } = await shop.message(message.id);
    assert.deepEqual([status, error_code, Number(change)], [
      "unknown",
      "delivery_unknown",
      before + 1,
    ]);
    assert.equal(await count(shop, "messenger_expire_messages()"), 0);
  },
});

const TABLES = ["integrations", "changes", "chats", "messages", "sends", "events"];

async function countsOf(shop: Shop): Promise<number[]> {
  return await Promise.all(TABLES.map(async (name) => {
    const [{ count }] = await shop.sql.query(
      `select count(*) from messenger_${name} where organization_id = $1`,
      [shop.organization],
    );
    return Number(count);
  }));
}

inStore("messenger_erase_organization", {
  "deletes all of it, its counter and chats too, and nothing of others": async (shop) => {
    const other = await Shop.create(shop.sql);
    for (const one of [shop, other]) {
      await one.receive(incoming());
      await one.send("task");
      await one.receive({ type: "quarantined", reason: "x" });
      await one.receive({ type: "receipt", taskId: "t", isPair: false, delivery: "read" });
    }
    const erase = () =>
      shop.call("messenger_erase_organization($1)", [shop.organization.toUpperCase()]);
    await assert.rejects(erase(), /still has a connection/);
    await shop.sql.query(
      "select messenger_disconnect(id, credentials_id) from messenger_integrations where id = $1",
      [shop.connectionId],
    );
    assert.deepEqual(await erase(), { messages: 2, connections: 1 });
    assert.deepEqual(await countsOf(shop), [0, 0, 0, 0, 0, 0]);
    assert.deepEqual(await shop.waiting(), []);
    assert.deepEqual(await countsOf(other), [1, 1, 1, 2, 1, 1]);
    assert.equal((await other.waiting()).length, 1);
  },
});

inStore("messenger_mark_chat_read", {
  "moves forward alone, and no further than the counter": async (shop) => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await shop.receive(incoming())).message_id);
    const [{ id }] = await shop.chats();
    const arrived = Number((await shop.message(ids[1])).arrived);
    const unread = async () => (await shop.chats())[0].unread_count;
    await shop.markRead(String(id), arrived);
    assert.equal(await unread(), 1);
    const change = await shop.change();
    await shop.markRead(String(id), 1);
    assert.deepEqual([await unread(), await shop.change()], [1, change]);
    await shop.markRead(String(id), Number.MAX_SAFE_INTEGER);
    assert.deepEqual([await unread(), await shop.change()], [0, change + 1]);
    await shop.receive(incoming());
    assert.equal(await unread(), 1, "what comes after is unread");
  },
  "does nothing in a chat of another organization": async (shop) => {
    const { chat_id } = await shop.receive(incoming());
    const other = await Shop.create(shop.sql);
    await other.receiveAll([incoming(), incoming()]); // its counter is further
    await shop.markRead(chat_id, 100, other.organization);
    assert.equal((await shop.chats())[0].unread_count, 1);
  },
});
