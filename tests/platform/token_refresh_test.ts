/** A token near its end when its refresh fails, and a key that the platform refuses. */
import assert from "node:assert/strict";
import type { Fault } from "../../local/simulator/simulator.ts";
import { TokenCache } from "../../supabase/functions/_shared/wpp/platform/token_cache.ts";
import { codeOf, until, USER_JWT, wppFixture } from "../support/wpp.ts";

const FAULTS: Record<string, Fault> = {
  "500": { kind: "respond", status: 500 },
  "404": { kind: "respond", status: 404 },
  "429": { kind: "respond", status: 429, headers: { "retry-after": "60" } },
  "a page": { kind: "html", status: 200 },
  "success: false": { kind: "unsuccessful" },
  silence: { kind: "delay", ms: 60_000 },
};

/** A platform whose token was issued so many seconds ago, of the 3,600 that it lives. */
async function aged(seconds: number) {
  const world = await wppFixture();
  const token = await world.client().getToken(world.connection);
  world.time.pass(seconds * 1000);
  return { world, token };
}

for (const [name, fault] of Object.entries(FAULTS)) {
  Deno.test(`a token is kept when its refresh in the background ends in ${name}`, async () => {
    const { world, token } = await aged(3_500);
    using _ = world;
    const { simulator, client, connection } = world;
    simulator.misbehave("token", fault);
    assert.equal(await client().getToken(connection), token);
    await until(() => simulator.countOf("token") === 2);
    await world.exchanged();
    assert.equal(await client().getToken(connection), token);
    await world.exchanged();
    assert.equal(simulator.countOf("token"), 2);
  });

  Deno.test(`a token is used while it lasts when its refresh before a call ends in ${name}`, async () => {
    const { world, token } = await aged(3_575);
    using _ = world;
    const { simulator, client, connection, time } = world;
    simulator.misbehave("token", fault, { times: Infinity });
    assert.equal(await time.run(client().getToken(connection)), token);
    assert.equal((await time.run(client().status(connection))).status, "qr_required");
    time.pass(25_000);
    await time.run(codeOf(client().getToken(connection)));
  });
}

Deno.test("a refresh in the background that failed is tried again after 10 s, and not before", async () => {
  const { world, token } = await aged(3_500);
  using _ = world;
  const { simulator, client, connection, time } = world;
  simulator.misbehave("token", { kind: "respond", status: 500 });
  await client().getToken(connection);
  await until(() => simulator.countOf("token") === 2);
  await world.exchanged();
  time.pass(9_999);
  await client().getToken(connection);
  await world.exchanged();
  assert.equal(simulator.countOf("token"), 2);
  time.pass(1);
  await client().getToken(connection);
  await until(() => simulator.countOf("token") === 3);
  await world.exchanged();
  assert.notEqual(await client().getToken(connection), token);
});

Deno.test("a refresh in the background is one exchange when 100 calls need it", async () => {
  const { world, token } = await aged(3_500);
  using _ = world;
  const { simulator, client, connection } = world;
  simulator.misbehave("token", { kind: "delay", ms: 1_000 }); // not over before all have asked
  const calls = Array.from({ length: 100 }, () => client().getToken(connection));
  assert.deepEqual([...new Set(await Promise.all(calls))], [token]);
  await until(() => simulator.countOf("token") === 2);
  await world.exchanged();
  assert.equal(simulator.countOf("token"), 2);
});

Deno.test("a refresh in the background leaves no unhandled rejection when it fails", async () => {
  const { world } = await aged(0);
  using _ = world;
  const { simulator, client, connection, time } = world;
  const cache = new TokenCache();
  await client({ cache }).getToken(connection);
  time.pass(3_500_000);
  simulator.misbehave("token", { kind: "respond", status: 401 });
  await client({ cache }).getToken(connection);
  let turns = 0; // an unhandled rejection in one of them would fail this test
  await until(() => simulator.countOf("token") === 3 && turns++ > 100);
});

Deno.test("getToken fails with the refresh's error when the old token has expired", async () => {
  const { world } = await aged(3_600);
  using _ = world;
  world.simulator.misbehave("token", { kind: "respond", status: 500 });
  assert.equal(await codeOf(world.client().getToken(world.connection)), "gateway_error");
});

for (const refusedKeyStatus of [401, 403] as const) {
  Deno.test(`getToken needs a reconnection when ${refusedKeyStatus} comes before the old token ends`, async () => {
    const { world } = await aged(3_575);
    using _ = world;
    world.simulator.settings.refusedKeyStatus = refusedKeyStatus;
    world.simulator.revokeKey(world.connection.apiKey);
    assert.equal(await codeOf(world.client().getToken(world.connection)), "reconnect_required");
  });
}

Deno.test("a refused key is asked about once in 30 s", async () => {
  using world = await wppFixture();
  const { simulator, client, connection, time } = world;
  simulator.revokeKey(connection.apiKey);
  for (let i = 0; i < 5; i++) {
    assert.equal(await codeOf(client().status(connection)), "reconnect_required");
  }
  time.pass(29_999);
  assert.equal(await codeOf(client().getToken(connection)), "reconnect_required");
  assert.equal(simulator.countOf("token"), 1);
  time.pass(1);
  assert.equal(await codeOf(client().getToken(connection)), "reconnect_required");
  assert.equal(simulator.countOf("token"), 2);
  assert.equal(simulator.countOf("status"), 0);
});

Deno.test("a key that replaces a refused one is used at once", async () => {
  using world = await wppFixture();
  const { simulator, client, connection } = world;
  simulator.revokeKey(connection.apiKey);
  assert.equal(await codeOf(client().getToken(connection)), "reconnect_required");
  const { apiKey, session } = await client().create({ userJwt: USER_JWT }, "claim-2");
  const renewed = { ...connection, apiKey, session };
  assert.equal((await client().status(renewed)).status, "qr_required");
});

for (const status of [400, 404, 500]) {
  Deno.test(`a key is not remembered as refused when the exchange answers ${status}`, async () => {
    using world = await wppFixture();
    const { simulator, client, connection } = world;
    simulator.misbehave("token", { kind: "respond", status }, { times: 2 });
    assert.equal(await codeOf(client().getToken(connection)), "gateway_error");
    assert.equal(await codeOf(client().getToken(connection)), "gateway_error");
    assert.match(await client().getToken(connection), /^ey/);
    assert.equal(simulator.countOf("token"), 3);
  });
}
