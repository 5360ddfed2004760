/** Files that the inbox shows while they are uploaded, and until their rows are there. */
import assert from "node:assert/strict";
import type { Inbox, InboxMessage, Message } from "../../client/wpp_client.ts";
import { FakeXhr } from "../support/fake_xhr.ts";
import { InboxWorld } from "../support/inbox_world.ts";

const answerOf = ({ id, chat_id }: Message) => ({
  ...{ messageId: id, chatId: chat_id, taskId: "t", session: "s", to: "+7", status: "accepted" },
});
const picture = () => new File(["cat"], "cat.png", { type: "image/png" });
const shown = (inbox: Inbox) => inbox.getSnapshot().chat!.messages as InboxMessage[];

/** An open chat that is live, in which files can be sent. */
async function chatting() {
  const xhr = FakeXhr.install();
  const world = new InboxWorld();
  world.shop.receive("c1", "hello");
  world.onSend = ({ chatId, text, media }) => {
    const row = { ...media!, state: "stored" as const };
    const stored = world.shop.send(chatId!, text, "anna", { kind: "image", media: row });
    return Promise.resolve(answerOf(stored));
  };
  const inbox = await world.open();
  void inbox.open("c1");
  await world.pass(5);
  const dispose = () => {
    inbox.close();
    world[Symbol.dispose]();
    xhr[Symbol.dispose]();
  };
  return { world, inbox, [Symbol.dispose]: dispose };
}

Deno.test("sendFile shows the file at once, its progress, and then its row alone", async () => {
  using chat = await chatting();
  const { world, inbox } = chat;
  const seen: string[] = [];
  inbox.subscribe(() => {
    const [, ...rows] = shown(inbox);
    seen.push(rows.map(({ id, progress }) => `${id} ${progress}`).join());
  });
  const shares: number[] = [];
  const sending = inbox.sendFile(picture(), {
    chatId: "c1",
    caption: "Look!",
    onProgress: (share) => shares.push(share),
  });
  const [, row] = shown(inbox);
  assert.deepEqual([row!.kind, row!.text, row!.media, row!.status, row!.optimistic, row!.author], [
    "image",
    "Look!",
    { state: "pending", mimetype: "image/png", size: 3, filename: "cat.png" },
    ...["sending", true, "anna"],
  ]);
  await world.pass(1);
  assert.equal(shown(inbox)[1]!.progress, 0);
  FakeXhr.made[0]!.progress(1, 3);
  FakeXhr.made[0]!.progress(1_001, 3_000); // less than a hundredth more
  const { progress } = shown(inbox)[1]!;
  assert.equal(progress, 0.33);
  assert.deepEqual(JSON.parse(JSON.stringify(inbox.getSnapshot())), inbox.getSnapshot());
  FakeXhr.made[0]!.answer(200);
  await world.pass(2);
  assert.equal((await sending).messageId, shown(inbox)[1]!.id);
  assert.deepEqual(shares.map((share) => Math.floor(share * 100)), [0, 33, 33, 100]);
  assert.deepEqual([...new Set(seen)].slice(0, 4), [
    "optimistic-1 undefined",
    "optimistic-1 0",
    "optimistic-1 0.33",
    "optimistic-1 1",
  ]);
  assert.equal(seen.at(-1), `${shown(inbox)[1]!.id} undefined`);
  assert.equal(seen.filter((one) => one === "optimistic-1 0.33").length, 1);
});

Deno.test("sendFile takes no row for its own but that of its path, when two files cross", async () => {
  using chat = await chatting();
  const { world, inbox } = chat;
  const requests: PromiseWithResolvers<object>[] = [];
  const paths: string[] = [];
  world.onSend = ({ media }) => {
    paths.push(media!.path);
    requests.push(Promise.withResolvers<object>());
    return requests.at(-1)!.promise;
  };
  for (const file of [picture(), picture()]) void inbox.sendFile(file, { chatId: "c1" });
  await world.pass(1);
  const media = (path: string) => ({ path, state: "stored" }) as const;
  // Another tab sends a picture, and the second of these is uploaded first.
  world.shop.send("c1", null as never, "anna", { kind: "image", media: media("elsewhere") });
  FakeXhr.made[1]!.answer(200);
  await world.pass(1);
  assert.equal(shown(inbox).length, 4);
  const row = { kind: "image", media: media(paths[0]!) } as const;
  world.shop.send("c1", null as never, "anna", row);
  await world.pass(1);
  const [, , own, other] = shown(inbox);
  assert.deepEqual([shown(inbox).length, own!.media!.path, other!.id], [
    ...[4, paths[0], "optimistic-1"],
  ]);
});

Deno.test("sendFile shows the file on when a text of ours has the words of its caption", async () => {
  using chat = await chatting();
  const { world, inbox } = chat;
  void inbox.sendFile(picture(), { chatId: "c1", caption: "hi" });
  world.shop.send("c1", "hi", "anna");
  await world.pass(1);
  assert.deepEqual(shown(inbox).map(({ text }) => text), ["hello", "hi", "hi"]);
});

Deno.test("sendFile takes the file away, and reads nothing, when it is cancelled during the upload", async () => {
  using chat = await chatting();
  const { world, inbox } = chat;
  const states: unknown[] = [];
  inbox.subscribe(() => states.push(shown(inbox)[1]?.status));
  const controller = new AbortController();
  const rejected = assert.rejects(
    inbox.sendFile(picture(), { chatId: "c1", signal: controller.signal }),
    /cancelled/,
  );
  await world.pass(1);
  world.forget();
  controller.abort(new Error("cancelled"));
  await rejected;
  await world.pass(1);
  assert.equal(shown(inbox).length, 1);
  assert.ok(!states.includes("unknown"));
  assert.deepEqual(world.asked, []);
});

Deno.test("sendFile shows a failure until what became of it was read", async () => {
  using chat = await chatting();
  const { world, inbox } = chat;
  const states: unknown[] = [];
  inbox.subscribe(() => states.push(shown(inbox)[1]?.error_code));
  const file = picture();
  const rejected = assert.rejects(inbox.sendFile(file, { chatId: "c1" }), {
    code: "storage_unavailable",
  });
  await world.pass(1);
  FakeXhr.made[0]!.answer(503);
  await rejected;
  await world.pass(1);
  assert.ok(states.includes("storage_unavailable"));
  assert.equal(shown(inbox).length, 1);
  assert.equal(world.count("wpp-send"), 0);
});

Deno.test("sendFile sends as the client does when no chat is open", async () => {
  using chat = await chatting();
  const { world, inbox } = chat;
  void inbox.open(null);
  const sending = inbox.sendFile(picture(), { chatId: "c1" });
  await world.pass(1);
  FakeXhr.made[0]!.answer(200);
  await world.pass(1);
  assert.ok((await sending).messageId);
});
