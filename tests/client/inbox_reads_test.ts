/** When the inbox reads, and how often. */
import assert from "node:assert/strict";
import { InboxWorld } from "../support/inbox_world.ts";

const CHANGES = "messenger_changes_since";

Deno.test("inbox reads once when a hint comes, and shows the change", async () => {
  using world = new InboxWorld();
  world.shop.receive("c1", "one");
  const inbox = await world.open();
  await world.pass(5);
  assert.equal(inbox.getSnapshot().channel, "live");
  world.forget();
  world.shop.receive("c2", "two");
  await world.pass(1);
  assert.deepEqual(world.asked.map(({ name }) => name), [CHANGES]);
  assert.deepEqual(inbox.getSnapshot().chats.map(({ id }) => id), ["c2", "c1"]);
  inbox.close();
});

Deno.test("inbox asks nothing when a hint names a change that it has", async () => {
  using world = new InboxWorld();
  world.shop.receive("c1", "one");
  const inbox = await world.open();
  await world.pass(5);
  world.forget();
  for (const change of [1, 2, 0]) world.tell(world.shop, change);
  await world.pass(5);
  assert.deepEqual(world.asked, []);
  inbox.close();
});

Deno.test("inbox reads at most twice when 100 hints come within 250 ms", async () => {
  using world = new InboxWorld();
  const inbox = await world.open();
  await world.pass(5);
  world.forget();
  for (let i = 0; i < 100; i++) {
    world.shop.receive("c1", `text ${i}`);
    await world.clock.tickAsync(2.5);
  }
  await world.pass(1);
  assert.ok(world.count(CHANGES) <= 2, `${world.count(CHANGES)} reads`);
  assert.equal(inbox.getSnapshot().chats[0]!.last_message?.text, "text 99");
  assert.equal(world.maxConcurrent, 2); // chats and connections, at the load
  inbox.close();
});

Deno.test("inbox has one read under way, and reads again only for what that did not bring", async () => {
  using world = new InboxWorld();
  const inbox = await world.open();
  await world.pass(5);
  world.latencyMs = 1_000;
  world.isTelling = false;
  world.shop.receive("c1", "one");
  world.forget();
  inbox.refresh();
  await world.pass(0.5); // the database has answered, and the answer is on its way
  world.isTelling = true;
  world.tell(world.shop, world.shop.change);
  await world.pass(5);
  assert.equal(world.count(CHANGES), 1);
  for (let i = 0; i < 5; i++) {
    inbox.refresh();
    await world.pass(0.18);
  }
  assert.equal(world.count(CHANGES), 2, "and another one is due");
  await world.pass(5);
  world.forget();
  inbox.refresh();
  await world.pass(0.5);
  world.shop.receive("c1", "two");
  await world.pass(2);
  assert.equal(world.count(CHANGES), 2);
  assert.equal(inbox.getSnapshot().chats[0]!.last_message?.text, "two");
  inbox.close();
});

Deno.test("inbox keeps to its pauses when hints come while reads fail", async () => {
  using world = new InboxWorld();
  const inbox = await world.open();
  await world.pass(5);
  world.fault = () => ({ data: null, error: {}, status: 0 });
  world.forget();
  for (let i = 0; i < 100; i++) {
    world.shop.receive("c1", "text");
    await world.pass(0.1);
  }
  assert.ok(world.count(CHANGES) < 8, `${world.count(CHANGES)} reads`);
  inbox.close();
});

Deno.test("inbox follows all pages when much has changed", async () => {
  using world = new InboxWorld();
  const inbox = await world.open();
  void inbox.open("c1");
  await world.pass(5);
  world.isTelling = false;
  for (let i = 0; i < 260; i++) world.shop.receive("c1", `text ${i}`);
  world.forget();
  world.isTelling = true;
  world.tell(world.shop, world.shop.change);
  await world.pass(1);
  assert.equal(world.count(CHANGES), 3);
  assert.equal(inbox.getSnapshot().chat?.messages.length, 260);
  inbox.close();
});

Deno.test("inbox asks only what its net does when it is live and quiet for ten minutes", async () => {
  using world = new InboxWorld();
  const inbox = await world.open();
  await world.pass(5);
  world.forget();
  await world.pass(600);
  const changes = world.count(CHANGES);
  assert.ok(changes >= 10 && changes <= 20, `${changes} reads`);
  assert.equal(world.count("wpp-connections"), 2);
  assert.equal(world.asked.length, changes + 2);
  inbox.close();
});

Deno.test("inbox polls every 3 s, and connections every 30 s, when there are no channels", async () => {
  using world = new InboxWorld();
  world.supabase.channel = undefined;
  const inbox = await world.open();
  world.forget();
  await world.pass(60);
  assert.ok(Math.abs(world.count(CHANGES) - 20) <= 1, `${world.count(CHANGES)} reads`);
  assert.equal(world.count("wpp-connections"), 2);
  world.shop.receive("c1", "one");
  await world.pass(3.1);
  assert.equal(inbox.getSnapshot().chats.length, 1);
  assert.equal(inbox.getSnapshot().channel, "polling");
  inbox.close();
});

Deno.test("inbox ends right by its net when hints are lost", async () => {
  using world = new InboxWorld();
  const inbox = await world.open();
  await world.pass(5);
  world.isTelling = false;
  world.shop.receive("c1", "lost");
  await world.pass(5);
  assert.equal(inbox.getSnapshot().chats.length, 0);
  await world.pass(60);
  assert.equal(inbox.getSnapshot().chats.length, 1);
  inbox.close();
});

Deno.test("inbox backs off, shows the problem and recovers when reads fail", async () => {
  using world = new InboxWorld();
  world.supabase.channel = undefined;
  const inbox = await world.open();
  world.forget();
  const error = { code: "57P03", message: "starting up" };
  world.fault = (name) => name === CHANGES ? { data: null, error, status: 503 } : undefined;
  await world.pass(120);
  const { problem } = inbox.getSnapshot();
  assert.deepEqual([problem?.code, problem?.retryable], ["database_unavailable", true]);
  assert.ok(world.count(CHANGES) < 15, `${world.count(CHANGES)} reads`);
  world.shop.receive("c1", "one");
  world.fault = () => undefined;
  await world.pass(31);
  assert.equal(inbox.getSnapshot().problem, null);
  assert.equal(inbox.getSnapshot().chats.length, 1);
  inbox.close();
});
