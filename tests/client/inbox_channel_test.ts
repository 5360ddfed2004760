/** Each way in which the inbox's channel begins and ends. */
import assert from "node:assert/strict";
import type { Inbox } from "../../client/wpp_client.ts";
import { InboxWorld } from "../support/inbox_world.ts";
import { fakeNetwork, fakePage } from "../support/script.ts";

const CHANGES = "messenger_changes_since";
const channelOf = (inbox: Inbox) => inbox.getSnapshot().channel;
const DENIED = "Unauthorized: You do not have permissions to read from this Channel topic: x";

/** Changes something while nothing is told. */
function missed(world: InboxWorld, chat: string): void {
  world.isTelling = false;
  world.shop.receive(chat, "missed");
  world.isTelling = true;
}

Deno.test("inbox joins the private channel of its organization with the token of the moment", async () => {
  using world = new InboxWorld();
  const inbox = await world.open();
  const { topic, options } = world.realtime.last;
  assert.equal(topic, "messenger:shop");
  const broadcast = { replication_ready: true };
  assert.deepEqual(options, { config: { private: true, broadcast } });
  assert.equal(world.realtime.tokens, 1);
  inbox.close();
});

Deno.test("inbox reads when it has joined and when the slot streams, and is live then", async () => {
  using world = new InboxWorld();
  world.realtime.plan = { afterMs: 400, slotAfterMs: 800 };
  const inbox = world.wpp.inbox();
  await world.pass(0.3);
  world.forget();
  await world.pass(0.3);
  assert.equal(world.count(CHANGES), 1);
  assert.equal(channelOf(inbox), "polling");
  missed(world, "c1");
  await world.pass(1);
  assert.equal(world.count(CHANGES), 2);
  assert.equal(channelOf(inbox), "live");
  assert.equal(inbox.getSnapshot().chats.length, 1);
  inbox.close();
});

Deno.test("inbox is live after 3 s when the server does not tell of its slot, and reads when it comes late", async () => {
  using world = new InboxWorld();
  world.realtime.plan = { afterMs: 20 };
  const inbox = await world.open();
  await world.pass(2);
  assert.equal(channelOf(inbox), "polling");
  await world.pass(2);
  assert.equal(channelOf(inbox), "live");
  missed(world, "c1");
  world.forget();
  world.realtime.last.system("ok");
  await world.pass(1);
  assert.equal(world.count(CHANGES), 1);
  assert.equal(inbox.getSnapshot().chats.length, 1);
  inbox.close();
});

Deno.test("inbox polls while its socket is lost, and reads when it has joined again", async () => {
  using world = new InboxWorld();
  const inbox = await world.open();
  await world.pass(5);
  const { last } = world.realtime;
  last.say("CHANNEL_ERROR", new Error("socket closed: 1006"));
  assert.equal(channelOf(inbox), "polling");
  missed(world, "c1");
  await world.pass(4);
  assert.equal(inbox.getSnapshot().chats.length, 1);
  missed(world, "c2");
  last.say("SUBSCRIBED");
  last.system("ok");
  await world.pass(0.5);
  assert.equal(inbox.getSnapshot().chats.length, 2);
  assert.equal(channelOf(inbox), "live");
  assert.equal(world.realtime.channels.length, 1, "realtime-js has joined it by itself");
  inbox.close();
});

Deno.test("inbox polls, and lets realtime-js try again, when a join timed out", async () => {
  using world = new InboxWorld();
  world.realtime.plan = {};
  const inbox = await world.open();
  world.realtime.last.say("TIMED_OUT");
  world.forget();
  await world.pass(9.5);
  assert.equal(world.count(CHANGES), 3);
  world.realtime.last.say("SUBSCRIBED");
  world.realtime.last.system("ok");
  await world.pass(1);
  assert.equal(channelOf(inbox), "live");
  assert.equal(world.realtime.channels.length, 1);
  inbox.close();
});

Deno.test("inbox removes a channel that is denied, polls, and tries again ever more rarely", async () => {
  using world = new InboxWorld();
  world.realtime.plan = { afterMs: 0, error: DENIED };
  const inbox = await world.open();
  assert.deepEqual(world.realtime.open, []);
  const joins: number[] = [];
  for (let second = 0; second < 2000; second++) {
    const before = world.realtime.channels.length;
    await world.clock.tickAsync(1000);
    if (world.realtime.channels.length > before) joins.push(second);
  }
  const gaps = joins.map((at, i) => at - (joins[i - 1] ?? 0));
  assert.deepEqual(gaps.map((gap) => Math.round(gap / 10) * 10), [60, 120, 240, 480, 600]);
  assert.equal(world.realtime.tokens, 6, "each with the token of the moment");
  assert.equal(channelOf(inbox), "polling");
  inbox.close();
});

Deno.test("inbox does not try a denied channel each time that the page is shown", async () => {
  using page = fakePage();
  using world = new InboxWorld();
  world.realtime.plan = { afterMs: 0, error: DENIED };
  const inbox = await world.open();
  for (let i = 0; i < 5; i++) {
    page.hide();
    page.show();
    await world.pass(2);
  }
  assert.equal(world.realtime.channels.length, 1);
  inbox.close();
});

