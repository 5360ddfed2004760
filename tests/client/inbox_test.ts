/** What the inbox shows, and what it asks for that. */
import assert from "node:assert/strict";
import { createWppClient } from "../../client/wpp_client.ts";
import { InboxWorld } from "../support/inbox_world.ts";

const CHANGES = "messenger_changes_since";

Deno.test("inbox shows the chats, the connections and who is signed in when it has loaded", async () => {
  using world = new InboxWorld();
  world.shop.receive("c1", "one");
  await world.pass(1);
  world.shop.receive("c2", "two");
  const inbox = await world.open();
  const { chats, connections, ...rest } = inbox.getSnapshot();
  assert.deepEqual(chats, world.shop.newestChats);
  assert.deepEqual(chats[0]!.last_message?.text, "two");
  assert.deepEqual(connections.map(({ session }) => session), ["0000000000001"]);
  assert.deepEqual(rest, {
    ...{ channel: "polling", user: "anna", isLoaded: true, moreChats: false, chat: null },
    problem: null,
  });
  inbox.close();
});

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

Deno.test("inbox loads anew when all was erased meanwhile", async () => {
  using world = new InboxWorld();
  for (let i = 0; i < 5; i++) world.shop.receive(`c${i}`, "text");
  const inbox = await world.open();
  void inbox.open("c1");
  await world.pass(5);
  world.shop.chats.clear();
  world.shop.messages.clear();
  world.shop.change = 0;
  world.shop.receive("c9", "after");
  inbox.refresh();
  await world.pass(1);
  const { chats, chat, isLoaded, user } = inbox.getSnapshot();
  assert.deepEqual([chats.map(({ id }) => id), chat, isLoaded, user], [["c9"], null, true, "anna"]);
  inbox.close();
});

Deno.test("inbox reads connections when a hint has another status than it shows", async () => {
  using world = new InboxWorld();
  const inbox = await world.open();
  await world.pass(5);
  world.forget();
  const hint = (status: string, integrationId = "i1") =>
    world.realtime.push(world.shop.topic, "connection", { integrationId, session: "s", status });
  hint("connected");
  await world.pass(1);
  assert.deepEqual(world.asked, []);
  world.connections = [{ ...world.connections[0], status: "disconnected" }];
  hint("disconnected");
  await world.pass(1);
  assert.equal(world.count("wpp-connections"), 1);
  assert.equal(inbox.getSnapshot().connections[0]?.status, "disconnected");
  hint("disconnected", "another");
  await world.pass(1);
  assert.equal(world.count("wpp-connections"), 2);
  inbox.close();
});

Deno.test("getSnapshot gives the same plain JSON as long as nothing changed", async () => {
  using world = new InboxWorld();
  for (let i = 0; i < 3; i++) world.shop.receive("c1", `text ${i}`);
  const { getSnapshot, subscribe, open, refresh, close } = await world.open();
  void open("c1");
  await world.pass(5);
  const before = getSnapshot();
  assert.deepEqual(JSON.parse(JSON.stringify(before)), before);
  let calls = 0;
  const unsubscribe = subscribe(() => calls++);
  refresh();
  await world.pass(100);
  assert.equal(getSnapshot(), before);
  assert.equal(calls, 0);
  world.shop.receive("c2", "another chat");
  await world.pass(1);
  assert.ok(calls > 0);
  assert.notEqual(getSnapshot(), before);
  assert.equal(getSnapshot().chat, before.chat, "what has not changed is the same");
  const heard = calls;
  unsubscribe();
  world.shop.receive("c2", "again");
  await world.pass(1);
  assert.equal(calls, heard);
  close();
});

Deno.test("close leaves no timer, request, listener or channel", async (t) => {
  for (const seconds of [0, 0.005, 0.02, 0.04, 0.2, 5]) {
    await t.step(`after ${seconds} s`, async () => {
      using world = new InboxWorld();
      world.shop.receive("c1", "one");
      const inbox = world.wpp.inbox();
      void inbox.open("c1");
      await world.clock.tickAsync(seconds * 1000);
      let calls = 0;
      inbox.subscribe(() => calls++);
      inbox.close();
      world.forget();
      world.shop.receive("c1", "two");
      await world.pass(1); // answers of before, which end here
      assert.equal(world.clock.countTimers(), 0);
      await world.pass(600);
      assert.deepEqual([world.asked, calls, world.authListeners], [[], 0, 0]);
      assert.deepEqual(world.realtime.open, []);
    });
  }
});

Deno.test("inbox goes on when a listener throws, which is reported, or an answer is odd", async () => {
  using world = new InboxWorld();
  const inbox = await world.open();
  await world.pass(5);
  const reported: string[] = [];
  const report = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    reported.push(event.reason.message);
  };
  addEventListener("unhandledrejection", report);
  const unsubscribe = inbox.subscribe(() => {
    throw new Error("of the page");
  });
  world.shop.receive("c1", "one");
  await world.pass(1);
  await new Promise((resolve) => setImmediate(resolve));
  unsubscribe();
  removeEventListener("unhandledrejection", report);
  assert.deepEqual(reported, ["of the page"]);
  world.fault = (name) =>
    name === CHANGES ? { data: { change: 99 }, error: null, status: 200 } : undefined;
  inbox.refresh();
  await world.pass(1);
  assert.equal(inbox.getSnapshot().chats.length, 1);
  world.fault = () => undefined;
  world.shop.receive("c2", "two");
  await world.pass(70);
  assert.equal(inbox.getSnapshot().chats.length, 2);
  inbox.close();
});

Deno.test("inbox throws when the client acts for an organization", () => {
  using world = new InboxWorld();
  const server = createWppClient(world.supabase, { organizationId: "shop" });
  assert.throws(() => server.inbox(), { name: "WppError", code: "not_supported" });
});
