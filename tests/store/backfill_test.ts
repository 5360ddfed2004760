/** messenger_backfill: sends of the versions before the store get their chats, in parts. */
import assert from "node:assert/strict";
import { inStore } from "../support/in_store.ts";
import { assertConsistent } from "../support/consistent.ts";
import { incoming, type Shop } from "../support/store.ts";

/** Sends as migrations leave them, the first the oldest: to two numbers in turn. */
async function insertOld(shop: Shop, count: number, key?: string): Promise<void> {
  await shop.sql.query(
    `with inserted as (
       insert into messenger_messages
         (organization_id, integration_id, session, recipient, text, status, task_id, author,
          created_at)
       select $1, $2, 's', '+790' || i % 2, 'n' || i, 'accepted', 'task ' || i, 'author',
         now() - interval '1 day' + i * interval '1 s'
       from generate_series(1, $3::int) i
       returning id
     )
     insert into messenger_sends
       (message_id, organization_id, request_fingerprint, idempotency_key)
     select id, $1, 'f', $4 from inserted`,
    [shop.organization, shop.connectionId, count, key ?? null],
  );
}

async function backfill(shop: Shop, maxRows: number): Promise<number> {
  const [{ count }] = await shop.sql.query("select messenger_backfill($1) as count", [maxRows]);
  return Number(count);
}

inStore("messenger_backfill", {
  "fills in the chats in the order of creation, in parts": async (shop) => {
    await insertOld(shop, 7);
    const counts: number[] = [];
    do {
      counts.push(await backfill(shop, 3));
      await assertFilled(shop);
    } while (counts.at(-1)! > 0);
    assert.deepEqual(counts, [3, 3, 1, 0]);
    const messages = await shop.messages();
    assert.deepEqual(messages.map(({ text }) => text), ["n1", "n2", "n3", "n4", "n5", "n6", "n7"]);
    for (const { sent_at, created_at, delivery, author } of messages) {
      assert.deepEqual([sent_at, delivery, author], [created_at, "queued", "author"]);
    }
    const chats = await shop.chats();
    assert.deepEqual(
      chats.map((chat) => [chat.phone, chat.address, (chat.last_message as { text: string }).text])
        .sort(),
      [["+7900", "7900@c.us", "n6"], ["+7901", "7901@c.us", "n7"]],
    );
    assert.equal(await shop.change(), 14);
  },
  "changes nothing when it runs again": async (shop) => {
    await insertOld(shop, 3);
    await backfill(shop, 100);
    const before = [await shop.messages(), await shop.chats(), await shop.change()];
    assert.equal(await backfill(shop, 100), 0);
    assert.deepEqual([await shop.messages(), await shop.chats(), await shop.change()], before);
  },
  "puts old sends into a chat that was begun since, behind what is newer": async (shop) => {
    await insertOld(shop, 2);
    const phone = "+7901";
    await shop.receive(
      incoming({ text: "new", chat: { address: "7901@c.us", phone, kind: "person" } }),
    );
    await backfill(shop, 100);
    const chat = (await shop.chats()).find((one) => one.phone === phone)!;
    assert.equal((chat.last_message as { text: string }).text, "new");
    const thread = (await shop.messages()).filter(({ chat_id }) => chat_id === chat.id)
      .sort((a, b) => Number(a.sent_at) - Number(b.sent_at));
    assert.deepEqual(thread.map(({ text }) => text), ["n1", "new"]);
  },
  "leaves a key answered that is asked for before it, and after": async (shop) => {
    await insertOld(shop, 1, "key");
    for (let i = 0; i < 3; i++) {
      const { outcome, message } = await shop.begin({ key: "key", to: "+7901", text: "n1" });
      assert.deepEqual([outcome, message.status, message.task_id], [
        "finished",
        "accepted",
        "task 1",
      ]);
      assert.ok(message.chat_id);
      assert.equal(await backfill(shop, 100), 0, "the key's send is filled in by itself");
    }
    assert.equal(await shop.change(), 2);
  },
  "finds a receipt's send before it is filled in": async (shop) => {
    await insertOld(shop, 1);
    const receipt = { type: "receipt", isPair: false, taskId: "task 1", delivery: "read" };
    assert.equal((await shop.receive(receipt)).outcome, "stored");
    assert.equal(await backfill(shop, 100), 1);
    assert.equal((await shop.messages())[0].delivery, "read");
  },
});

/** What is filled in by now is whole. */
async function assertFilled(shop: Shop): Promise<void> {
  await assertConsistent(shop);
  for (const { chat_id, arrived, change } of await shop.messages()) {
    assert.equal(chat_id === null, arrived === null);
    assert.equal(chat_id === null, change === null);
  }
}
