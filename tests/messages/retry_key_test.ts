/** What a key may try again, and what the platform gets to see of it. */
import assert from "node:assert/strict";
import { only, send } from "../support/messages.ts";
import { inWorld, type World } from "../support/world.ts";
import { WPP_BASE_URL } from "../support/network.ts";

const statusOf = async (world: World) =>
  (await world.row("select status from messenger_integrations"))?.status;

inWorld(
  "wpp-send leaves the key free when the deadline comes before the replay has left",
  async (world) => {
    const { token } = await world.connect();
    const { fetch } = world.simulator;
    const waits: Record<string, number[]> = {
      "/api/messages/text": [19_900],
      "/auth/token": [0, 4_500],
    };
    world.network.serve(WPP_BASE_URL, async (request) => {
      const { pathname } = new URL(request.url);
      await new Promise((resolve) => setTimeout(resolve, waits[pathname]?.shift() ?? 0));
      return await fetch(request);
    });
    world.simulator.misbehave("send", { kind: "respond", status: 401 });
    const first = await world.fastForward(() => send(world, token, "key-1"));
    assert.deepEqual([first.http, first.code, first.retryable], [504, "gateway_timeout", true]);
    const { status, retryable, error_code } = await only(world);
    assert.deepEqual([status, retryable, error_code], ["failed", true, "gateway_timeout"]);
    assert.equal(world.simulator.countOf("send"), 1);
    const second = await send(world, token, "key-1");
    assert.deepEqual([second.http, second.replayed], [202, null]);
    assert.equal(world.simulator.countOf("send"), 2);
    assert.equal(world.simulator.messages.length, 1);
  },
);

inWorld(
  "wpp-send calls it unknown, and not retryable, when the deadline comes after the replay has left",
  async (world) => {
    const { token } = await world.connect();
    const { fetch } = world.simulator;
    const waits = [19_900];
    world.network.serve(WPP_BASE_URL, async (request) => {
      if (request.url.endsWith("/text")) {
        await new Promise((resolve) => setTimeout(resolve, waits.shift() ?? 0));
      }
      return await fetch(request);
    });
    world.simulator.misbehave("send", { kind: "respond", status: 401 });
    world.simulator.misbehave("send", { kind: "hang" });
    const first = await world.fastForward(() => send(world, token, "key-1"));
    assert.deepEqual([first.http, first.code, first.retryable], [504, "delivery_unknown", false]);
    const { status, retryable } = await only(world);
    assert.deepEqual([status, retryable], ["unknown", false]);
    assert.equal((await send(world, token, "key-1")).code, "delivery_unknown");
    assert.equal(world.simulator.countOf("send"), 2);
  },
);

inWorld(
  "wpp-send is not refused for ever when the platform keeps its 409 under a key",
  async (world) => {
    const { token, session } = await world.connect();
    const { fetch } = world.simulator;
    const kept = new Map<string, Response>();
    world.network.serve(WPP_BASE_URL, async (request) => {
      const key = request.url.endsWith("/text") && request.headers.get("idempotency-key");
      if (!key) return await fetch(request);
      if (!kept.has(key)) kept.set(key, await fetch(request));
      return kept.get(key)!.clone();
    });
    world.simulator.disconnect(session);
    assert.equal((await send(world, token, "key-1")).code, "not_connected");
    world.simulator.scan(session);
    const { http, content } = await send(world, token, "key-1");
    assert.equal(http, 202);
    assert.deepEqual([...kept.keys()], [`${content.messageId}:1`, `${content.messageId}:2`]);
    assert.equal(world.simulator.messages.length, 1);
  },
);

inWorld(
  "wpp-send answers reconnect_required, and takes the key after it, when the session is forgotten",
  async (world) => {
    const { token, session } = await world.connect();
    world.simulator.forget(session);
    const first = await send(world, token, "key-1");
    assert.deepEqual([first.http, first.code, first.replayed], [409, "reconnect_required", null]);
    const { status, retryable, error_code } = await only(world);
    assert.deepEqual([status, retryable, error_code], ["failed", true, "reconnect_required"]);
    assert.equal(world.simulator.countOf("send"), 1);
    const created = await world.call("wpp-create", { token, body: { reconnect: true } });
    assert.equal(created.status, 201);
    const renewed = (await created.json()).session;
    world.simulator.scan(renewed);
    const second = await send(world, token, "key-1");
    assert.deepEqual([second.http, second.replayed], [202, null]);
    assert.equal(second.content.session, renewed);
    const row = await only(world);
    assert.deepEqual([row.status, row.attempt, row.session], ["accepted", 2, renewed]);
    assert.equal(world.simulator.messages.length, 1);
  },
);

for (const how of ["a 409", "success: false and its status"]) {
  inWorld(
    `wpp-send stores that WhatsApp is disconnected when it learns so by ${how}`,
    async (world) => {
      const { token, session } = await world.connect();
      await world.call("wpp-status", { token });
      assert.equal(await statusOf(world), "connected");
      world.simulator.disconnect(session);
      if (how !== "a 409") world.simulator.misbehave("send", { kind: "unsuccessful" });
      const { http, code } = await send(world, token, "key-1");
      assert.deepEqual([http, code], [409, "not_connected"]);
      assert.equal(await statusOf(world), "disconnected");
      const { status, retryable } = await only(world);
      assert.deepEqual([status, retryable], ["failed", true]);
      assert.equal(world.simulator.countOf("send"), 1);
      assert.equal(world.simulator.countOf("status"), how === "a 409" ? 1 : 2);
    },
  );
}
