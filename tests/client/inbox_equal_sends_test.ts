/** Equal texts that are under way at once: to a chat, and to the number of the same chat. */
import assert from "node:assert/strict";
import type { Message } from "../../client/wpp_client.ts";
import { answerOf, chatting, texts } from "../support/inbox_chat.ts";
import { InboxWorld } from "../support/inbox_world.ts";

const CHAT = { chatId: "c1" };
const NUMBER = { to: "+7c1" };

Deno.test("send shows each of two equal texts once when their rows and answers cross", async (t) => {
  const orders = [[0, 1], [1, 0]];
  for (const rows of orders) {
    for (const answers of orders) {
      await t.step(`rows ${rows}, answers ${answers}`, async () => {
        using world = new InboxWorld();
        const { inbox, seen } = await chatting(world);
        const requests: PromiseWithResolvers<object>[] = [];
        world.onSend = () => {
          requests.push(Promise.withResolvers<object>());
          return requests.at(-1)!.promise;
        };
        const sending = [CHAT, NUMBER].map((to) => inbox.send({ ...to, text: "hi" }));
        await world.pass(1);
        const stored: Message[] = [];
        for (const i of rows) {
          stored[i] = world.shop.send("c1", "hi", "anna");
          await world.pass(0.5);
        }
        for (const i of answers) {
          requests[i]!.resolve(answerOf(stored[i]!));
          await world.pass(0.5);
        }
        await Promise.all(sending);
        await world.pass(1);
        assert.equal(seen().at(-1), "hello hi hi");
        for (const one of seen().slice(1)) assert.equal(one.split(" ").length, 3, one);
        inbox.close();
      });
    }
  }
});

Deno.test("send goes on to show the first of two equal texts when the second is done", async () => {
  using world = new InboxWorld();
  const { inbox } = await chatting(world);
  const requests: PromiseWithResolvers<object>[] = [];
  world.onSend = () => {
    requests.push(Promise.withResolvers<object>());
    return requests.at(-1)!.promise;
  };
  void inbox.send({ ...CHAT, text: "hi" });
  void inbox.send({ ...NUMBER, text: "hi" });
  await world.pass(1);
  requests[1]!.resolve(answerOf(world.shop.send("c1", "hi", "anna")));
  await world.pass(1);
  assert.deepEqual(texts(inbox), ["hello", "hi", "hi…"]);
  inbox.close();
});

Deno.test("send keeps two messages on the screen when the answer shows that a row was another's", async () => {
  using world = new InboxWorld();
  const { inbox, seen } = await chatting(world);
  const requests: PromiseWithResolvers<object>[] = [];
  world.onSend = () => {
    requests.push(Promise.withResolvers<object>());
    return requests.at(-1)!.promise;
  };
  void inbox.send({ ...CHAT, text: "hi" });
  void inbox.send({ ...NUMBER, text: "hi" });
  await world.pass(1);
  const second = world.shop.send("c1", "hi", "anna"); // it came first
  await world.pass(0.5);
  world.isTelling = false;
  const first = world.shop.send("c1", "hi", "anna");
  world.latencyMs = 500;
  requests[0]!.resolve(answerOf(first));
  requests[1]!.resolve(answerOf(second));
  await world.pass(3);
  for (const one of seen().slice(1)) assert.equal(one.split(" ").length, 3, one);
  assert.deepEqual(texts(inbox), ["hello", "hi", "hi"]);
  inbox.close();
});
