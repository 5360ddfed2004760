/** The inbox's open chat. */
import assert from "node:assert/strict";
import { InboxWorld } from "../support/inbox_world.ts";

const texts = ({ messages }: { messages: { text: string | null }[] }) =>
  messages.map((m) => m.text);

Deno.test("open called before it is known who is signed in opens the chat", async () => {
  using world = new InboxWorld();
  world.shop.receive("c1", "one");
  const inbox = world.wpp.inbox();
  const opening = inbox.open("c1");
  await world.pass(0.5);
  await opening;
  assert.equal(inbox.getSnapshot().chat?.messages.length, 1);
  inbox.close();
});

Deno.test("open lets the messages of the chat before go, and their late page is dropped", async () => {
  using world = new InboxWorld();
  world.shop.receive("c1", "of the first");
  world.shop.receive("c2", "of the second");
  const inbox = await world.open();
  void inbox.open("c1");
  void inbox.open("c2");
  await world.pass(1);
  assert.deepEqual(texts(inbox.getSnapshot().chat!), ["of the second"]);
  void inbox.open(null);
  await world.pass(1);
  assert.equal(inbox.getSnapshot().chat, null);
  inbox.close();
});

Deno.test("open keeps the problem when its page cannot be read, and reads it again", async () => {
  using world = new InboxWorld();
  world.shop.receive("c1", "one");
  const inbox = await world.open();
  await world.pass(5);
  const error = { message: "no network" };
  world.fault = () => ({ data: null, error, status: 0 });
  void inbox.open("c1");
  await world.pass(0.1);
  assert.equal(inbox.getSnapshot().chat?.problem?.code, "network_error");
  world.fault = () => undefined;
  world.forget();
  inbox.refresh();
  await world.pass(1);
  const chat = inbox.getSnapshot().chat!;
  assert.deepEqual([chat.problem, texts(chat)], [null, ["one"]]);
  assert.equal(world.count("messenger_messages"), 1);
  inbox.close();
});

Deno.test("open trims a chat that was paged far when it is opened again", async () => {
  using world = new InboxWorld();
  for (let i = 0; i < 450; i++) world.shop.receive("c1", `${i}`);
  const inbox = await world.open();
  for (const step of [() => inbox.open("c1"), () => inbox.more(), () => inbox.more()]) {
    void step();
    await world.pass(0.1);
  }
  world.forget();
  await inbox.open("c1");
  const { messages, more } = inbox.getSnapshot().chat!;
  assert.deepEqual([messages.length, messages[0]!.text, more], [200, "250", true]);
  assert.equal(world.count("messenger_messages"), 0);
  void inbox.more();
  await world.pass(0.1);
  assert.equal(inbox.getSnapshot().chat!.messages.length, 400);
  inbox.close();
});

Deno.test("markRead marks what the open chat shows, once", async () => {
  using world = new InboxWorld();
  world.shop.receive("c1", "one");
  const { arrived } = world.shop.receive("c1", "two");
  const inbox = await world.open();
  await inbox.markRead(); // no chat is open
  void inbox.open("c1");
  await world.pass(5);
  assert.equal(inbox.getSnapshot().chats[0]!.unread_count, 2);
  for (let i = 0; i < 2; i++) {
    void inbox.markRead();
    await world.pass(1);
  }
  assert.equal(world.count("messenger_mark_chat_read"), 1);
  const { chats: [chat] } = inbox.getSnapshot();
  assert.deepEqual([chat!.unread_count, chat!.read_up_to], [0, arrived]);
  world.shop.receive("c1", "three");
  await world.pass(1);
  world.fault = () => ({ data: null, error: {}, status: 0 });
  void inbox.markRead(); // it does not reject
  await world.pass(1);
  inbox.close();
});
