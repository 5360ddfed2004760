/** Pages of the inbox's chats and messages: without gaps, without stale rows, bounded. */
import assert from "node:assert/strict";
import { InboxWorld } from "../support/inbox_world.ts";

const at = (second: number) => `2025-12-01T00:00:${String(second).padStart(2, "0")}.000000+00:00`;
const texts = ({ messages }: { messages: { text: string | null }[] }) =>
  messages.map((m) => m.text);

Deno.test("open shows the newest page, oldest first, and more brings older ones", async () => {
  using world = new InboxWorld();
  for (let i = 0; i < 450; i++) world.shop.receive("c1", `${i}`);
  const inbox = await world.open();
  const opening = inbox.open("c1");
  const { chat } = inbox.getSnapshot();
  assert.deepEqual([chat?.id, chat?.isLoaded, chat?.isLoading], ["c1", false, true]);
  assert.equal(chat?.row?.id, "c1");
  await world.pass(0.1);
  await opening;
  const lengths = [];
  for (let i = 0; i < 3; i++) {
    const { messages, more } = inbox.getSnapshot().chat!;
    lengths.push([messages.length, messages[0]!.text, messages.at(-1)!.text, more]);
    void inbox.more();
    await world.pass(0.1);
  }
  assert.deepEqual(lengths, [
    [200, "250", "449", true],
    [400, "50", "449", true],
    [450, "0", "449", false],
  ]);
  world.forget();
  await inbox.more();
  assert.equal(world.count("messenger_messages"), 0);
  inbox.close();
});

Deno.test("open reads the row of a chat that is not in the list", async () => {
  using world = new InboxWorld();
  for (let i = 0; i < 60; i++) world.shop.receive(`c${i}`, "text");
  const inbox = await world.open();
  assert.equal(inbox.getSnapshot().chats.length, 50);
  assert.equal(inbox.getSnapshot().moreChats, true);
  void inbox.open("c0");
  await world.pass(0.1);
  assert.equal(inbox.getSnapshot().chat?.row?.id, "c0");
  void inbox.more("chats");
  await world.pass(0.1);
  assert.deepEqual(inbox.getSnapshot().chats, world.shop.newestChats);
  assert.equal(inbox.getSnapshot().moreChats, false);
  inbox.close();
});

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

Deno.test("messages older than what was read stay out when they change", async () => {
  using world = new InboxWorld();
  const old = world.shop.receive("c1", "old", { sent_at: at(1) });
  for (let i = 0; i < 300; i++) world.shop.receive("c1", `${i}`);
  const inbox = await world.open();
  void inbox.open("c1");
  await world.pass(5);
  world.shop.update(old.id, { text: "edited" });
  world.shop.receive("c1", "late", { sent_at: at(2) });
  await world.pass(1);
  assert.equal(inbox.getSnapshot().chat!.messages.length, 200);
  void inbox.more();
  await world.pass(1);
  assert.deepEqual(texts(inbox.getSnapshot().chat!).slice(0, 3), ["edited", "late", "0"]);
  inbox.close();
});

Deno.test("a page shows no row older than it is when the row changes while the page is read", async () => {
  using world = new InboxWorld();
  const old = world.shop.receive("c1", "old", { sent_at: at(1) });
  for (let i = 0; i < 200; i++) world.shop.receive("c1", `${i}`);
  const inbox = await world.open();
  void inbox.open("c1");
  await world.pass(5);
  world.latencyMs = 2_000;
  void inbox.more(); // the database has answered, and the answer is on its way
  await world.pass(0.1);
  world.latencyMs = 10;
  world.shop.update(old.id, { delivery: "read" });
  await world.pass(3);
  assert.equal(inbox.getSnapshot().chat!.messages[0]!.delivery, "read");
  inbox.close();
});

Deno.test("messages are in the order of microseconds, then of arrival", async () => {
  using world = new InboxWorld();
  const moment = "2025-12-31T23:59:59";
  world.shop.receive("c1", "third", { sent_at: `${moment}.0002+00:00` });
  world.shop.receive("c1", "fourth", { sent_at: `${moment}.0002+00:00` });
  world.shop.receive("c1", "second", { sent_at: `${moment}.000123+00:00` });
  const inbox = await world.open();
  void inbox.open("c1");
  await world.pass(5);
  world.shop.receive("c1", "first", { sent_at: `${moment.replace("T", " ")}+00` });
  await world.pass(1);
  assert.deepEqual(texts(inbox.getSnapshot().chat!), ["first", "second", "third", "fourth"]);
  inbox.close();
});

Deno.test("inbox holds no more chats and messages than it may, and says that there are more", async () => {
  using world = new InboxWorld();
  for (let i = 0; i < 130; i++) world.shop.receive(`c${i}`, "text");
  const inbox = await world.open({ maxChats: 100, maxMessages: 300 });
  for (let i = 0; i < 4; i++) {
    void inbox.more("chats");
    await world.pass(0.1);
  }
  assert.equal(inbox.getSnapshot().chats.length, 100);
  assert.equal(inbox.getSnapshot().moreChats, true);
  void inbox.open("c1");
  await world.pass(5);
  for (let i = 0; i < 500; i++) world.shop.receive("c1", `${i}`);
  for (let i = 0; i < 30; i++) world.shop.receive(`new ${i}`, "text");
  await world.pass(5);
  const { chats, moreChats, chat } = inbox.getSnapshot();
  assert.deepEqual(chats, world.shop.newestChats.slice(0, 100));
  assert.equal(moreChats, true);
  assert.deepEqual(chat!.messages, world.shop.messagesOf("c1").slice(0, 300).reverse());
  assert.equal(chat!.more, true);
  world.forget();
  await inbox.more();
  assert.deepEqual(world.asked, [], "there is no room for more");
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
