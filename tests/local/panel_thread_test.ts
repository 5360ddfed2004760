import assert from "node:assert/strict";
import type { Message } from "../../client/wpp_client.ts";
import { MAX_MESSAGES, Thread } from "../../examples/panel/thread.ts";

/** The message that came as the nth, by number: its time has as many digits as the database gives. */
function message(n: number, columns: Partial<Message> = {}): Message {
  const sent_at = `2026-11-26T00:00:00.${String(n).padStart(6, "0").replace(/0+$/, "")}+00:00`;
  return { id: `m${n}`, chat_id: "c", sent_at, arrived: n, change: n, ...columns } as Message;
}

/** A chat of so many messages, read by pages. */
function chatOf(count: number) {
  const all = Array.from({ length: count }, (_, i) => message(i + 1)).reverse();
  let reads = 0;
  const wpp = {
    messages(_: string, { before, limit = 50 }: { before?: Message; limit?: number } = {}) {
      reads++;
      const from = before ? all.findIndex(({ id }) => id === before.id) + 1 : 0;
      const more = all.length > from + limit;
      return Promise.resolve({ messages: all.slice(from, from + limit), more });
    },
  };
  return { thread: new Thread(wpp, "c"), reads: () => reads };
}

const ids = ({ messages }: Thread) => messages.map(({ id }) => id);
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `m${from + i}`);

Deno.test("Thread has each message once and in order when it is read page by page", async () => {
  const { thread, reads } = chatOf(450);
  while (thread.more || !thread.isLoaded) await thread.readPage();
  assert.deepEqual(ids(thread), range(1, 450));
  await thread.readPage();
  assert.equal(reads(), 3);
  assert.equal(thread.arrived, 450);
});

Deno.test("Thread reads one page at a time when it is asked twice", async () => {
  const { thread, reads } = chatOf(450);
  await Promise.all([thread.readPage(), thread.readPage()]);
  assert.equal(reads(), 1);
});

Deno.test("Thread takes over rows of its chat when they are newer, and none below what it has read", async () => {
  const { thread } = chatOf(450);
  await thread.readPage();
  thread.apply([
    message(451),
    message(452, { chat_id: "another" }),
    message(450, { change: 460, text: "new" }),
    message(449, { change: 1, text: "old" }),
    message(3, { change: 461 }),
  ]);
  assert.deepEqual(ids(thread), range(251, 451));
  assert.equal(thread.messages.find(({ id }) => id === "m450")!.text, "new");
  assert.equal(thread.messages.find(({ id }) => id === "m449")!.text, undefined);
});

Deno.test("Thread orders by the microsecond that a message was sent, then by arrival", async () => {
  const { thread } = chatOf(0);
  await thread.readPage();
  const sent_at = "2026-11-26T00:00:00.0000015+00:00";
  thread.apply([message(2, { arrived: 1 }), message(3, { sent_at }), message(4, { sent_at })]);
  thread.apply([message(1, { arrived: 9 })]);
  assert.deepEqual(ids(thread), ["m1", "m3", "m4", "m2"]);
});

Deno.test("Thread reads older pages again when it has let go of them", async () => {
  const { thread } = chatOf(450);
  while (thread.more || !thread.isLoaded) await thread.readPage();
  assert.equal(thread.trim(), true);
  assert.deepEqual(ids(thread), range(251, 450));
  assert.equal(thread.trim(), false);
  await thread.readPage();
  assert.deepEqual(ids(thread), range(51, 450));
});

Deno.test("Thread reads no further when it holds as many messages as it may", async () => {
  const { thread, reads } = chatOf(MAX_MESSAGES + 500);
  for (let i = 0; i < 40; i++) await thread.readPage();
  assert.equal(thread.messages.length, MAX_MESSAGES);
  assert.ok(thread.isFull);
  assert.equal(reads(), MAX_MESSAGES / 200);
});
