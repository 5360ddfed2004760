/** The inbox when the user changes, or their organization. */
import assert from "node:assert/strict";
import { InboxWorld } from "../support/inbox_world.ts";

/** Two users of two organizations, each with a chat. */
function twoUsers(options?: { user: string | null }) {
  const world = new InboxWorld(options);
  const theirs = world.organization("theirs");
  world.members.set("boris", theirs);
  world.shop.receive("c1", "of anna");
  theirs.receive("c2", "of boris");
  return { world, theirs };
}

Deno.test("inbox is empty and asks nothing when nobody is signed in", async () => {
  const { world } = twoUsers({ user: null });
  using _ = world;
  const inbox = await world.open();
  await inbox.open("c1");
  await inbox.more();
  await inbox.markRead();
  await world.pass(60);
  assert.deepEqual(world.asked, []);
  assert.equal(inbox.getSnapshot().user, null);
  world.signIn("anna");
  await world.pass(1);
  const { user, chats } = inbox.getSnapshot();
  assert.deepEqual([user, chats.map(({ id }) => id)], ["anna", ["c1"]]);
  inbox.close();
});

Deno.test("inbox is emptied at once, and leaves its channel, when the user signs out", async () => {
  const { world } = twoUsers();
  using _ = world;
  const inbox = await world.open();
  void inbox.open("c1");
  await world.pass(5);
  world.signIn(null);
  const { chats, chat, connections, user, isLoaded } = inbox.getSnapshot();
  assert.deepEqual([chats, chat, connections, user, isLoaded], [[], null, [], null, false]);
  assert.deepEqual(world.realtime.open, []);
  world.forget();
  await world.pass(120);
  assert.deepEqual(world.asked, []);
  inbox.close();
});

Deno.test("inbox shows nothing of the first user when another one signs in while answers are late", async () => {
  const { world, theirs } = twoUsers();
  using _ = world;
  const inbox = await world.open();
  await world.pass(5);
  const seen: string[] = [];
  world.latencyMs = 2_000;
  world.shop.receive("c1", "on its way");
  void inbox.open("c1");
  void inbox.more("chats");
  await world.pass(0.5);
  inbox.subscribe(() => {
    const { user, chats, chat } = inbox.getSnapshot();
    seen.push(`${user}: ${chats.map(({ id }) => id)} ${chat?.id}`);
  });
  world.signIn("boris");
  await world.pass(20);
  assert.ok(seen.includes("boris: c2 undefined"), String(seen));
  assert.deepEqual(seen.filter((one) => one.includes("c1")), []);
  assert.equal(world.realtime.open.length, 1);
  assert.equal(world.realtime.last.topic, theirs.topic);
  inbox.close();
});

Deno.test("inbox goes on as it is when the same user's token is refreshed", async () => {
  const { world } = twoUsers();
  using _ = world;
  const inbox = await world.open();
  void inbox.open("c1");
  await world.pass(5);
  const before = inbox.getSnapshot();
  world.forget();
  world.signIn("anna", "TOKEN_REFRESHED");
  await world.pass(1);
  assert.equal(inbox.getSnapshot(), before);
  assert.equal(world.realtime.channels.length, 1, "supabase-js gives the token to the channel");
  assert.deepEqual(world.asked.map(({ name }) => name), ["messenger_changes_since"]);
  inbox.close();
});

Deno.test("inbox loads anew and joins the other channel when the token is of another organization", async () => {
  const { world, theirs } = twoUsers();
  using _ = world;
  const inbox = await world.open();
  void inbox.open("c1");
  await world.pass(5);
  world.members.set("anna", theirs);
  world.signIn("anna", "TOKEN_REFRESHED");
  const users = new Set<string | null>();
  inbox.subscribe(() => users.add(inbox.getSnapshot().user));
  await world.pass(2);
  const { chats, chat, channel } = inbox.getSnapshot();
  assert.deepEqual([chats.map(({ id }) => id), chat, channel], [["c2"], null, "live"]);
  assert.deepEqual([...users], ["anna"]);
  assert.deepEqual(world.realtime.open.map(({ topic }) => topic), [theirs.topic]);
  inbox.close();
});

Deno.test("inbox works without a user's id when supabase-js refuses to tell it", async () => {
  const { world } = twoUsers();
  using _ = world;
  const auth = () => {
    throw new Error("accessing supabase.auth.getSession is not possible");
  };
  Object.defineProperty(world.supabase, "auth", { get: auth });
  const inbox = await world.open();
  const { user, chats } = inbox.getSnapshot();
  assert.deepEqual([user, chats.length], ["", 1]);
  inbox.close();
});
