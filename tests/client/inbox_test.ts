/** What the inbox shows, and what it asks for that. */
import assert from "node:assert/strict";
import { createWppClient } from "../../client/wpp_client.ts";
import { InboxWorld } from "../support/inbox_world.ts";
import { fakePage } from "../support/script.ts";

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
      using _page = fakePage();
      using world = new InboxWorld();
      const listeners = countListeners();
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
      assert.equal(listeners(), 0);
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

/** Counts the listeners to the page that is there, from now on. */
function countListeners(): () => number {
  const { document } = globalThis as unknown as { document: EventTarget };
  let count = 0;
  const { addEventListener: add, removeEventListener: remove } = document;
  document.addEventListener = (...args: Parameters<typeof add>) => {
    count++;
    add.apply(document, args);
  };
  document.removeEventListener = (...args: Parameters<typeof remove>) => {
    count--;
    remove.apply(document, args);
  };
  return () => count;
}
