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
  const id = world.shop.newestChats.at(-1)!.id;
  world.fault = (name) =>
    name === "messenger_chats" ? { data: null, error: {}, status: 0 } : undefined;
  void inbox.open(id);
  await world.pass(0.1);
  assert.deepEqual([inbox.getSnapshot().chat?.row, inbox.getSnapshot().chat?.isLoaded], [
    null,
    true,
  ]);
  world.fault = () => undefined;
  world.forget();
  inbox.refresh();
  await world.pass(1);
  assert.equal(inbox.getSnapshot().chat?.row?.id, id);
  assert.equal(world.count("messenger_messages"), 0);
  void inbox.more("chats");
  await world.pass(0.1);
  assert.deepEqual(inbox.getSnapshot().chats, world.shop.newestChats);
  assert.equal(inbox.getSnapshot().moreChats, false);
  inbox.close();
});

Deno.test("more reads a page of chats again when it could not be read", async () => {
  using world = new InboxWorld();
  for (let i = 0; i < 60; i++) world.shop.receive(`c${i}`, "text");
  const inbox = await world.open();
  await world.pass(5);
  world.fault = (name) =>
    name === "messenger_chats" ? { data: null, error: {}, status: 0 } : undefined;
  void inbox.more();
  await world.pass(0.1);
  assert.equal(inbox.getSnapshot().problem?.code, "network_error");
  world.fault = () => undefined;
  await world.pass(3);
  assert.deepEqual([inbox.getSnapshot().chats.length, inbox.getSnapshot().problem], [60, null]);
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
  world.shop.receive("c1", "fifth", { sent_at: "2025-12-31 23:59:59.5+00" });
  world.shop.receive("c1", "fourth", { sent_at: `${moment}.0002+00:00` });
  world.shop.receive("c1", "second", { sent_at: `${moment}.000123+00:00` });
  const inbox = await world.open();
  void inbox.open("c1");
  await world.pass(5);
  world.shop.receive("c1", "first", { sent_at: `${moment.replace("T", " ")}+00` });
  await world.pass(1);
  assert.deepEqual(texts(inbox.getSnapshot().chat!), [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
  ]);
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
