/** The platform is asked to start a session that came to nothing: seldom, and nobody waits for it. */
import assert from "node:assert/strict";
import type { Fault } from "../../local/simulator/simulator.ts";
import { userToken } from "../support/jwt.ts";
import { age, ask, connectionRows, holdAnswer, listed } from "../support/numbers.ts";
import { until } from "../support/wpp.ts";
import { inWorld, type World, type WorldOptions } from "../support/world.ts";

const WAITS: WorldOptions = { needsStart: true };
const GATEWAY_TIMEOUT: Fault = { kind: "respond", status: 504 };

/** A session that waits to be started, of so long ago. */
async function create(world: World, interval: string) {
  const token = await userToken();
  const { session } = await ask(world, "wpp-create", token);
  await age(world, interval);
  return { token, session: session as string };
}

const starts = ({ simulator }: World) => simulator.countOf("start");
const claims = ({ serviceCalls }: World) =>
  serviceCalls.filter(({ path }) => path.endsWith("/messenger_claim_start")).length;

/** Waits until so many starts were asked for, and noted. */
const started = (world: World, count: number) =>
  until(() => starts(world) === count && world.busy === 0);

/** By now a request that should not be made would have been made: one that came later was answered. */
async function nothingMore(
  world: World,
  token: string,
  expected: { starts: number; claims: number },
) {
  await listed(world, token);
  await until(() => world.busy === 0);
  assert.deepEqual({ starts: starts(world), claims: claims(world) }, expected);
}

inWorld("a session is started when it shows nothing 10 s after its creation", async (world) => {
  const { token, session } = await create(world, "9 s");
  assert.equal((await ask(world, "wpp-status", token)).status, "starting");
  await nothingMore(world, token, { starts: 0, claims: 0 });
  await age(world, "11 s");
  assert.equal((await ask(world, "wpp-status", token)).status, "starting");
  await started(world, 1);
  const { path, body, headers } = world.simulator.requests.find(({ call }) => call === "start")!;
  assert.deepEqual([path, JSON.parse(body)], ["/api/accounts/start", { number: session }]);
  const [{ access_token }] = await connectionRows(world);
  assert.equal(headers.authorization, `Bearer ${access_token}`);
  assert.equal((await ask(world, "wpp-qr", token)).state, "ready");
}, WAITS);

inWorld("wpp-qr starts a session too, and does not wait for that", async (world) => {
  const { token } = await create(world, "11 s");
  const start = holdAnswer(world, "start");
  const { http, state } = await ask(world, "wpp-qr", token);
  assert.deepEqual([http, state], [202, "pending"]);
  await start.arrived;
  assert.equal((await ask(world, "wpp-status", token)).http, 200);
  start.release();
}, WAITS);

inWorld("a session is started once a minute, whoever asks", async (world) => {
  const { token } = await create(world, "11 s");
  world.simulator.misbehave("start", GATEWAY_TIMEOUT, { times: 2 });
  const answers = await Promise.all([1, 2, 3, 4].map(() => ask(world, "wpp-status", token)));
  for (const { http, status } of answers) assert.deepEqual([http, status], [200, "starting"]);
  await started(world, 1);
  const soon = claims(world);
  await ask(world, "wpp-status", token); // the row says that it is too soon
  await nothingMore(world, token, { starts: 1, claims: soon });

  await age(world, "2 minutes");
  await ask(world, "wpp-status", token);
  await started(world, 2);
  await nothingMore(world, token, { starts: 2, claims: soon + 1 });
}, WAITS);

inWorld("a start that fails is nothing, and comes again", async (world) => {
  const { token } = await create(world, "11 s");
  world.simulator.misbehave("start", { kind: "respond", status: 500 });
  world.simulator.misbehave("start", { kind: "reset", when: "before" });
  for (const count of [1, 2, 3]) {
    assert.equal((await ask(world, "wpp-status", token)).http, 200);
    await started(world, count);
    await age(world, "2 minutes");
  }
  assert.equal((await ask(world, "wpp-status", token)).status, "qr_required");
}, WAITS);

inWorld("a session is never started again where the platform answered 404", async (world) => {
  const { token, session } = await create(world, "11 s");
  world.simulator.misbehave("start", { kind: "respond", status: 404, body: "Cannot POST" });
  await ask(world, "wpp-status", token);
  await started(world, 1);
  await listed(world, token); // after the row's note, which came first
  for (let i = 0; i < 2; i++) {
    await age(world, "1 hour");
    assert.equal((await ask(world, "wpp-status", token)).status, "starting");
    await nothingMore(world, token, { starts: 1, claims: 1 });
    // The next account in the row is of the same platform.
    await ask(world, "wpp-disconnect", token);
    await ask(world, "wpp-create", token, { reconnect: true, session });
  }
}, WAITS);

inWorld("a session that answers no state is started, too", async (world) => {
  const { token } = await create(world, "11 s");
  world.simulator.misbehave("status", { kind: "wrong-shape", body: {} });
  assert.equal((await ask(world, "wpp-status", token)).code, "gateway_invalid_response");
  await started(world, 1);
}, WAITS);

inWorld("a session that shows a code, is connected or ended is not started", async (world) => {
  const { token, session } = await create(world, "1 hour");
  const expected = { starts: 0, claims: 0 };
  assert.equal((await ask(world, "wpp-status", token)).status, "qr_required");
  await nothingMore(world, token, expected);
  world.simulator.scan(session);
  assert.equal((await ask(world, "wpp-status", token)).status, "connected");
  await nothingMore(world, token, expected);
  world.simulator.disconnect(session);
  assert.equal((await ask(world, "wpp-status", token)).status, "disconnected");
  await nothingMore(world, token, expected);
  // What it showed before counts: a session that has come to something was started.
  world.simulator.settings.statusWord = () => "starting";
  assert.equal((await ask(world, "wpp-status", token)).status, "starting");
  await nothingMore(world, token, expected);
});

inWorld("a renewed session counts from its renewal", async (world) => {
  const { token, session } = await create(world, "1 hour");
  await ask(world, "wpp-disconnect", token, { session });
  await ask(world, "wpp-create", token, { reconnect: true, session });
  await ask(world, "wpp-status", token);
  await nothingMore(world, token, { starts: 0, claims: 0 });
  await age(world, "11 s");
  await ask(world, "wpp-status", token);
  await started(world, 1);
}, WAITS);
