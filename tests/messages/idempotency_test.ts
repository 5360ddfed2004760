/** Idempotency-Key: nothing is sent twice, and a key is free again only when nothing was sent. */
import assert from "node:assert/strict";
import type { Fault } from "../../local/simulator/simulator.ts";
import { MESSAGE, only, send } from "../support/messages.ts";
import { inWorld, type World } from "../support/world.ts";

inWorld("wpp-send replays the stored response when key and request are the same", async (world) => {
  const { token } = await world.connect();
  const first = await send(world, token, "key-1");
  const second = await send(world, token, "key-1", { to: "+7 999 111-22-33", text: "hello" });
  assert.equal(first.replayed, null);
  assert.equal(second.replayed, "true");
  assert.deepEqual([second.http, second.content], [202, first.content]);
  assert.equal(world.simulator.messages.length, 1);
});

inWorld(
  "wpp-send answers idempotency_key_reused when the key came with another request",
  async (world) => {
    const { token } = await world.connect();
    await send(world, token, "key-1");
    for (const change of [{ text: "other" }, { to: "+79991112234" }]) {
      const { http, code } = await send(world, token, "key-1", { ...MESSAGE, ...change });
      assert.deepEqual([http, code], [422, "idempotency_key_reused"]);
    }
    assert.equal(world.simulator.messages.length, 1);
  },
);

inWorld("wpp-send accepts a key when only another organization has used it", async (world) => {
  const [{ token: one }, { token: other }] = [await world.connect(), await world.connect()];
  await send(world, one, "key-1");
  const { http, replayed } = await send(world, other, "key-1", { ...MESSAGE, text: "mine" });
  assert.deepEqual([http, replayed], [202, null]);
  assert.equal(world.simulator.messages.length, 2);
});

inWorld(
  "wpp-send reaches the platform once when twenty come at once under one key",
  async (world) => {
    const { token } = await world.connect();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send(world, token, "key-1")),
    );
    const counts = Object.groupBy(answers, ({ http }) => String(http));
    assert.ok((counts["202"]?.length ?? 0) >= 1);
    assert.deepEqual(Object.keys(counts).filter((http) => !["202", "409"].includes(http)), []);
    for (const { code } of counts["409"] ?? []) assert.equal(code, "idempotency_in_progress");
    assert.equal(world.simulator.countOf("send"), 1);
  },
);

inWorld(
  "wpp-send answers idempotency_in_progress when the key's send still runs",
  async (world) => {
    const { token } = await world.connect();
    await send(world, token, "key-1");
    await world.database.exec("update messenger_messages set status = 'sending', task_id = null");
    const { http, code, retryable } = await send(world, token, "key-1");
    assert.deepEqual([http, code, retryable], [409, "idempotency_in_progress", true]);
  },
);

inWorld(
  "wpp-send answers delivery_unknown when a dead isolate left the row sending",
  async (world) => {
    const { token } = await world.connect();
    await send(world, token, "key-1");
    await world.database.exec(`update messenger_messages set status = 'sending', task_id = null;
    update messenger_sends set attempt_started_at = now() - interval '2 minutes'`);
    for (let time = 0; time < 2; time++) {
      const { http, code, retryable, replayed } = await send(world, token, "key-1");
      assert.deepEqual([http, code, retryable], [504, "delivery_unknown", false]);
      assert.equal(replayed, "true");
    }
    assert.equal((await only(world)).status, "unknown");
    assert.equal(world.simulator.countOf("send"), 1);
  },
);

for (
  const { name, fail, http, code } of [
    {
      name: "was rate-limited",
      fail: (world: World) =>
        world.simulator.misbehave("send", {
          kind: "respond",
          status: 429,
          headers: { "retry-after": "3" },
        }),
      http: 429,
      code: "rate_limited",
    },
    {
      name: "found WhatsApp disconnected",
      fail: (world: World) => world.simulator.disconnect(world.simulator.clients[0].session),
      http: 409,
      code: "not_connected",
    },
    {
      name: "failed before dispatch",
      fail: (world: World) =>
        world.simulator.misbehave("token", { kind: "respond", status: 500 }, { times: 1 }),
      http: 502,
      code: "gateway_error",
    },
  ]
) {
  inWorld(`wpp-send takes a key again when its first attempt ${name}`, async (world) => {
    const { token } = await world.connect();
    fail(world);
    const first = await send(world, token, "key-1");
    assert.deepEqual([first.http, first.code], [http, code]);
    assert.equal((await only(world)).status, "failed");
    world.simulator.scan(world.simulator.clients[0].session);
    const second = await send(world, token, "key-1");
    assert.deepEqual([second.http, second.replayed], [202, null]);
    const row = await only(world);
    assert.deepEqual([row.status, row.attempt], ["accepted", 2]);
    assert.equal(world.simulator.messages.length, 1);
  });
}

const FAILED_EXCHANGES: Record<string, Fault> = {
  "a 200 with an HTML page": { kind: "html", status: 200 },
  "a 418": { kind: "respond", status: 418 },
};
for (const [name, fault] of Object.entries(FAILED_EXCHANGES)) {
  inWorld(
    `wpp-send takes a key again when its exchange ended in ${name}`,
    async (world) => {
      const { token } = await world.connect();
      world.simulator.misbehave("token", fault);
      assert.equal((await send(world, token, "key-1")).http, 502);
      assert.equal(world.simulator.countOf("send") + world.simulator.countOf("status"), 0);
      const second = await send(world, token, "key-1");
      assert.deepEqual([second.http, second.replayed], [202, null]);
    },
  );
}

inWorld("wpp-send names Idempotency-Key when that is invalid", async (world) => {
  const { token } = await world.connect();
  for (const key of ["", "x".repeat(256), "tab\there"]) {
    const { http, code, content } = await send(world, token, key);
    assert.deepEqual([http, code], [400, "invalid_request"]);
    assert.deepEqual(Object.keys(content.error.fields), ["idempotency-key"]);
  }
  assert.equal((await send(world, token, "x".repeat(255))).http, 202);
});
