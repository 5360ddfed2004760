/** Any mix of messages, replies and reading: the store counts as a simple model does. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { inStore } from "../support/in_store.ts";
import { assertConsistent } from "../support/consistent.ts";
import { incoming, outgoing, person, Shop } from "../support/store.ts";

const RUNS = 25;
const PHONES = ["+7900", "+7901"];
const NOW = Date.now();

const action = fc.oneof(
  fc.record({
    does: fc.constantFrom("receive" as const, "reply" as const),
    phone: fc.constantFrom(...PHONES),
    key: fc.option(fc.constantFrom("K1", "K2", "K3"), { nil: undefined }),
    minutesAgo: fc.integer({ min: -2, max: 5 }),
  }),
  fc.record({
    does: fc.constant("read" as const),
    phone: fc.constantFrom(...PHONES),
    upTo: fc.integer({ min: 0, max: 60 }),
  }),
);

type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** What is known of a chat: the numbers by which unread messages arrived. */
class Model {
  readonly unread = new Map<string, number[]>();
  readonly #keys = new Set<string>();
  change = 0;

  apply(one: Action): void {
    const unread = this.unread.get(one.phone);
    if (one.does === "read") {
      const left = unread?.filter((arrived) => arrived > one.upTo);
      if (!left || left.length === unread!.length) return;
      this.unread.set(one.phone, left);
      this.change += 1; // the chat
      return;
    }
    if (one.key && this.#keys.has(one.does + one.key)) return;
    if (one.key) this.#keys.add(one.does + one.key);
    this.change += 2; // the chat and the message
    const isReply = one.does === "reply";
    this.unread.set(one.phone, isReply ? [] : [...unread ?? [], this.change]);
  }
}

async function run(shop: Shop, one: Action): Promise<void> {
  if (one.does === "read") {
    const chat = (await shop.chats()).find(({ phone }) => phone === one.phone);
    if (chat) await shop.markRead(String(chat.id), one.upTo);
    return;
  }
  await shop.receive((one.does === "reply" ? outgoing : incoming)({
    chat: person(one.phone),
    providerMessageId: one.key,
    sentAtMs: NOW - one.minutesAgo * 60_000,
  }));
}

inStore("the store", {
  "counts as a simple model does after any mix of calls": async ({ sql }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 20 }), async (actions) => {
        const shop = await Shop.create(sql);
        const model = new Model();
        for (const one of actions) {
          await run(shop, one);
          model.apply(one);
        }
        const chats = await shop.chats();
        assert.deepEqual(
          new Map(chats.map(({ phone, unread_count }) => [phone, unread_count])),
          new Map([...model.unread].map(([phone, unread]) => [phone, unread.length])),
        );
        assert.equal(await shop.change(), model.change);
        await assertConsistent(shop);
      }),
      { numRuns: RUNS },
    );
  },
});
