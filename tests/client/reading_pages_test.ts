/** Pages of chats and messages, through supabase-js and row level security. */
import assert from "node:assert/strict";
import { type Chat, type Message } from "../../client/wpp_client.ts";
import {
  allChats,
  allMessages,
  fromMany,
  member,
  NEWEST_CHATS,
  phone,
  stored,
  withTimes,
} from "../support/reading.ts";
import { incoming, outgoing, person } from "../support/store.ts";
import { inWorld } from "../support/world.ts";

inWorld("chats gives each chat once when pages split those of one moment", async (world) => {
  const { shop, wpp } = await member(world);
  await shop.receiveAll(fromMany(7)); // to the microsecond at once, as they are one transaction
  await shop.receiveAll(fromMany(9, (i) => i < 7 ? { text: "again" } : {}).slice(5));
  await world.database.query(
    "update messenger_chats set last_message_at = null, last_message = null where phone = any ($1)",
    [[phone(0), phone(1), phone(2)]],
  );
  const rows = await stored<Chat>(shop, "messenger_chats", NEWEST_CHATS);
  for (const limit of [1, 2, 3, 4, 9, 10]) {
    const pages = await allChats(wpp, limit);
    assert.deepEqual(withTimes(pages.flat()), rows, `pages of ${limit}`);
    assert.equal(pages.length, Math.ceil(9 / limit));
  }
});

inWorld("messages gives each message once when pages split those of one moment", async (world) => {
  const { shop, wpp } = await member(world);
  await shop.receiveAll([1, 2, 3].map((i) => incoming({ text: `a${i}` })));
  await shop.receiveAll([1, 2, 3, 4].map((i) => outgoing({ text: `b${i}` })));
  await shop.receive(incoming({ text: "late", sentAtMs: Date.now() - 60_000 }));
  const [{ id }] = await shop.chats();
  for (const limit of [1, 2, 3, 5, 8, 9]) {
    const pages = await allMessages(wpp, String(id), limit);
    assert.deepEqual(pages.flat().map(({ text }) => text), [
      ...["b4", "b3", "b2", "b1", "a3", "a2", "a1", "late"],
    ]);
    assert.equal(pages.length, Math.ceil(8 / limit));
  }
});

inWorld("chats and messages are told apart when microseconds lie between them", async (world) => {
  const { shop, wpp } = await member(world);
  await shop.receiveAll([
    ...fromMany(4),
    ...[1, 2, 3].map(() => incoming({ chat: person(phone(0)) })),
  ]);
  const [{ id }] = await shop.chats();
  for (
    const statement of [
      "update messenger_messages set sent_at = sent_at - arrived * interval '1 microsecond'",
      "update messenger_chats set last_message_at = last_message_at - change * interval '1 microsecond'",
    ]
  ) await world.database.query(statement);
  const chats = await stored<Chat>(shop, "messenger_chats", NEWEST_CHATS);
  assert.deepEqual(withTimes((await allChats(wpp, 1)).flat()), chats);
  const messages = await stored<Message>(shop, "messenger_messages", "sent_at desc");
  const ofFirst = messages.filter(({ chat_id }) => chat_id === id);
  assert.deepEqual(withTimes((await allMessages(wpp, String(id), 1)).flat()), ofFirst);
});

inWorld("chats and messages have 50 rows to a page, and no more than 200", async (world) => {
  const { shop, wpp } = await member(world);
  await shop.receiveAll(fromMany(60));
  const { chats, more } = await wpp.chats();
  assert.deepEqual([chats.length, more], [50, true]);
  world.serviceCalls.length = 0;
  for (const limit of [0, 201, 1.5, NaN, -1]) {
    for (const read of [wpp.chats({ limit }), wpp.messages(chats[0].id, { limit })]) {
      await assert.rejects(read, ({ code, fields }) => {
        assert.deepEqual([code, Object.keys(fields)], ["invalid_request", ["limit"]]);
        return true;
      });
    }
  }
  assert.equal(world.serviceCalls.length, 0);
});

inWorld("chats finds by name and number, page by page", async (world) => {
  const { shop, wpp } = await member(world);
  await shop.receiveAll(fromMany(6, (i) => ({ name: i < 5 ? `Anna ${i}` : "Boris" })));
  const rows = await stored<Chat>(shop, "messenger_chats", NEWEST_CHATS);
  const annas = rows.filter(({ name }) => name!.startsWith("Anna"));
  for (const limit of [2, 5]) {
    assert.deepEqual(withTimes((await allChats(wpp, limit, " ann ")).flat()), annas);
  }
  const names = async (search: string) => (await wpp.chats({ search })).chats.map((c) => c.name);
  assert.deepEqual(await names(phone(5)), ["Boris"]);
  assert.deepEqual(await names("nobody, (really)"), []);
  assert.equal((await names("  ")).length, 6); // nothing is searched for
});
