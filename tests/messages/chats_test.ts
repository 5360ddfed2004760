/** What wpp-send and wpp-delete leave in the chat. */
import assert from "node:assert/strict";
import { ask } from "../support/numbers.ts";
import { MESSAGE, send } from "../support/messages.ts";
import { connectHooked, incoming, messages, tell } from "../support/webhook.ts";
import { inWorld, type World } from "../support/world.ts";

const chats = (world: World) =>
  world.database.query("select * from messenger_chats order by address");

const counter = async (world: World) =>
  Number((await world.row("select change from messenger_changes"))?.change);

inWorld("wpp-send makes a chat with a number, and puts what follows into it", async (world) => {
  const { token } = await world.connect();
  const { content } = await send(world, token);
  const [chat] = await chats(world);
  assert.equal(content.chatId, chat.id);
  const { address, phone, kind, unread_count } = chat;
  assert.deepEqual([address, phone, kind, unread_count], [
    "79991112233@c.us",
    MESSAGE.to,
    "person",
    0,
  ]);
  const more = await send(world, token, "key-1", { ...MESSAGE, text: "more" });
  assert.equal(more.content.chatId, chat.id);
  const [after, ...others] = await chats(world);
  assert.deepEqual(others, []);
  assert.deepEqual(after.last_message, {
    id: more.content.messageId,
    text: "more",
    direction: "out",
    kind: "text",
    deleted: false,
  });
  const sent = (await messages(world)).map((one) => [one.chat_id, one.direction, one.source]);
  assert.deepEqual(sent, Array(2).fill([chat.id, "out", "api"]));
  const another = await send(world, token, undefined, { to: "+79991112234", text: "x" });
  assert.equal((await chats(world))[1].id, another.content.chatId);
});

inWorld("wpp-send answers the chat of an earlier send when it replays that", async (world) => {
  const { token } = await world.connect();
  const first = await send(world, token, "key-1");
  const again = await send(world, token, "key-1");
  assert.deepEqual([again.replayed, again.content], ["true", first.content]);
  assert.ok(again.content.chatId);
});

inWorld("wpp-send and the contact write into one chat", async (world) => {
  const { hook, session, token } = await connectHooked(world);
  const { content } = await send(world, token);
  await tell(hook, incoming(session));
  const [chat, ...others] = await chats(world);
  assert.deepEqual([others, chat.id, chat.unread_count], [[], content.chatId, 1]);
  assert.deepEqual((await messages(world)).map(({ chat_id }) => chat_id), [chat.id, chat.id]);
});

inWorld("wpp-delete marks the message, the chat that shows it, and counts both", async (world) => {
  const { token } = await world.connect();
  const { content: { messageId } } = await send(world, token);
  const before = await counter(world);
  const { deletedAt } = await ask(world, "wpp-delete", token, { messageId });
  const [message] = await messages(world);
  assert.equal(new Date(message.deleted_at as Date).toISOString(), deletedAt);
  const [chat] = await chats(world);
  assert.equal((chat.last_message as { deleted: boolean }).deleted, true);
  const changes = [message.change, chat.change].map(Number);
  assert.deepEqual([...changes].sort((a, b) => a - b), [before + 1, before + 2]);
  assert.equal(await counter(world), before + 2);
  await ask(world, "wpp-delete", token, { messageId });
  assert.equal(await counter(world), before + 2);
});

inWorld("wpp-delete leaves the chat alone when a later message is shown", async (world) => {
  const { token } = await world.connect();
  const { content: { messageId } } = await send(world, token);
  await send(world, token, undefined, { ...MESSAGE, text: "later" });
  const before = await chats(world);
  const count = await counter(world);
  await ask(world, "wpp-delete", token, { messageId });
  assert.deepEqual([await chats(world), await counter(world)], [before, count + 1]);
});

inWorld("wpp-delete cannot delete what came in", async (world) => {
  const { hook, session, token } = await connectHooked(world);
  await tell(hook, incoming(session, { messageId: "false_79991112233@c.us_3EB0AA" }));
  const [before] = await messages(world);
  const { http, code } = await ask(world, "wpp-delete", token, { messageId: before.id });
  assert.deepEqual([http, code], [409, "message_not_addressable"]);
  assert.deepEqual(await messages(world), [before]);
  assert.equal(world.simulator.countOf("delete"), 0);
});
