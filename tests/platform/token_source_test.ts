/** Where tokens come from, who shares them, and what a refused one leads to. */
import assert from "node:assert/strict";
import type { TokenOrigin } from "../../supabase/functions/_shared/wpp/platform/token_source.ts";
import { TokenCache } from "../../supabase/functions/_shared/wpp/platform/token_cache.ts";
import type { Fault } from "../../local/simulator/simulator.ts";
import { codeOf, MESSAGE, until, type WppFixture, wppFixture } from "../support/wpp.ts";

const hundred = <T>(make: () => Promise<T>) => Promise.all(Array.from({ length: 100 }, make));

Deno.test("getToken makes one exchange when 100 requests ask at once", async () => {
  using world = await wppFixture();
  const { client, connection, simulator } = world;
  const tokens = await hundred(() => client().getToken(connection));
  assert.equal(new Set(tokens).size, 1);
  assert.equal(simulator.countOf("token"), 1);
});

Deno.test("getToken makes one exchange for 100 failures at once, and a new one after them", async () => {
  using world = await wppFixture();
  const { client, connection, simulator, time } = world;
  const then: Fault = { kind: "respond", status: 500 };
  simulator.misbehave("token", { kind: "delay", ms: 1_000, then });
  let asking = 0;
  const onToken = () => asking++;
  const failures = hundred(() => codeOf(client({ onToken }).getToken(connection)));
  await until(() => asking === 100);
  const codes = await time.run(failures);
  assert.deepEqual([...new Set(codes)], ["gateway_error"]);
  assert.equal(simulator.countOf("token"), 1);
  await client().getToken(connection);
  assert.equal(simulator.countOf("token"), 2);
});

Deno.test("clients share the isolate's tokens when no cache is given", async () => {
  using world = await wppFixture();
  const { client, connection, simulator } = world;
  const first = await client({ cache: undefined }).getToken(connection);
  assert.equal(await client({ cache: undefined }).getToken(connection), first);
  assert.equal(simulator.countOf("token"), 1);
});

Deno.test("a token comes from an exchange, then memory, and in a new isolate from the row", async () => {
  using world = await wppFixture();
  const { client, simulator } = world;
  const origins: TokenOrigin[] = [];
  const onToken = (origin: TokenOrigin) => origins.push(origin);
  let row = world.connection;
  const saveToken: Parameters<typeof client>[0] = {
    saveToken: (_, { value, expiresAt }) => {
      row = { ...row, accessToken: value, accessTokenExpiresAt: expiresAt };
      return Promise.resolve();
    },
  };
  const first = await client({ onToken, ...saveToken }).getToken(row);
  assert.equal(await client({ onToken }).getToken(row), first);
  const cache = new TokenCache();
  assert.equal(await client({ onToken, cache }).getToken(row), first);
  assert.equal(await client({ onToken, cache }).getToken(row), first);
  assert.deepEqual(origins, ["exchange", "memory", "row", "memory"]);
  assert.equal(simulator.countOf("token"), 1);
});

Deno.test("getToken takes the row's token when it lives longer than memory's, and only then", async () => {
  using world = await wppFixture();
  const { client, connection, simulator, time } = world;
  const older = await client().getToken(connection);
  const olderEnd = Date.now() + 3_600_000;
  time.pass(5_000);
  const newer = await client({ cache: new TokenCache() }).getToken(connection);
  const row = { ...connection, accessToken: newer, accessTokenExpiresAt: olderEnd + 5_000 };
  assert.equal(await client().getToken(row), newer);
  const stale = { ...connection, accessToken: older, accessTokenExpiresAt: olderEnd };
  assert.equal(await client().getToken(stale), newer);
  assert.equal(simulator.countOf("token"), 2);
});

Deno.test("getToken makes an exchange when the row's token has ended", async () => {
  using world = await wppFixture();
  const { client, connection, simulator } = world;
  const row = { ...connection, accessToken: "old", accessTokenExpiresAt: Date.now() - 1 };
  assert.notEqual(await client().getToken(row), "old");
  assert.equal(simulator.countOf("token"), 1);
});

