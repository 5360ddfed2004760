/** What makes the simulator call a webhook. */
import assert from "node:assert/strict";
import { install } from "@sinonjs/fake-timers";
import { call, connect, json, MESSAGE } from "../support/simulated.ts";
import { connected, register, withWebhook } from "../support/simulated_webhook.ts";

Deno.test("a webhook is told of the code that is shown, of each new one, and of the scan", async () => {
  const { simulator, webhook, clock, account, session } = await withWebhook();
  await simulator.settled();
  assert.deepEqual(webhook.bodies, [{
    type: "qr",
    data: { account: session, qr: (await json(account.qr())).qr },
  }]);
  clock.seconds += 20;
  const { qr } = await json(account.qr());
  await json(account.qr());
  await simulator.settled();
  assert.deepEqual(webhook.bodies.slice(1), [{ type: "qr", data: { account: session, qr } }]);
  simulator.scan(session);
  await simulator.settled();
  assert.deepEqual(webhook.bodies.slice(2), [{ type: "connected", data: { account: session } }]);
  simulator.disconnect(session);
  simulator.disconnect(session);
  await simulator.settled();
  assert.deepEqual(webhook.bodies.slice(3), [{ type: "disconnected", data: { account: session } }]);
});

Deno.test("a webhook that is registered again is told nothing new, one at a new URL the code", async () => {
  const { simulator, webhook, account } = await withWebhook();
  await json(register(simulator, account));
  await simulator.settled();
  assert.deepEqual(webhook.types, ["qr"]);
  await json(register(simulator, account, "https://other.test/"));
  await simulator.settled();
  assert.deepEqual(webhook.types, ["qr", "qr"]);
  assert.equal(webhook.urls[1], "https://other.test/");
});

Deno.test("a session that scans itself tells the webhook without a call", async () => {
  const time = install({ now: 0, toFake: ["Date", "setTimeout", "clearTimeout"] });
  try {
    const { simulator, webhook } = await withWebhook({ scanAfter: 8, now: () => Date.now() });
    await simulator.settled();
    await time.tickAsync(7_999);
    assert.deepEqual(webhook.types, ["qr"]);
    await time.tickAsync(1);
    await simulator.settled();
    assert.deepEqual(webhook.types, ["qr", "connected"]);
    assert.equal(time.countTimers(), 0);
  } finally {
    time.uninstall();
  }
});

Deno.test("a send is followed by message.sent and its receipts, in this order", async () => {
  const { simulator, webhook, account, session } = await connected();
  const { taskId } = await json(account.send(MESSAGE));
  await simulator.settled();
  assert.deepEqual(webhook.bodies, [
    { type: "message.sent", data: { account: session, taskId } },
    ...["sent", "delivered", "read"].map((status) => ({
      ...{ type: "delivery", account: session, messageId: taskId, status },
    })),
  ]);
});

Deno.test("receipts go as far as receiptsUpTo says", async () => {
  const { simulator, webhook, account } = await connected();
  const counts: number[] = [];
  for (const receiptsUpTo of ["none", "sent", "delivered", "read"] as const) {
    simulator.settings.receiptsUpTo = receiptsUpTo;
    const before = webhook.bodies.length;
    await json(account.send(MESSAGE));
    await simulator.settled();
    counts.push(webhook.bodies.length - before);
  }
  assert.deepEqual(counts, [1, 2, 3, 4]);
});

Deno.test("later receipts carry WhatsApp's id when receiptsById says so", async () => {
  const { simulator, webhook, account } = await connected({ receiptsById: "wa" });
  const { taskId } = await json(account.send(MESSAGE));
  await simulator.settled();
  const { waMessageId } = simulator.messages[0];
  const ids = webhook.bodies.slice(1).map(({ messageId }) => messageId);
  assert.deepEqual(ids, [taskId, waMessageId, waMessageId]);
});

Deno.test("a refused send, and a deletion by the API, cause no event", async () => {
  const { simulator, webhook, account } = await connected();
  await json(account.send({ ...MESSAGE, text: "" }), 400);
  await simulator.settled();
  assert.deepEqual(webhook.bodies, []);
  const { taskId } = await json(account.send(MESSAGE));
  await simulator.settled();
  const headers = { authorization: `Bearer ${account.token}` };
  await json(call(simulator, `/api/messages/${taskId}`, { method: "DELETE", headers }));
  await simulator.settled();
  assert.equal(webhook.bodies.length, 4);
});

Deno.test("each session's events go to its own webhook", async () => {
  const first = await connected();
  const { simulator, webhook } = first;
  const second = await connect(simulator);
  await json(register(simulator, second, "https://second.test/"));
  simulator.scan(second.session);
  await simulator.incoming({ session: first.session, from: "79991112233", text: "Hi" });
  await simulator.settled();
  const seen = webhook.urls.map((url, i) => [
    new URL(url).host,
    webhook.bodies[i].account ?? webhook.bodies[i].data.account,
  ]);
  assert.deepEqual(
    new Set(seen.map(String)),
    new Set([
      `project.test,${first.session}`,
      `second.test,${second.session}`,
    ]),
  );
});

Deno.test("only a connected session gets messages", async () => {
  const { simulator, session } = await withWebhook();
  const message = { session, from: "79991112233", text: "Hi" };
  await assert.rejects(simulator.incoming(message), /not connected/);
  await assert.rejects(simulator.phoneWrites({ ...message, to: "79991112233" }), /not connected/);
  await assert.rejects(simulator.deletion(session, "1"), /not connected/);
  simulator.scan(session);
  await assert.rejects(simulator.incoming({ session, text: "Hi" }), /from or lid/);
  assert.deepEqual((await simulator.incoming(message))?.answers, [200]);
  await simulator.settled();
});
