/** wpp-disconnect and the platform: what counts as stopped, and what comes of what does not. */
import assert from "node:assert/strict";
import type { Fault } from "../../local/simulator/simulator.ts";
import { Vault } from "../../supabase/functions/_shared/wpp/store/vault.ts";
import { ask, connected, connectionRows, isEmptied, watch } from "../support/numbers.ts";
import { inWorld, type World } from "../support/world.ts";

const STOPPED: Record<string, (world: World, session: string) => void> = {
  "the platform answers 404": ({ simulator }) =>
    simulator.misbehave("stop", { kind: "respond", status: 404, body: "Cannot POST" }),
  "the platform has forgotten the session": ({ simulator }, session) => simulator.forget(session),
  "the answer is no JSON": ({ simulator }) =>
    simulator.misbehave("stop", { kind: "html", status: 200 }),
  "the platform refuses the key": ({ simulator }, session) => {
    simulator.revokeKey(simulator.clients.find((one) => one.session === session)!.apiKey);
    simulator.revokeTokens(session);
  },
};
for (const [what, prepare] of Object.entries(STOPPED)) {
  inWorld(`wpp-disconnect counts a session as stopped when ${what}`, async (world) => {
    const { token, session } = await connected(world);
    prepare(world, session);
    assert.equal((await ask(world, "wpp-disconnect", token, { session })).http, 200);
    assert.ok(isEmptied((await connectionRows(world))[0]));
  });
}
inWorld("wpp-disconnect counts a session as stopped when its key gets a 401", async (world) => {
  const { token, session } = await connected(world);
  world.simulator.revokeTokens(session);
  world.simulator.misbehave("token", { kind: "respond", status: 401 });
  assert.equal((await ask(world, "wpp-disconnect", token, { session })).http, 200);
  assert.equal(world.simulator.stateOf(session), "connected");
});
inWorld(
  "wpp-disconnect stops with a new token when the platform refuses the old",
  async (world) => {
    const { token, session } = await connected(world);
    world.simulator.revokeTokens(session);
    const calls = watch(world);
    assert.equal((await ask(world, "wpp-disconnect", token, { session })).http, 200);
    assert.deepEqual(calls(), ["stop", "token", "stop"]);
    assert.equal(world.simulator.stateOf(session), "disconnected");
  },
);

const NOT_STOPPED: Record<string, { fault: Fault; outcome: [number, string] }> = {
  "cannot be reached": {
    fault: { kind: "reset", when: "before" },
    outcome: [502, "gateway_unreachable"],
  },
  "answers 500": { fault: { kind: "respond", status: 500 }, outcome: [502, "gateway_error"] },
  "answers 503": { fault: { kind: "respond", status: 503 }, outcome: [502, "gateway_error"] },
  "answers 400": { fault: { kind: "respond", status: 400 }, outcome: [502, "gateway_error"] },
  "answers 403": { fault: { kind: "respond", status: 403 }, outcome: [502, "gateway_error"] },
  "answers 429": { fault: { kind: "respond", status: 429 }, outcome: [429, "rate_limited"] },
  "answers 200 and success: false": {
    fault: { kind: "unsuccessful" },
    outcome: [502, "gateway_error"],
  },
  "answers 200 and an error": { fault: { kind: "status-error" }, outcome: [502, "gateway_error"] },
  "answers nothing in time": { fault: { kind: "hang" }, outcome: [504, "gateway_timeout"] },
};
inWorld("wpp-disconnect changes nothing when the platform did not stop it", async (world) => {
  const { token, session, row } = await connected(world);
  for (const [what, { fault, outcome }] of Object.entries(NOT_STOPPED)) {
    world.simulator.misbehave("stop", fault);
    const calls = watch(world);
    const run = () => ask(world, "wpp-disconnect", token, { session });
    const { http, code } = fault.kind === "hang" ? await world.fastForward(run) : await run();
    assert.deepEqual([http, code], outcome, what);
    assert.deepEqual(calls(), ["stop"], what);
    assert.deepEqual(await connectionRows(world), [row], what);
  }
  assert.equal((await ask(world, "wpp-status", token)).status, "connected");
  // What was not done can be done.
  assert.equal((await ask(world, "wpp-disconnect", token)).http, 200);
});

for (const [what, { fault }] of Object.entries(NOT_STOPPED)) {
  if (!["cannot be reached", "answers 503", "answers nothing in time"].includes(what)) continue;
  inWorld(`wpp-disconnect with force empties the row when the platform ${what}`, async (world) => {
    const { token, session } = await connected(world);
    world.simulator.misbehave("stop", fault);
    const answer = await world.fastForward(() =>
      ask(world, "wpp-disconnect", token, { session, force: true })
    );
    assert.deepEqual([answer.http, answer.status], [200, "disconnected"]);
    assert.ok(isEmptied((await connectionRows(world))[0]));
    assert.deepEqual(world.logs.at(-1)?.warnings, ["not_stopped"]);
  });
}

inWorld("wpp-disconnect empties a row that cannot be decrypted with force alone", async (world) => {
  const { token, session, row } = await connected(world);
  const lost = new Vault({ encryptionKeys: ["A".repeat(43)] });
  const sealed = await lost.seal("key", row.id as string, "api_key");
  await world.database.query(
    "update messenger_integrations set settings = settings || $1::text::jsonb",
    [JSON.stringify({ apiKey: sealed })],
  );
  const calls = watch(world);
  assert.equal((await ask(world, "wpp-disconnect", token, { session })).code, "misconfigured");
  assert.ok(!isEmptied((await connectionRows(world))[0]));
  assert.equal((await ask(world, "wpp-disconnect", token, { session, force: true })).http, 200);
  assert.ok(isEmptied((await connectionRows(world))[0]));
  assert.deepEqual(calls(), []);
});
