/** The ends of the inbox's channel after which realtime-js does not join again by itself. */
import assert from "node:assert/strict";
import type { Inbox } from "../../client/wpp_client.ts";
import { InboxWorld } from "../support/inbox_world.ts";
import { fakePage } from "../support/script.ts";

const CHANGES = "messenger_changes_since";
const channelOf = (inbox: Inbox) => inbox.getSnapshot().channel;
const DENIED = "Unauthorized: You do not have permissions to read from this Channel topic: x";

/** Changes something while nothing is told. */
function missed(world: InboxWorld, chat: string): void {
  world.isTelling = false;
  world.shop.receive(chat, "missed");
  world.isTelling = true;
}

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

Deno.test("inbox makes a new channel when the server says that its slot does not get ready", async () => {
  using world = new InboxWorld();
  const inbox = await world.open();
  await world.pass(20);
  const { last } = world.realtime;
  last.system("error");
  await world.pass(1);
  assert.equal(last.isRemoved, true);
  assert.deepEqual([world.realtime.channels.length, channelOf(inbox)], [2, "live"]);
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
  for (const isTold of [true, false]) {
    using world = new InboxWorld();
    world.realtime.plan = {};
    const inbox = await world.open();
    const error = new Error("channel error: transport failure");
    if (isTold) world.realtime.last.say("CHANNEL_ERROR", error);
    await world.pass(61);
    assert.deepEqual(world.realtime.open, []);
    await world.pass(60);
    assert.equal(world.realtime.channels.length, 2);
    inbox.close();
  }
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

Deno.test("inbox lets go of a channel whose attempts to join fail for a minute", async () => {
  using world = new InboxWorld();
  world.realtime.plan = {};
  const inbox = await world.open();
  const { last } = world.realtime;
  for (let i = 0; i < 7; i++) {
    last.say("CHANNEL_ERROR", new Error("ConnectionRateLimitReached: Too many connected users"));
    await world.pass(10);
  }
  assert.equal(last.isRemoved, true);
  inbox.close();
});

Deno.test("inbox joins after a pause when another one of the client has just been closed", async () => {
  using world = new InboxWorld();
  const first = await world.open();
  await world.pass(5);
  first.close();
  const second = world.wpp.inbox();
  await world.pass(0.4); // older realtime-js closes its socket meanwhile
  assert.equal(world.realtime.channels.length, 1);
  await world.pass(1);
  assert.equal(channelOf(second), "live");
  second.close();
});
