/** Pages of the inbox that could not be read, and are read again. */
import assert from "node:assert/strict";
import type { OpenChat } from "../../client/wpp_client.ts";
import { InboxWorld } from "../support/inbox_world.ts";
import { fakePage } from "../support/script.ts";

const texts = ({ messages }: OpenChat) => messages.map(({ text }) => text);
const unavailable = (failing: string) => (name: string) =>
  name === failing ? { data: null, error: { message: "" }, status: 503 } : undefined;

Deno.test("open reads its page again, ever more rarely, when that alone fails while live", async () => {
  using world = new InboxWorld();
  world.shop.receive("c1", "one");
  const inbox = await world.open();
  await world.pass(5);
  world.fault = unavailable("messenger_messages");
  world.forget();
  void inbox.open("c1");
  for (let i = 0; i < 40; i++) { // hints bring no attempt forward
    await world.pass(0.25);
    world.shop.receive("c2", "another");
  }
  const asked = world.count("messenger_messages");
  assert.ok(asked >= 4 && asked <= 6, `${asked} attempts in 10 s`);
  world.fault = () => undefined;
  await world.pass(16);
  assert.deepEqual(texts(inbox.getSnapshot().chat!), ["one"]);
  inbox.close();
});

Deno.test("more reads a page of chats again, ever more rarely, when that alone fails", async () => {
  using world = new InboxWorld();
  for (let i = 0; i < 60; i++) world.shop.receive(`c${i}`, "text");
  const inbox = await world.open();
  await world.pass(5);
  world.fault = unavailable("messenger_chats");
  world.forget();
  void inbox.more("chats");
  await world.pass(10);
  const asked = world.count("messenger_chats");
  assert.ok(asked >= 4 && asked <= 6, `${asked} attempts in 10 s`);
  assert.equal(world.count("messenger_changes_since"), 0);
  assert.equal(inbox.getSnapshot().problem?.retryable, true);
  world.fault = () => undefined;
  await world.pass(16);
  assert.deepEqual([inbox.getSnapshot().chats.length, inbox.getSnapshot().problem], [60, null]);
  inbox.close();
});

Deno.test("a page that failed is not read again while the page is hidden, but when it is shown", async () => {
  using page = fakePage();
  using world = new InboxWorld();
  world.shop.receive("c1", "one");
  const inbox = await world.open();
  await world.pass(5);
  world.fault = unavailable("messenger_messages");
  void inbox.open("c1");
  await world.pass(0.1);
  page.hide();
  world.forget();
  await world.pass(25);
  assert.equal(world.count("messenger_messages"), 0);
  world.fault = () => undefined;
  page.show();
  await world.pass(0.1);
  assert.deepEqual(texts(inbox.getSnapshot().chat!), ["one"]);
  inbox.close();
});
