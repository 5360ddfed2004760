/** How long a token is taken to live, when it is refreshed, and a key's first moments. */
import assert from "node:assert/strict";
import type { SimulatorOptions } from "../../local/simulator/simulator.ts";
import type { TokenOrigin } from "../../supabase/functions/_shared/wpp/platform/token_source.ts";
import type { NewToken } from "../../supabase/functions/_shared/wpp/platform/token.ts";
import type { WppConnection } from "../../supabase/functions/_shared/wpp/platform/token_source.ts";
import { TokenCache } from "../../supabase/functions/_shared/wpp/platform/token_cache.ts";
import { answer, appError, codeOf, until, type WppFixture, wppFixture } from "../support/wpp.ts";

/** Seconds from now until the token of a first exchange expires. */
async function lifetimeOf(options: SimulatorOptions, body?: unknown): Promise<number> {
  using world = await wppFixture(options);
  if (body) answer(world, "token")(body);
  const saved: NewToken[] = [];
  const saveToken = (_: unknown, token: NewToken) => Promise.resolve(saved.push(token));
  await world.client({ saveToken }).getToken(world.connection);
  assert.equal(saved.length, 1);
  return (saved[0].expiresAt - Date.UTC(2026, 0, 1)) / 1000;
}

const LIFETIMES: [string, SimulatorOptions, number][] = [
  ["it has an exp", { tokenForm: "jwt", tokenLifetime: 900 }, 900],
  ["its exp and expiresIn differ", { tokenForm: "jwt", tokenLifetime: 900, expiresIn: 60 }, 900],
  ["a JWT without exp has expiresIn", { tokenForm: "jwt-without-exp", expiresIn: 700 }, 700],
  ["an opaque one has expiresIn", { tokenForm: "opaque", expiresIn: 700 }, 700],
  ["a JWT says nothing", { tokenForm: "jwt-without-exp" }, 300],
  ["an opaque one says nothing", { tokenForm: "opaque" }, 300],
];

for (const [name, options, seconds] of LIFETIMES) {
  Deno.test(`a token lives for ${seconds} s when ${name}`, async () => {
    assert.equal(await lifetimeOf(options), seconds);
  });
}

for (const expiresIn of ["3600", 0, -5, null, {}, 1e999, 0.001]) {
  Deno.test(`a token lives for 5 minutes when expiresIn is ${JSON.stringify(expiresIn)}`, async () => {
    assert.equal(await lifetimeOf({}, { token: "opaque", expiresIn }), 300);
  });
}

/** A JWT with these claims, in seconds from the first second of 2026. */
function jwt(claims: { iat?: unknown; exp?: unknown }): string {
  const start = Date.UTC(2026, 0, 1) / 1000;
  const absolute = Object.entries(claims).map(([name, value]) => [
    name,
    typeof value === "number" ? start + value : value,
  ]);
  return `e30.${btoa(JSON.stringify(Object.fromEntries(absolute))).replaceAll("=", "")}.sig`;
}

/** Claims, `expiresIn`, and the seconds that the token is taken to live. */
const CLAIMS: [{ iat?: unknown; exp?: unknown }, unknown, number][] = [
  [{ exp: "soon" }, undefined, 300],
  [{ exp: null }, undefined, 300],
  [{ exp: {} }, undefined, 300],
  [{ exp: -1e10 }, undefined, 300],
  // The platform's clock is hours behind, or ahead.
  [{ iat: -18_000, exp: -17_100 }, undefined, 900],
  [{ iat: 18_000, exp: 18_900 }, undefined, 900],
  [{ iat: -18_000, exp: -17_100 }, 60, 900],
  // No life, or one that is over before it begins.
  [{ iat: 0, exp: 0 }, undefined, 300],
  [{ iat: 900, exp: 0 }, 700, 700],
  [{ iat: 0, exp: 0.01 }, undefined, 300],
  // Without iat, the answer is surer than two clocks.
  [{ exp: 900 }, undefined, 900],
  [{ exp: 900 }, 700, 700],
  [{ exp: -900 }, undefined, 300],
  [{ exp: -900 }, 700, 700],
  [{ exp: 90_000 }, undefined, 300],
  [{ iat: "now", exp: 900 }, undefined, 900],
  // No token is trusted for more than a day.
  [{ iat: 0, exp: 1e9 }, undefined, 86_400],
  [{ iat: 0, exp: 1e300 }, undefined, 86_400],
  [{ exp: 1e300 }, undefined, 300],
  [{ iat: 1e300, exp: 900 }, undefined, 900],
  [{}, 1e300, 86_400],
  [{}, 604_800, 86_400],
];

