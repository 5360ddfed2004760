/** How long a token is taken to live, when it is refreshed, and a key's first moments. */
import assert from "node:assert/strict";
import type { SimulatorOptions } from "../../local/simulator/simulator.ts";
import type { TokenOrigin } from "../../supabase/functions/_shared/wpp/platform/token_source.ts";
import type { AccessToken } from "../../supabase/functions/_shared/wpp/platform/token.ts";
import { answer, appError, codeOf, until, wppFixture } from "../support/wpp.ts";

/** Seconds from now until the token of a first exchange expires. */
async function lifetimeOf(options: SimulatorOptions, body?: unknown): Promise<number> {
  using world = await wppFixture(options);
  if (body) answer(world, "token")(body);
  const saved: AccessToken[] = [];
  const saveToken = (_: unknown, token: AccessToken) => Promise.resolve(saved.push(token));
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

for (const expiresIn of ["3600", 0, -5, null, {}, 1e999]) {
  Deno.test(`a token lives for 5 minutes when expiresIn is ${JSON.stringify(expiresIn)}`, async () => {
    assert.equal(await lifetimeOf({}, { token: "opaque", expiresIn }), 300);
  });
}

for (const exp of ["soon", null, {}]) {
  Deno.test(`a token lives for 5 minutes when its exp is ${JSON.stringify(exp)}`, async () => {
    const token = `e30.${btoa(JSON.stringify({ exp })).replaceAll("=", "")}.sig`;
    assert.equal(await lifetimeOf({}, { token }), 300);
  });
}

/** Lifetime → seconds of age from which it is refreshed in the background, and before a call. */
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

for (const status of [401, 404]) {
  Deno.test(`getToken asks again when a new key's exchange answers ${status}`, async () => {
    using world = await wppFixture();
    const { simulator, time, client } = world;
    const connection = { ...world.connection, apiKeyIssuedAt: Date.now() };
    simulator.misbehave("token", { kind: "respond", status }, { times: 3 });
    const startedAt = Date.now();
    assert.match(await time.run(client().getToken(connection)), /^ey/);
    assert.equal(simulator.countOf("token"), 4);
    assert.equal(Date.now() - startedAt, 250 + 500 + 1_000);
  });

  Deno.test(`getToken gives up within 5 s when a new key's exchange answers ${status}`, async () => {
    using world = await wppFixture();
    const { simulator, time, client } = world;
    const connection = { ...world.connection, apiKeyIssuedAt: Date.now() };
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
  const connection = { ...world.connection, apiKeyIssuedAt: Date.now() };
  assert.equal(await time.run(codeOf(client().getToken(connection))), "gateway_error");
  time.pass(3_000);
  assert.match(await time.run(client().getToken(connection)), /^ey/);
});

Deno.test("getToken ends within 5 s when a new key's exchange is slow as well", async () => {
  using world = await wppFixture();
  const { simulator, time, client } = world;
  const connection = { ...world.connection, apiKeyIssuedAt: Date.now() };
  simulator.misbehave("token", { kind: "respond", status: 401 });
  simulator.misbehave("token", { kind: "delay", ms: 60_000 });
  const startedAt = Date.now();
  assert.equal(await time.run(codeOf(client().getToken(connection))), "gateway_timeout");
  assert.equal(Date.now() - startedAt, 5_000);
});

for (const age of [60_000, 86_400_000, null]) {
  Deno.test(`getToken asks once when a refused key's age is ${age} ms`, async () => {
    using world = await wppFixture();
    const { simulator, client, time } = world;
    const apiKeyIssuedAt = age === null ? null : Date.now() - age;
    const connection = { ...world.connection, apiKeyIssuedAt };
    simulator.revokeKey(connection.apiKey);
    assert.equal(await time.run(codeOf(client().getToken(connection))), "reconnect_required");
    assert.equal(simulator.countOf("token"), 1);
  });
}
