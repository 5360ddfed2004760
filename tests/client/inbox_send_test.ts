/** Messages that the inbox shows before their rows are there. */
import assert from "node:assert/strict";
import type { Message } from "../../client/wpp_client.ts";
import { answerOf, chatting, texts } from "../support/inbox_chat.ts";
import { InboxWorld } from "../support/inbox_world.ts";
import { fakeNetwork } from "../support/script.ts";

Deno.test("send shows the message at once, and then its row, when the hint comes before the answer", async () => {
  using world = new InboxWorld();
  const { inbox, seen } = await chatting(world);
  world.onSend = async ({ chatId, text }) => {
    const row = world.shop.send(chatId!, text, "anna");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return answerOf(row);
  };
  const sending = inbox.send({ chatId: "c1", text: "hi" });
  const [, row] = inbox.getSnapshot().chat!.messages;
  assert.deepEqual([row!.text, row!.status, row!.optimistic, row!.id, row!.author], [
    ...["hi", "sending", true, "optimistic-1", "anna"],
  ]);
  await world.pass(0.5);
  assert.deepEqual(texts(inbox), ["hello", "hi"]);
  await world.pass(2);
  assert.equal((await sending).messageId, inbox.getSnapshot().chat!.messages[1]!.id);
  assert.deepEqual(seen(), ["hello hi…", "hello hi"]);
  inbox.close();
});

Deno.test("send waits for the one before it to the same chat, also for one that fails", async () => {
  using world = new InboxWorld();
  const { inbox } = await chatting(world);
  const asked: string[] = [];
  world.onSend = async ({ chatId, text }) => {
    asked.push(text);
    if (text === "2") throw new Error("lost");
    const row = world.shop.send(chatId!, text, "anna");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return answerOf(row);
  };
  const [first, second, third] = ["1", "2", "3"].map((text) => inbox.send({ chatId: "c1", text }));
  const isRejected = assert.rejects(second!);
  await world.pass(0.5);
  assert.deepEqual([asked, texts(inbox)], [["1"], ["hello", "1", "2…", "3…"]]);
  await world.pass(3);
  await Promise.all([first, isRejected, third]);
  assert.deepEqual(asked, ["1", "2", "3"]);
  inbox.close();
});

Deno.test("send shows the message until its row is there when the answer comes before the hint", async () => {
  using world = new InboxWorld();
  world.isTelling = false;
  const { inbox, seen } = await chatting(world);
  world.onSend = ({ text }) => Promise.resolve(answerOf(world.shop.send("c1", text, "anna")));
  world.latencyMs = 100;
  const sending = inbox.send({ to: "+7c1", text: "hi" });
  await world.pass(0.15);
  const { messageId } = await sending;
  const [, row] = inbox.getSnapshot().chat!.messages;
  assert.deepEqual([row!.id, row!.status, row!.optimistic], [messageId, "accepted", true]);
  await world.pass(1);
  assert.deepEqual(seen(), ["hello hi…", "hello hi"]);
  inbox.close();
});

Deno.test("send takes no row for its own that was there before, or is somebody else's", async () => {
  using world = new InboxWorld();
  world.shop.send("c1", "hi", "anna");
  const { inbox } = await chatting(world);
  world.onSend = () => new Promise(() => {});
  void inbox.send({ chatId: "c1", text: "hi" });
  world.shop.send("c1", "hi", "boris");
  world.shop.send("c1", "hi", "anna", { source: "phone" });
  world.shop.receive("c1", "hi");
  await world.pass(1);
  assert.deepEqual(texts(inbox), ["hi", "hello", "hi", "hi", "hi", "hi…"]);
  inbox.close();
});

Deno.test("send rejects as the client does, and the row that tells of it takes the message's place", async () => {
  using world = new InboxWorld();
  const { inbox, seen } = await chatting(world);
  world.isTelling = false;
  world.fault = (name) => name === "wpp-send" ? FAILED : undefined;
  world.onSend = ({ chatId, text }) =>
    Promise.resolve(world.shop.send(chatId!, text, "anna", { status: "unknown" }));
  const rejected = assert.rejects(inbox.send({ chatId: "c1", text: "hi" }), {
    code: "network_error",
    mayHaveSent: true,
  });
  await world.pass(1);
  await rejected;
  assert.deepEqual(seen(), ["hello hi…", "hello hi"]);
  assert.equal(inbox.getSnapshot().chat!.messages[1]!.status, "unknown");
  inbox.close();
});

