/** Which faults of the platform let wpp-create be called again at once, and which keep its claim. */
import assert from "node:assert/strict";
import type { Fault } from "../../local/simulator/simulator.ts";
import { endLease, outcome, rowOf } from "../support/creation.ts";
import { userToken } from "../support/jwt.ts";
import { inWorld } from "../support/world.ts";

const REFUSALS: Record<string, { fault: Fault; status: number; code: string }> = {
  "a 403": { fault: { kind: "respond", status: 403 }, status: 502, code: "gateway_error" },
  "a 401": { fault: { kind: "respond", status: 401 }, status: 502, code: "gateway_error" },
  "a 429": { fault: { kind: "respond", status: 429 }, status: 429, code: "rate_limited" },
  "success: false": { fault: { kind: "unsuccessful" }, status: 502, code: "gateway_error" },
};
for (const [name, { fault, status, code }] of Object.entries(REFUSALS)) {
  inWorld(
    `wpp-create may be called again at once when the platform answered ${name}`,
    async (world) => {
      const token = await userToken();
      world.simulator.misbehave("create", fault);
      const first = await outcome(await world.call("wpp-create", { token }));
      assert.deepEqual([first.status, first.code], [status, code]);
      assert.equal((await outcome(await world.call("wpp-create", { token }))).status, 201);
      assert.equal(world.simulator.countOf("create"), 2);
    },
  );
}

const UNCERTAIN: Record<string, { fault: Fault; code: string }> = {
  "a 500": { fault: { kind: "respond", status: 500 }, code: "gateway_error" },
  "a 503": { fault: { kind: "respond", status: 503 }, code: "gateway_error" },
  "a 200 with an HTML page": {
    fault: { kind: "html", status: 200 },
    code: "gateway_invalid_response",
  },
  "JSON of the wrong shape": {
    fault: { kind: "wrong-shape", body: { apiKey: 5 } },
    code: "gateway_invalid_response",
  },
  "a reset after the headers": {
    fault: { kind: "reset", when: "after" },
    code: "gateway_unreachable",
  },
};
for (const [name, { fault, code }] of Object.entries(UNCERTAIN)) {
  inWorld(`wpp-create keeps its claim when the platform answered ${name}`, async (world) => {
    world.simulator.misbehave("create", fault);
    const first = await outcome(await world.call("wpp-create", { token: await userToken() }));
    assert.equal(first.code, code);
    assert.notEqual((await rowOf(world))?.claimed_until, null);
    assert.equal(world.simulator.countOf("create"), 1);
  });
}

inWorld(
  "wpp-create answers gateway_timeout and keeps its claim when the platform hangs",
  async (world) => {
    world.simulator.misbehave("create", { kind: "hang" });
    const token = await userToken();
    const response = await world.fastForward(() => world.call("wpp-create", { token }));
    assert.equal((await outcome(response)).code, "gateway_timeout");
    assert.notEqual((await rowOf(world))?.claimed_until, null);
    assert.equal(world.simulator.countOf("create"), 1);
  },
);

const RELEASING: Record<string, Fault> = {
  "a 429": { kind: "respond", status: 429 },
  "a 401": { kind: "respond", status: 401 },
  "success: false": { kind: "unsuccessful" },
};
for (const [name, fault] of Object.entries(RELEASING)) {
  inWorld(
    `wpp-create keeps the key of a lost creation when its takeover ends in ${name}`,
    async (world) => {
      const token = await userToken();
      world.simulator.misbehave("create", { kind: "reset", when: "before", execute: true });
      assert.equal((await outcome(await world.call("wpp-create", { token }))).status, 502);
      await endLease(world);
      world.simulator.misbehave("create", fault);
      assert.notEqual((await outcome(await world.call("wpp-create", { token }))).status, 201);
      assert.equal((await outcome(await world.call("wpp-create", { token }))).status, 201);
      assert.equal(world.simulator.clients.length, 1);
      const keys = world.simulator.requests.map(({ headers }) => headers["idempotency-key"]);
      assert.equal(new Set(keys).size, 1);
    },
  );
}