for (const call of ["qr", "status", "send"] as const) {
  const make = ({ client, connection }: WppFixture): Promise<unknown> =>
    call === "send" ? client().sendText(connection, MESSAGE) : client()[call](connection);

  Deno.test(`${call} makes one exchange and one replay when its token is revoked`, async () => {
    using world = await wppFixture();
    world.simulator.scan(world.connection.session);
    await world.client().getToken(world.connection);
    world.simulator.revokeTokens();
    await make(world);
    assert.equal(world.simulator.countOf(call), 2);
    assert.equal(world.simulator.countOf("token"), 2);
    assert.equal(world.simulator.messages.length, call === "send" ? 1 : 0);
  });

  Deno.test(`${call} makes no second replay when the new token is refused too`, async () => {
    using world = await wppFixture();
    await world.client().getToken(world.connection);
    world.simulator.misbehave(call, { kind: "respond", status: 401 }, { times: Infinity });
    assert.equal(await codeOf(make(world)), "gateway_error");
    assert.equal(world.simulator.countOf(call), 2);
    assert.equal(world.simulator.countOf("token"), 2);
  });

  Deno.test(`${call} makes one exchange for 100 refused tokens at once`, async () => {
    using world = await wppFixture();
    const { simulator, client, connection } = world;
    simulator.scan(connection.session);
    await client().getToken(connection);
    simulator.revokeTokens();
    await hundred(() => make(world));
    assert.equal(simulator.countOf("token"), 2);
    assert.ok(simulator.countOf(call) > 100 && simulator.countOf(call) <= 200);
    assert.equal(simulator.messages.length, call === "send" ? 100 : 0);
  });

  Deno.test(`${call} needs a reconnection when token and key are revoked`, async () => {
    using world = await wppFixture();
    const { simulator, client, connection } = world;
    await client().getToken(connection);
    simulator.revokeTokens();
    simulator.revokeKey(connection.apiKey);
    assert.equal(await codeOf(make(world)), "reconnect_required");
    assert.equal(simulator.countOf(call), 1);
    assert.equal(simulator.countOf("token"), 2);
  });
}

Deno.test("a refused token in the row is not used again when memory has a newer one", async () => {
  using world = await wppFixture();
  const { client, connection, simulator, time } = world;
  const accessToken = await client().getToken(connection);
  const row = { ...connection, accessToken, accessTokenExpiresAt: Date.now() + 3_600_000 };
  time.pass(1_000);
  simulator.revokeTokens();
  await client().status(row);
  await client().status(row);
  assert.equal(simulator.countOf("status"), 3);
  assert.equal(simulator.countOf("token"), 2);
});

Deno.test("a shared exchange goes on when the caller that started it is aborted", async () => {
  using world = await wppFixture();
  const { client, connection, simulator, time } = world;
  simulator.misbehave("token", { kind: "delay", ms: 1_000 });
  const first = new AbortController();
  let asking = 0;
  const onToken = () => asking++;
  const aborted = codeOf(client({ signal: first.signal, onToken }).status(connection));
  await until(() => simulator.countOf("token") === 1);
  const second = client({ onToken }).status(connection);
  await until(() => asking === 2);
  first.abort(new DOMException("The request is over", "TimeoutError"));
  assert.equal((await time.run(second)).status, "qr_required");
  assert.equal(await aborted, "gateway_timeout");
  assert.equal(simulator.countOf("token"), 1);
  assert.equal(simulator.countOf("status"), 1);
});

Deno.test("a call succeeds when its new token cannot be stored", async () => {
  using world = await wppFixture();
  const { client, connection, simulator } = world;
  const reject = () => Promise.reject(new Error("the database is unavailable"));
  const raise = () => {
    throw new Error("the database is unavailable");
  };
  for (const saveToken of [reject, raise]) {
    const wpp = client({ saveToken, cache: new TokenCache() });
    assert.equal((await wpp.status(connection)).status, "qr_required");
    assert.equal((await wpp.status(connection)).status, "qr_required");
  }
  assert.equal(simulator.countOf("token"), 2, "memory keeps it all the same");
});