Deno.test("send takes the message away when nothing was stored of it", async () => {
  using world = new InboxWorld();
  const { inbox, seen } = await chatting(world);
  world.fault = (name) => name === "wpp-send" ? FAILED : undefined;
  world.onSend = () => Promise.resolve({});
  const rejected = assert.rejects(inbox.send({ chatId: "c1", text: "hi" }));
  await world.pass(1);
  await rejected;
  assert.deepEqual(seen(), ["hello hi…", "hello"]);
  inbox.close();
});

Deno.test("send keeps a message that failed on the screen until a read has shown what became of it", async () => {
  using network = fakeNetwork();
  using world = new InboxWorld();
  const { inbox } = await chatting(world);
  const shown = () => inbox.getSnapshot().chat!.messages.map(({ text, status }) => [text, status]);
  world.isTelling = false;
  world.fault = () => FAILED;
  world.onSend = ({ chatId, text }) =>
    Promise.resolve(world.shop.send(chatId!, text, "anna", { status: "accepted" }));
  const rejected = assert.rejects(inbox.send({ chatId: "c1", text: "hi" }), { mayHaveSent: true });
  await world.pass(10); // the reads fail, too
  await rejected;
  assert.deepEqual(shown().at(-1), ["hi", "unknown"]);
  network.onLine = false;
  dispatchEvent(new Event("offline"));
  await world.pass(60);
  assert.deepEqual(shown().at(-1), ["hi", "unknown"]);
  world.fault = () => undefined;
  network.onLine = true;
  dispatchEvent(new Event("online"));
  await world.pass(1);
  assert.deepEqual(shown().slice(1), [["hi", "accepted"]]);
  inbox.close();
});

Deno.test("send shows nothing where the message does not go into the open chat", async () => {
  using world = new InboxWorld();
  const { inbox } = await chatting(world);
  world.onSend = () => Promise.resolve(answerOf({ id: "x", chat_id: "c2" } as Message));
  for (const input of [{ chatId: "c2" }, { to: "+7c2" }, { to: "" }]) {
    const sending = inbox.send({ ...input, text: "hi" });
    assert.deepEqual(texts(inbox), ["hello"]);
    await world.pass(1);
    await sending;
  }
  void inbox.open(null);
  void inbox.send({ chatId: "c1", text: "hi" });
  await world.pass(1);
  assert.equal(inbox.getSnapshot().chat, null);
  inbox.close();
});

Deno.test("send's message is once in its chat when another one was open meanwhile", async () => {
  using world = new InboxWorld();
  const { inbox } = await chatting(world);
  world.onSend = async ({ chatId, text }) => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return answerOf(world.shop.send(chatId!, text, "anna"));
  };
  void inbox.send({ chatId: "c1", text: "hi" });
  void inbox.open("c2");
  await world.pass(0.5);
  assert.deepEqual(texts(inbox), []);
  void inbox.open("c1");
  await world.pass(0.1);
  assert.deepEqual(texts(inbox), ["hello", "hi…"]);
  void inbox.open("c2");
  await world.pass(2);
  void inbox.open("c1");
  await world.pass(1);
  assert.deepEqual(texts(inbox), ["hello", "hi"]);
  inbox.close();
});

Deno.test("send's message of one user is not shown to the next", async () => {
  using world = new InboxWorld();
  world.members.set("boris", world.shop);
  const { inbox } = await chatting(world);
  const request = Promise.withResolvers<object>();
  world.onSend = () => request.promise;
  const sending = inbox.send({ chatId: "c1", text: "hi" });
  await world.pass(1);
  world.signIn("boris");
  void inbox.open("c1");
  await world.pass(1);
  assert.deepEqual(texts(inbox), ["hello"]);
  request.resolve(answerOf({ id: "x", chat_id: "c1" } as Message));
  await world.pass(1);
  await sending;
  assert.deepEqual(texts(inbox), ["hello"]);
  inbox.close();
});

const FAILED = { data: null, error: new Error("no answer"), status: 0 };
