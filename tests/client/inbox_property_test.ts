/** Whatever happens on the way, the inbox ends as the database is. */
import fc from "fast-check";
import assert from "node:assert/strict";
import type { Inbox } from "../../client/wpp_client.ts";
import { InboxWorld } from "../support/inbox_world.ts";

/** How often; RUNS=2000 once showed no fault. */
const RUNS = Number(Deno.env.get("RUNS") ?? 60);

type Step = (run: { world: InboxWorld; inbox: Inbox }) => void;

const chat = fc.integer({ min: 0, max: 69 }).map((i) => `c${String(i).padStart(2, "0")}`);
/** Seconds before the start: messages may come long after they were sent. */
const age = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400 }));

function agedTime(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString().replace("Z", "000+00:00");
}

const steps: fc.Arbitrary<Step>[] = [
  fc.tuple(chat, age).map(([id, seconds]): Step => ({ world }) =>
    void world.shop.receive(id, "text", { sent_at: agedTime(seconds) })
  ),
  age.map((seconds): Step => ({ world }) =>
    void world.shop.receive("c00", "text", { sent_at: agedTime(seconds) })
  ),
  fc.nat().map((n): Step => ({ world }) => {
    const ids = [...world.shop.messages.keys()];
    world.shop.update(ids[n % ids.length]!, { delivery: "read" });
  }),
  fc.constantFrom("lost", "doubled", "late", "told").map((how): Step => ({ world }) => {
    world.shop.onCommit = (change) => {
      if (how === "lost") return;
      if (how === "late") return void setTimeout(() => world.tell(world.shop, change), 700);
      for (let i = 0; i < (how === "doubled" ? 2 : 1); i++) world.tell(world.shop, change);
    };
  }),
  fc.integer({ min: 1, max: 900 }).map((ms): Step => ({ world }) => void (world.latencyMs = ms)),
  fc.constant(({ world }) => world.realtime.last?.say("CHANNEL_ERROR", new Error("socket"))),
  fc.constant(({ world }) => world.realtime.last?.say("SUBSCRIBED")),
  fc.constant(({ world }) => world.realtime.last?.system("ok")),
  fc.constant(({ world }) => world.realtime.last?.isRemoved || world.realtime.last?.expire()),
  fc.boolean().map((isDown): Step => ({ world }) => {
    world.fault = () => isDown ? { data: null, error: {}, status: 0 } : undefined;
  }),
  fc.constantFrom("c00", "c01", null).map((id): Step => ({ inbox }) => void inbox.open(id)),
  fc.constantFrom<("chats" | "messages")[]>("chats", "messages")
    .map((what): Step => ({ inbox }) => void inbox.more(what)),
  fc.constant(({ inbox }) => void inbox.markRead()),
  fc.constant(({ world }) => world.signIn("anna", "TOKEN_REFRESHED")),
];
const step = fc.tuple(fc.oneof(...steps), fc.integer({ min: 0, max: 1500 }));

Deno.test("inbox equals the database after quiet when hints, answers and channels went astray", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (sequence) => {
      using world = new InboxWorld();
      for (let i = 0; i < 60; i++) world.shop.receive(`c${String(i).padStart(2, "0")}`, "text");
      for (let i = 0; i < 230; i++) world.shop.receive("c00", "x", { sent_at: agedTime(i) });
      const inbox = await world.open({ maxChats: 65, maxMessages: 420 });
      void inbox.open("c00");
      for (const [act, ms] of sequence) {
        act({ world, inbox });
        await world.clock.tickAsync(ms);
      }
      world.fault = () => undefined;
      await world.pass(61 + 30); // the net, after the longest pause of a failure
      check(inbox, world);
      inbox.close();
      await world.pass(2);
      assert.equal(world.clock.countTimers(), 0);
    }),
    { numRuns: RUNS },
  );
});

/** What is shown is all there is down to where the pages end. */
function check(inbox: Inbox, { shop }: InboxWorld): void {
  const { chats, moreChats, chat, problem } = inbox.getSnapshot();
  assert.equal(problem, null);
  assert.deepEqual(chats, shop.newestChats.slice(0, chats.length));
  assert.equal(moreChats, chats.length < shop.chats.size);
  if (!chat) return;
  const rows = shop.messagesOf(chat.id);
  assert.deepEqual(chat.row, shop.chats.get(chat.id));
  assert.deepEqual(chat.messages, rows.slice(0, chat.messages.length).reverse());
  assert.equal(chat.more, chat.messages.length < rows.length);
  assert.ok(chat.messages.length >= Math.min(200, rows.length));
}
