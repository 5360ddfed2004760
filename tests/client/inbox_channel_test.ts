/** Each way in which the inbox's channel begins and ends. */
import assert from "node:assert/strict";
import type { Inbox } from "../../client/wpp_client.ts";
import { InboxWorld } from "../support/inbox_world.ts";
import { fakeNetwork, fakePage } from "../support/script.ts";

const CHANGES = "messenger_changes_since";
const channelOf = (inbox: Inbox) => inbox.getSnapshot().channel;

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
  assert.deepEqual([world.count(CHANGES), world.count("wpp-connections")], [1, 1]);
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
  last.say("SUBSCRIBED");
  await world.pass(1);
  assert.equal(channelOf(inbox), "polling", "the slot is another one");
  missed(world, "c2");
  world.forget();
  last.system("ok");
  await world.pass(0.5);
  assert.deepEqual([world.count(CHANGES), world.count("wpp-connections")], [1, 1]);
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
