/** wpp-send: what it stores and sends, and what it answers when the platform fails. */
import assert from "node:assert/strict";
import type { Fault } from "../../local/simulator/simulator.ts";
import { only, send } from "../support/messages.ts";
import { inWorld } from "../support/world.ts";

inWorld("wpp-send writes a row with what was sent, and the platform's task", async (world) => {
  const { token } = await world.connect();
  const { http, content } = await send(world, token, "key-1");
  const row = await only(world);
  assert.equal(http, 202);
  assert.deepEqual(content, {
    messageId: row.id,
    chatId: row.chat_id,
    taskId: world.simulator.messages[0].taskId,
    session: world.simulator.clients[0].session,
    to: "+79991112233",
    status: "accepted",
  });
  const integration = await world.row("select * from messenger_integrations");
  const { integration_id, organization_id, author, recipient, text, idempotency_key } = row;
  assert.deepEqual(
    { integration_id, organization_id, author, recipient, text, idempotency_key },
    {
      integration_id: integration?.id,
      organization_id: integration?.organization_id,
      author: integration?.created_by,
      recipient: "+79991112233",
      text: "hello",
      idempotency_key: "key-1",
    },
  );
  assert.deepEqual([row.status, row.task_id, row.error_code], ["accepted", content.taskId, null]);
});

inWorld("wpp-send writes the row before it calls the platform", async (world) => {
  const { token } = await world.connect();
  const seen: unknown[] = [];
  const fetch = world.simulator.fetch;
  world.network.serve("http://wpp.test", async (request) => {
    if (request.url.endsWith("/text")) seen.push((await only(world)).status);
    return await fetch(request);
  });
  await send(world, token);
  assert.deepEqual(seen, ["sending"]);
});

inWorld(
  "wpp-send gives the platform the row's id and the attempt as its key",
  async (world) => {
    const { token } = await world.connect();
    world.simulator.misbehave("send", { kind: "respond", status: 429 });
    await send(world, token, "key-1");
    const { content } = await send(world, token, "key-1");
    const keys = world.simulator.requests.filter(({ call }) => call === "send")
      .map(({ headers }) => headers["idempotency-key"]);
    assert.deepEqual(keys, [`${content.messageId}:1`, `${content.messageId}:2`]);
  },
);

const UNCERTAIN: Record<string, Fault> = {
  "a reset before the headers": { kind: "reset", when: "before" },
  "a reset before the headers, with the message sent": {
    kind: "reset",
    when: "before",
    execute: true,
  },
  "a reset after the headers": { kind: "reset", when: "after", execute: true },
  "a 500": { kind: "respond", status: 500 },
  "a 502, with the message sent": { kind: "respond", status: 502, execute: true },
  "a 503": { kind: "respond", status: 503 },
  "a 200 with an HTML page": { kind: "html", status: 200 },
  "a 204": { kind: "empty", status: 204 },
  "truncated JSON": { kind: "truncated" },
  "JSON without a task": { kind: "wrong-shape", body: { success: true } },
};
for (const [name, fault] of Object.entries(UNCERTAIN)) {
  inWorld(
    `wpp-send answers delivery_unknown for good when the platform answered ${name}`,
    async (world) => {
      const { token } = await world.connect();
      world.simulator.misbehave("send", fault);
      const first = await send(world, token, "key-1");
      assert.deepEqual([first.http, first.code, first.retryable], [504, "delivery_unknown", false]);
      const second = await send(world, token, "key-1");
      assert.deepEqual([second.http, second.code, second.replayed], [
        504,
        "delivery_unknown",
        "true",
      ]);
      assert.equal((await only(world)).status, "unknown");
      assert.equal(world.simulator.countOf("send"), 1);
    },
  );
}

inWorld(
  "wpp-send answers delivery_unknown at the deadline when the platform hangs",
  async (world) => {
    const { token } = await world.connect();
    world.simulator.misbehave("send", { kind: "hang" });
    const { http, code } = await world.fastForward(() => send(world, token, "key-1"));
    assert.deepEqual([http, code], [504, "delivery_unknown"]);
    assert.equal((await only(world)).status, "unknown");
    assert.equal(world.simulator.countOf("send"), 1);
  },
);

inWorld(
  "wpp-send replays the failure when the platform refused the message",
  async (world) => {
    const { token } = await world.connect();
    world.simulator.misbehave("send", { kind: "respond", status: 400 });
    const first = await send(world, token, "key-1");
    assert.deepEqual([first.http, first.code, first.retryable], [502, "gateway_error", false]);
    const { status, error_code } = await only(world);
    assert.deepEqual([status, error_code], ["failed", "gateway_error"]);
    const second = await send(world, token, "key-1");
    assert.deepEqual([second.http, second.code, second.replayed], [502, "gateway_error", "true"]);
    assert.equal(world.simulator.countOf("send"), 1);
  },
);

inWorld(
  "wpp-send answers not_connected when a message is refused and WhatsApp is disconnected",
  async (world) => {
    const { token } = await world.connect();
    world.simulator.disconnect(world.simulator.clients[0].session);
    world.simulator.misbehave("send", { kind: "unsuccessful" });
    assert.equal((await send(world, token)).code, "not_connected");
    world.simulator.scan(world.simulator.clients[0].session);
    world.simulator.misbehave("send", { kind: "unsuccessful" });
    assert.equal((await send(world, token)).code, "gateway_error");
  },
);
