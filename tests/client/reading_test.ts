/** What the client reads of the store and changes there, under row level security. */
import assert from "node:assert/strict";
import { type Chat, type Message } from "../../client/wpp_client.ts";
import {
  fromMany,
  idsOf,
  member,
  NEWEST_CHATS,
  phone,
  stored,
  withTimes,
} from "../support/reading.ts";
import { incoming, person } from "../support/store.ts";
import { inWorld } from "../support/world.ts";

inWorld("chats and messages are the rows as the tables have them", async (world) => {
  const { shop, wpp } = await member(world);
  await shop.receiveAll([
    incoming({ name: "Anna", providerMessageId: "K1" }),
    incoming({
      kind: "image",
      media: { mimetype: "image/png", filename: "a.png", size: 3, problem: "too_large" },
    }),
    { type: "reaction", by: "me", emoji: "👍", providerMessageId: "K1", isPair: false },
    incoming({ chat: { address: "1@g.us", phone: null, kind: "group" }, sender: phone(1) }),
  ]);
  const { chats, more } = await wpp.chats();
  assert.equal(more, false);
  assert.deepEqual(withTimes(chats), await stored(shop, "messenger_chats", NEWEST_CHATS));
  const anna = chats.find(({ name }) => name === "Anna")!;
  const { messages } = await wpp.messages(anna.id);
  const rows = await stored<Message>(shop, "messenger_messages", "sent_at desc, arrived desc");
  assert.deepEqual(withTimes(messages), rows.filter(({ chat_id }) => chat_id === anna.id));
  // What no catalog knows of, and the types say.
  const [image, text] = messages;
  assert.deepEqual(Object.keys(anna.last_message!).sort(), [
    ...["deleted", "direction", "id", "kind", "text"],
  ]);
  assert.deepEqual(image.media, {
    ...{ state: "failed", reason: "too_large" },
    ...{ mimetype: "image/png", filename: "a.png", size: 3 },
  });
  const [{ at, ...reaction }] = text.reactions;
  assert.deepEqual([reaction, Date.parse(at) > 0], [{ by: "me", emoji: "👍" }, true]);
});

inWorld("members read, mark, rename and erase nothing of another organization", async (world) => {
  const [ours, theirs] = [await member(world), await member(world)];
  for (const { shop } of [ours, theirs]) await shop.receive(incoming({ name: "Anna" }));
  const [{ id }] = await theirs.shop.chats();
  const before = await stored(theirs.shop, "messenger_chats", "id");
  for (const search of [undefined, "anna"]) {
    assert.deepEqual(idsOf((await ours.wpp.chats({ search })).chats), [
      (await ours.shop.chats())[0].id,
    ]);
  }
  assert.deepEqual(await ours.wpp.messages(String(id)), { messages: [], more: false });
  const changes = await ours.wpp.changesSince(0);
  for (const { organization_id } of [...changes.chats, ...changes.messages]) {
    assert.equal(organization_id, ours.shop.organization);
  }
  await ours.wpp.markRead(String(id), 1_000);
  const none = { code: "chat_not_found", retryable: false };
  await assert.rejects(ours.wpp.renameChat(String(id), "x"), none);
  await assert.rejects(ours.wpp.eraseChat(String(id)), none);
  assert.deepEqual(await stored(theirs.shop, "messenger_chats", "id"), before);
});

inWorld("changesSince gives the tables, page by page, when asked from 0", async (world) => {
  const { shop, wpp } = await member(world);
  const topic = `messenger:${shop.organization}`;
  const nothing = { change: 0, chats: [], messages: [], more: false, topic };
  assert.deepEqual(await wpp.changesSince(), nothing);
  await shop.receiveAll(fromMany(400, (i) => ({ chat: person(phone(i % 200)) })));
  const [chats, messages] = [new Map<string, Chat>(), new Map<string, Message>()];
  let pages = 0;
  for (let change = 0, more = true; more; pages++) {
    const changes = await wpp.changesSince(change);
    for (const chat of changes.chats) chats.set(chat.id, chat);
    for (const message of changes.messages) messages.set(message.id, message);
    ({ change, more } = changes);
  }
  assert.equal(pages, 2);
  assert.deepEqual([...chats.values()], await stored(shop, "messenger_chats", "change"));
  assert.deepEqual([...messages.values()], await stored(shop, "messenger_messages", "change"));
  const present = await wpp.changesSince();
  assert.deepEqual([present.chats, present.messages, present.more], [[], [], false]);
  await shop.receive(incoming({ text: "one more" }));
  const { messages: [last], change } = await wpp.changesSince(present.change);
  assert.deepEqual([last.text, change > present.change], ["one more", true]);
});

inWorld(
  "markRead, renameChat and eraseChat change the chat, and tell by changesSince",
  async (world) => {
    const { shop, wpp } = await member(world);
    await shop.receiveAll([1, 2, 3].map(() => incoming({ name: "Anna" })));
    const { chats: [chat], messages: [, second], change: before } = await wpp.changesSince(0);
    assert.equal(chat.unread_count, 3);
    await wpp.markRead(chat.id, second.arrived!);
    await wpp.renameChat(chat.id, ' Aunt "Anna" ');
    const { chats: [changed], messages, change } = await wpp.changesSince(before);
    assert.deepEqual([changed.unread_count, changed.name, messages], [1, 'Aunt "Anna"', []]);
    const invalid = { code: "invalid_request", message: /at most 100 characters/ };
    await assert.rejects(wpp.renameChat(chat.id, "x".repeat(101)), invalid);
    await wpp.eraseChat(chat.id);
    assert.deepEqual(await wpp.chats(), { chats: [], more: false });
    assert.deepEqual(await wpp.messages(chat.id), { messages: [], more: false });
    assert.equal((await wpp.changesSince(change)).chats.length, 0);
    await assert.rejects(wpp.eraseChat(chat.id), { code: "chat_not_found" });
  },
);