for (const [claims, expiresIn, seconds] of CLAIMS) {
  const said = JSON.stringify({ ...claims, expiresIn });
  Deno.test(`a token lives for ${seconds} s from its receipt when the platform says ${said}`, async () => {
    assert.equal(await lifetimeOf({}, { token: jwt(claims), expiresIn }), seconds);
  });

  Deno.test(`ten calls make one exchange when the platform says ${said}`, async () => {
    using world = await wppFixture();
    const { simulator, client, connection, time } = world;
    simulator.misbehave("token", {
      kind: "respond",
      status: 200,
      body: { token: jwt(claims), expiresIn },
    }, { times: Infinity });
    for (let i = 0; i < 10; i++) {
      await client().getToken(connection);
      time.pass(1_000);
    }
    assert.equal(simulator.countOf("token"), 1);
  });
}

for (const hours of [-5, 5]) {
  const clock = hours < 0 ? "behind" : "ahead";
  for (const tokenForm of ["jwt", "opaque", "jwt-without-exp"] as const) {
    Deno.test(`ten isolates make one exchange of a ${tokenForm} when their clock is ${clock}`, async () => {
      using world = await wppFixture({ now: () => Date.now() - hours * 3_600_000, tokenForm });
      const { simulator, client, time } = world;
      let row = world.connection;
      const saveToken = (_: unknown, { value, expiresAt }: NewToken) => {
        row = { ...row, accessToken: value, accessTokenExpiresAt: expiresAt };
        return Promise.resolve();
      };
      for (let i = 0; i < 10; i++) {
        await client({ saveToken, cache: new TokenCache() }).status(row);
        time.pass(10_000);
      }
      assert.deepEqual([simulator.countOf("token"), simulator.countOf("status")], [1, 10]);
    });
  }
}

Deno.test("a refused token makes one exchange when it stays in the row with a later expiry", async () => {
  using world = await wppFixture({ tokenLifetime: 900 });
  const { simulator, client, connection } = world;
  const row = { ...connection, accessToken: "old", accessTokenExpiresAt: Date.now() + 18_000_000 };
  for (let i = 0; i < 10; i++) await client().status(row);
  assert.deepEqual([simulator.countOf("token"), simulator.countOf("status")], [1, 11]);
});

for (const accessTokenExpiresAt of [NaN, -1, 0]) {
  Deno.test(`ten calls make one exchange when the row's expiry is ${accessTokenExpiresAt}`, async () => {
    using world = await wppFixture();
    const { simulator, client, connection } = world;
    const row = { ...connection, accessToken: "old", accessTokenExpiresAt };
    for (let i = 0; i < 10; i++) await client().status(row);
    assert.deepEqual([simulator.countOf("token"), simulator.countOf("status")], [1, 10]);
  });
}

Deno.test("a stored token is trusted for a day at most when its expiry is further away", async () => {
  using world = await wppFixture();
  const { simulator, client, connection, time } = world;
  const row = { ...connection, accessToken: "old", accessTokenExpiresAt: 1e15 };
  assert.equal(await client().getToken(row), "old");
  time.pass(86_400_000);
  for (let i = 0; i < 10; i++) assert.notEqual(await client().getToken(row), "old");
  assert.equal(simulator.countOf("token"), 1);
});

/** A token's form, and its age in seconds from which it is refreshed in the background, and before a call. */
const MARGINS: [string, SimulatorOptions, number, number][] = [
  ["it lives 3600 s", { tokenLifetime: 3600 }, 3480, 3570],
  ["it lives 600 s", { tokenLifetime: 600 }, 480, 570],
  ["it lives 300 s", { tokenLifetime: 300 }, 240, 270],
  ["it is opaque", { tokenForm: "opaque" }, 240, 270],
  ["it is opaque and expires in 200 s", { tokenForm: "opaque", expiresIn: 200 }, 160, 170],
  ["it lives 100 s", { tokenLifetime: 100 }, 80, 80],
  ["it lives 10 s", { tokenLifetime: 10 }, 8, 8],
];

for (const [form, options, background, blocking] of MARGINS) {
  const hasBackground = background < blocking;
  if (hasBackground) {
    Deno.test(`a token is refreshed in the background from ${background} s when ${form}`, async () => {
      using world = await wppFixture(options);
      const { connection, simulator, time, client } = world;
      const first = await client().getToken(connection);
      time.pass(background * 1000 - 1);
      assert.equal(await client().getToken(connection), first);
      await world.exchanged();
      assert.equal(simulator.countOf("token"), 1);
      time.pass(1);
      simulator.misbehave("token", { kind: "delay", ms: 1_000 });
      const startedAt = Date.now();
      assert.equal(await time.run(client().getToken(connection)), first);
      assert.equal(Date.now(), startedAt, "the call does not wait");
      await until(() => simulator.countOf("token") === 2);
      await world.exchanged();
      assert.notEqual(await client().getToken(connection), first);
      assert.equal(simulator.countOf("token"), 2);
    });
  }

  Deno.test(`a token is refreshed before a call from ${blocking} s when ${form}`, async () => {
    using world = await wppFixture(options);
    const { connection, simulator, time, client } = world;
    const first = await client().getToken(connection);
    time.pass(blocking * 1000 - 1);
    if (hasBackground) simulator.misbehave("token", { kind: "respond", status: 500 });
    const origins: TokenOrigin[] = [];
    await client({ onToken: (origin) => origins.push(origin) }).getToken(connection);
    assert.equal(origins[0], "memory");
    await world.exchanged(); // the one in the background, which fails
    simulator.misbehave("token", { kind: "delay", ms: 1_000 });
    time.pass(1);
    const startedAt = Date.now();
    assert.notEqual(await time.run(client().getToken(connection)), first);
    assert.equal(Date.now() - startedAt, 1_000, "the call waits");
  });
}

