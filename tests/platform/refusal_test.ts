/** Whether the platform still accepts a connection, and what it costs to find out. */
import assert from "node:assert/strict";
import { TokenCache } from "../../supabase/functions/_shared/wpp/platform/token_cache.ts";
import { codeOf, type WppFixture, wppFixture } from "../support/wpp.ts";

/** The exchanges and status calls that reached the platform. */
function counts({ simulator }: WppFixture): [exchanges: number, statuses: number] {
  return [simulator.countOf("token"), simulator.countOf("status")];
}

Deno.test("isRefused makes one exchange for all its calls when the connection works", async () => {
  using world = await wppFixture();
  const { client, connection, time } = world;
  for (let i = 1; i <= 5; i++) {
    assert.equal(await client().isRefused(connection), false);
    assert.deepEqual(counts(world), [1, i]);
    time.pass(10_000);
  }
});

Deno.test("isRefused makes no exchange when the row has a token that works", async () => {
  using world = await wppFixture();
  const { client, connection } = world;
  const accessToken = await client({ cache: new TokenCache() }).getToken(connection);
  const row = { ...connection, accessToken, accessTokenExpiresAt: Date.now() + 3_600_000 };
  assert.equal(await client().isRefused(row), false);
  assert.deepEqual(counts(world), [1, 1]);
});

Deno.test("isRefused asks nothing for 10 s when it has found a connection accepted", async () => {
  using world = await wppFixture();
  const { client, connection, time } = world;
  await client().isRefused(connection);
  time.pass(9_999);
  assert.equal(await client().isRefused(connection), false);
  assert.deepEqual(counts(world), [1, 1]);
  time.pass(1);
  assert.equal(await client().isRefused(connection), false);
  assert.deepEqual(counts(world), [1, 2]);
});

Deno.test("isRefused asks about each connection when another was found accepted", async () => {
  using world = await wppFixture();
  const { client, connection } = world;
  await client().isRefused(connection);
  await client().isRefused({ ...connection, id: crypto.randomUUID() });
  assert.deepEqual(counts(world), [2, 2]);
});

for (const refusedKeyStatus of [401, 403] as const) {
  Deno.test(`isRefused is true when token and key are refused, the key with ${refusedKeyStatus}`, async () => {
    using world = await wppFixture({ refusedKeyStatus });
    const { simulator, client, connection } = world;
    await client().getToken(connection);
    simulator.revokeKey(connection.apiKey);
    simulator.revokeTokens();
    assert.equal(await client().isRefused(connection), true);
    assert.deepEqual(counts(world), [2, 1]);
    assert.equal(await client().isRefused(connection), true);
    assert.deepEqual(counts(world), [2, 1], "the key's refusal is remembered");
  });
}

Deno.test("isRefused is true when a call was refused within 10 s of being accepted", async () => {
  using world = await wppFixture();
  const { simulator, client, connection } = world;
  assert.equal(await client().isRefused(connection), false);
  simulator.revokeKey(connection.apiKey);
  simulator.revokeTokens();
  assert.equal(await codeOf(client().qr(connection)), "reconnect_required");
  assert.equal(await client().isRefused(connection), true);
});

Deno.test("isRefused is true when the session was forgotten within 10 s of being accepted", async () => {
  using world = await wppFixture();
  const { simulator, client, connection } = world;
  assert.equal(await client().isRefused(connection), false);
  simulator.forget(connection.session);
  assert.equal(await codeOf(client().status(connection)), "reconnect_required");
  assert.equal(await client().isRefused(connection), true);
});

Deno.test("isRefused is true when the platform forgot the session", async () => {
  using world = await wppFixture();
  world.simulator.forget(world.connection.session);
  assert.equal(await world.client().isRefused(world.connection), true);
});

for (const call of ["token", "status"] as const) {
  Deno.test(`isRefused is no answer when ${call} fails`, async () => {
    using world = await wppFixture();
    const { simulator, client, connection, time } = world;
    simulator.misbehave(call, { kind: "respond", status: 500 });
    assert.equal(await codeOf(client().isRefused(connection)), "gateway_error");
    assert.equal(await time.run(client().isRefused(connection)), false, "nothing is remembered");
  });
}

Deno.test("the cache remembers no more than 1,000 accepted connections", () => {
  const cache = new TokenCache();
  for (let i = 0; i < 1_001; i++) cache.accept(`key ${i}`, 0);
  assert.equal(cache.isAccepted("key 0", 1), false);
  assert.equal(cache.isAccepted("key 1", 1), true);
});