Deno.test("inbox tries a denied channel at once when the user has another token", async () => {
  using world = new InboxWorld();
  world.realtime.plan = { afterMs: 0, error: DENIED };
  const inbox = await world.open();
  await world.pass(5);
  world.realtime.plan = { afterMs: 20, slotAfterMs: 20 };
  world.signIn("anna", "TOKEN_REFRESHED");
  await world.pass(1);
  assert.equal(channelOf(inbox), "live");
  inbox.close();
});

Deno.test("inbox makes a new channel when the token of the one before has expired", async () => {
  using world = new InboxWorld();
  const inbox = await world.open();
  await world.pass(20);
  const { last } = world.realtime;
  last.expire();
  assert.equal(channelOf(inbox), "polling");
  missed(world, "c1");
  await world.pass(1);
  assert.notEqual(world.realtime.last, last);
  assert.deepEqual([last.isRemoved, world.realtime.tokens, channelOf(inbox)], [true, 2, "live"]);
  assert.equal(inbox.getSnapshot().chats.length, 1);
  inbox.close();
});

Deno.test("inbox makes a new channel when the server closes it, and waits when that goes on", async () => {
  using world = new InboxWorld();
  const inbox = await world.open();
  for (let i = 0; i < 2; i++) {
    await world.pass(1);
    world.realtime.last.remove(); // phx_close
  }
  await world.pass(50);
  assert.equal(world.realtime.channels.length, 2);
  await world.pass(80);
  assert.equal(world.realtime.channels.length, 3);
  inbox.close();
});

Deno.test("inbox lets go of a channel that does not join within a minute, as where there is no Realtime", async () => {
  using world = new InboxWorld();
  world.realtime.plan = {};
  const inbox = await world.open();
  world.realtime.last.say("CHANNEL_ERROR", new Error("channel error: transport failure"));
  await world.pass(61);
  assert.deepEqual(world.realtime.open, []);
  await world.pass(60);
  assert.equal(world.realtime.channels.length, 2);
  inbox.close();
});

Deno.test("inbox polls when no WebSocket can be made", async () => {
  using world = new InboxWorld();
  world.supabase.channel = () => {
    throw new Error("WebSocket not available");
  };
  const inbox = await world.open();
  world.forget();
  await world.pass(30);
  assert.equal(world.count(CHANGES), 10);
  inbox.close();
});

Deno.test("inbox asks nothing by itself while the page is hidden, and reads when it is back", async () => {
  using page = fakePage();
  using world = new InboxWorld();
  const inbox = await world.open();
  await world.pass(5);
  page.hide();
  world.forget();
  world.realtime.last.say("CHANNEL_ERROR", new Error("heartbeat timeout"));
  await world.pass(50);
  assert.deepEqual(world.asked, []);
  missed(world, "c1");
  page.show();
  await world.pass(1);
  assert.equal(inbox.getSnapshot().chats.length, 1);
  assert.equal(channelOf(inbox), "live", "by a new channel");
  assert.equal(world.realtime.channels.length, 2);
  inbox.close();
});

Deno.test("inbox reads when it is told of a change while the page is hidden", async () => {
  using page = fakePage();
  using world = new InboxWorld();
  const inbox = await world.open();
  await world.pass(5);
  page.hide();
  world.forget();
  world.shop.receive("c1", "one");
  await world.pass(300);
  assert.deepEqual(world.asked.map(({ name }) => name), [CHANGES]);
  assert.equal(inbox.getSnapshot().chats.length, 1);
  inbox.close();
});

Deno.test("inbox asks nothing while offline, and reads and joins when it is back", async () => {
  using network = fakeNetwork();
  using world = new InboxWorld();
  const inbox = await world.open();
  await world.pass(5);
  network.onLine = false;
  dispatchEvent(new Event("offline"));
  assert.equal(channelOf(inbox), "offline");
  world.realtime.last.say("CHANNEL_ERROR", new Error("socket closed: 1006"));
  world.forget();
  await world.pass(40);
  assert.deepEqual(world.asked, []);
  missed(world, "c1");
  network.onLine = true;
  dispatchEvent(new Event("online"));
  await world.pass(1);
  assert.equal(inbox.getSnapshot().chats.length, 1);
  assert.equal(channelOf(inbox), "live");
  inbox.close();
});

Deno.test("inboxes of one client share a channel, until the last is closed", async () => {
  using world = new InboxWorld();
  const first = await world.open();
  await world.pass(5);
  const second = await world.open();
  await world.pass(1);
  assert.deepEqual([channelOf(first), channelOf(second)], ["live", "live"]);
  assert.equal(world.realtime.channels.length, 1);
  first.close();
  world.shop.receive("c1", "one");
  await world.pass(1);
  assert.deepEqual([first, second].map((inbox) => inbox.getSnapshot().chats.length), [0, 1]);
  second.close();
  assert.deepEqual(world.realtime.open, []);
});