for (const status of [401, 403, 404]) {
  Deno.test(`getToken asks again when a new key's exchange answers ${status}`, async () => {
    using world = await wppFixture();
    const { simulator, time, client } = world;
    const connection = { ...world.connection, isNewKey: true };
    simulator.misbehave("token", { kind: "respond", status }, { times: 3 });
    const startedAt = Date.now();
    assert.match(await time.run(client().getToken(connection)), /^ey/);
    assert.equal(simulator.countOf("token"), 4);
    assert.equal(Date.now() - startedAt, 250 + 500 + 1_000);
  });

  Deno.test(`getToken gives up within 5 s when a new key's exchange answers ${status}`, async () => {
    using world = await wppFixture();
    const { simulator, time, client } = world;
    const connection = { ...world.connection, isNewKey: true };
    simulator.misbehave("token", { kind: "respond", status }, { times: Infinity });
    const startedAt = Date.now();
    const error = await time.run(appError(client().getToken(connection)));
    assert.deepEqual([error.code, error.retryable], ["gateway_error", true]);
    assert.ok(error.retryAfter! > 0);
    assert.equal(simulator.countOf("token"), 5);
    assert.ok(Date.now() - startedAt < 5_000);
  });
}

Deno.test("getToken works at the next call when a new key becomes active later", async () => {
  using world = await wppFixture({ keyActiveAfter: 6 });
  const { time, client } = world;
  const connection = { ...world.connection, isNewKey: true };
  assert.equal(await time.run(codeOf(client().getToken(connection))), "gateway_error");
  time.pass(3_000);
  assert.match(await time.run(client().getToken(connection)), /^ey/);
});

Deno.test("getToken ends within 5 s when a new key's exchange is slow as well", async () => {
  using world = await wppFixture();
  const { simulator, time, client } = world;
  const connection = { ...world.connection, isNewKey: true };
  simulator.misbehave("token", { kind: "respond", status: 401 });
  simulator.misbehave("token", { kind: "delay", ms: 60_000 });
  const startedAt = Date.now();
  assert.equal(await time.run(codeOf(client().getToken(connection))), "gateway_timeout");
  assert.equal(Date.now() - startedAt, 5_000);
});

/** What shows that a key has worked, so that its refusal is no sign of its youth. */
const PROOFS: Record<string, (world: WppFixture) => Promise<WppConnection>> = {
  "the row holds a token": ({ connection }) =>
    Promise.resolve({ ...connection, accessToken: "old", accessTokenExpiresAt: Date.now() - 1 }),
  "this isolate has exchanged it": async ({ client, connection }) => {
    await client().getToken(connection);
    return connection;
  },
  "this isolate has exchanged it and dropped the token": async (world) => {
    const { client, connection, simulator } = world;
    await client().getToken(connection);
    simulator.misbehave("token", { kind: "respond", status: 500 });
    simulator.revokeTokens();
    assert.equal(await codeOf(client().status(connection)), "gateway_error");
    return connection;
  },
};

for (const [proof, prove] of Object.entries(PROOFS)) {
  for (const refusedKeyStatus of [401, 403] as const) {
    Deno.test(`getToken refuses a new key at once when ${proof}, and ${refusedKeyStatus} comes`, async () => {
      using world = await wppFixture({ refusedKeyStatus });
      const { simulator, client, time } = world;
      const connection = { ...await prove(world), isNewKey: true };
      simulator.revokeKey(connection.apiKey);
      simulator.revokeTokens();
      const before = simulator.countOf("token");
      const startedAt = Date.now();
      assert.equal(await time.run(codeOf(client().status(connection))), "reconnect_required");
      assert.equal(simulator.countOf("token") - before, 1);
      assert.equal(Date.now(), startedAt);
    });
  }
}

for (const refusedKeyStatus of [401, 403] as const) {
  Deno.test(`getToken asks once when a key that is not new is refused with ${refusedKeyStatus}`, async () => {
    using world = await wppFixture({ refusedKeyStatus });
    const { simulator, client, connection } = world;
    simulator.revokeKey(connection.apiKey);
    assert.equal(await codeOf(client().getToken(connection)), "reconnect_required");
    assert.equal(simulator.countOf("token"), 1);
  });
}
