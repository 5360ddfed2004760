import assert from "node:assert/strict";
import type { Fault } from "../../local/simulator/simulator.ts";
import type { WppMsgClient } from "../../supabase/functions/_shared/wpp.ts";
import { appError, MESSAGE, until, USER_JWT, type WppFixture, wppFixture } from "../support/wpp.ts";

const READS = {
  token: ({ client, connection }: WppFixture) => client().getToken(connection),
  qr: ({ client, connection }: WppFixture) => client().qr(connection),
  status: ({ client, connection }: WppFixture) => client().status(connection),
};

const PASSING: Record<string, Fault> = {
  "a reset before the headers": { kind: "reset", when: "before" },
  "a reset after the headers": { kind: "reset", when: "after" },
  "408": { kind: "respond", status: 408 },
  "429": { kind: "respond", status: 429 },
  "502": { kind: "html", status: 502 },
  "503": { kind: "respond", status: 503 },
  "504": { kind: "respond", status: 504 },
};

/** Runs `test` with a die that always shows this. */
async function withRandom(value: number, test: () => Promise<void>): Promise<void> {
  const { random } = Math;
  Math.random = () => value;
  try {
    await test();
  } finally {
    Math.random = random;
  }
}

for (const [call, read] of Object.entries(READS)) {
  for (const [name, fault] of Object.entries(PASSING)) {
    Deno.test(`${call} succeeds at the third attempt when the first two end in ${name}`, async () => {
      using world = await wppFixture();
      world.simulator.misbehave(call as keyof typeof READS, fault, { times: 2 });
      assert.ok(await world.time.run<unknown>(read(world)));
      assert.equal(world.simulator.countOf(call as keyof typeof READS), 3);
    });
  }

  Deno.test(`${call} pauses for up to 250 ms, then 500 ms, when the platform names no time`, async () => {
    for (const [random, pause] of [[0, 0], [0.5, 375], [1, 750]]) {
      await withRandom(random, async () => {
        using world = await wppFixture();
        const fault: Fault = { kind: "respond", status: 503 };
        world.simulator.misbehave(call as keyof typeof READS, fault, { times: 2 });
        const startedAt = Date.now();
        await world.time.run<unknown>(read(world));
        assert.equal(Math.round(Date.now() - startedAt), pause);
      });
    }
  });

  Deno.test(`${call} waits as long as Retry-After says when that is short`, async () => {
    using world = await wppFixture();
    const { simulator, time } = world;
    const date = new Date(Date.now() + 3_000).toUTCString();
    for (const value of ["1", date]) {
      const headers = { "retry-after": value };
      simulator.misbehave(call as keyof typeof READS, { kind: "respond", status: 429, headers });
    }
    const startedAt = Date.now();
    await time.run<unknown>(read(world));
    assert.equal(Date.now() - startedAt, 3_000);
    assert.equal(simulator.countOf(call as keyof typeof READS), 3);
  });
}

Deno.test("status gives up at once when the pause asked for does not fit in its deadline", async () => {
  using world = await wppFixture();
  const { simulator, time, connection, client } = world;
  await client().getToken(connection);
  const headers = { "retry-after": "4" };
  simulator.misbehave("status", { kind: "respond", status: 503, headers }, { times: 3 });
  const startedAt = Date.now();
  const error = await time.run(appError(client().status(connection)));
  assert.deepEqual([error.code, error.retryAfter], ["gateway_error", 4]);
  assert.equal(simulator.countOf("status"), 2, "a second pause of 4 s would end at 8 s");
  assert.equal(Date.now() - startedAt, 4_000);
});

const RETRY_AFTER: [string, string | undefined, number][] = [
  ["seconds", "120", 120],
  ["a date", "Thu, 01 Jan 2026 00:02:00 GMT", 120],
  ["a date gone by", "Wed, 31 Dec 2025 00:00:00 GMT", 0],
  ["seconds without an end", "99999999999999999999999", 3600],
  ["a day in seconds", "86400", 3600],
  ["a date years away", "Fri, 31 Dec 2199 23:59:59 GMT", 3600],
  ["zero", "0", 0],
  ["blanks around", " 120 ", 120],
  ["nonsense", "soon", 1],
  ["what Date.parse takes for a date", "may 5", 1],
  ["a weekday alone", "Thu", 1],
  ["a date that does not exist", "Thu, 99 Jan 2026 00:02:00 GMT", 1],
  ["hexadecimal", "0x10", 1],
  ["an exponent", "1e3", 1],
  ["a sign", "+5", 1],
  ["two values", "5, 7", 1],
  ["a negative number", "-5", 1],
  ["a fraction", "3600.5", 1],
  ["nothing", undefined, 1],
];

for (const [form, value, seconds] of RETRY_AFTER) {
  Deno.test(`sendText passes Retry-After on when a 429 names ${form}`, async () => {
    using world = await wppFixture();
    const { simulator, connection, client, time } = world;
    const headers: Record<string, string> = value === undefined ? {} : { "retry-after": value };
    simulator.misbehave("send", { kind: "respond", status: 429, headers });
    const error = await time.run(appError(client().sendText(connection, MESSAGE)));
    assert.deepEqual([error.code, error.retryAfter], ["rate_limited", seconds]);
    assert.equal(simulator.countOf("send"), 1);
  });
}

/** Whether the platform may have created a client: then the claim must not be released. */
const CREATIONS: [string, Fault, boolean][] = [
  ["400", { kind: "respond", status: 400 }, false],
  ["401", { kind: "respond", status: 401 }, false],
  ["409", { kind: "respond", status: 409 }, false],
  ["429", { kind: "respond", status: 429 }, false],
  ["success: false", { kind: "unsuccessful" }, false],
  ["a reset before the headers", { kind: "reset", when: "before" }, true],
  ["a reset after the headers", { kind: "reset", when: "after" }, true],
  ["silence", { kind: "delay", ms: 60_000 }, true],
  ["500", { kind: "respond", status: 500 }, true],
  ["503", { kind: "respond", status: 503 }, true],
  ["an endless body", { kind: "endless-body" }, true],
  ["a truncated body", { kind: "truncated" }, true],
  ["an empty body", { kind: "empty", status: 200 }, true],
  ["an answer of the wrong shape", { kind: "wrong-shape", body: { apiKey: "k" } }, true],
];

for (const [name, fault, uncertain] of CREATIONS) {
  const outcome = uncertain ? "uncertain" : "certain not to have happened";
  Deno.test(`create is ${outcome} when the platform answers with ${name}`, async () => {
    using world = await wppFixture();
    world.simulator.misbehave("create", fault);
    const error = await world.time.run(
      appError(world.client().create({ userJwt: USER_JWT }, "claim-2")),
    );
    assert.equal(error.effect === "unknown", uncertain);
    assert.equal(world.simulator.countOf("create"), 2, "one of this test and one before it");
  });
}

const NEVER_CONNECTED = "error sending request for url (http://wpp.test/): client error (Connect)";
/** How a failed fetch says that it never connected: Deno 2.1, and Deno 2.9. */
const REFUSALS: [string, Error, boolean][] = [
  ["in its message", new TypeError(`${NEVER_CONNECTED}: tcp connect error`), false],
  ["in its cause", new TypeError("fetch failed", { cause: new Error(NEVER_CONNECTED) }), false],
  ["nowhere", new TypeError("error sending request: connection closed"), true],
];

for (const [place, error, mayHaveLeft] of REFUSALS) {
  const code = mayHaveLeft ? "delivery_unknown" : "gateway_unreachable";
  Deno.test(`sendText fails with ${code} when fetch says "Connect" ${place}`, async () => {
    using world = await wppFixture();
    const { client, connection } = world;
    await client().getToken(connection);
    const { fetch } = globalThis;
    globalThis.fetch = () => Promise.reject(error);
    try {
      const failure = await appError(client().sendText(connection, MESSAGE));
      assert.deepEqual([failure.code, failure.effect === "unknown"], [code, mayHaveLeft]);
    } finally {
      globalThis.fetch = fetch;
    }
  });
}

Deno.test("status ends with gateway_timeout when its request's own deadline passes", async () => {
  using world = await wppFixture();
  const { simulator, connection, time } = world;
  simulator.misbehave("status", { kind: "delay", ms: 60_000 });
  const request = new AbortController();
  setTimeout(() => request.abort(new DOMException("The request is over", "TimeoutError")), 3_000);
  const startedAt = Date.now();
  const client = world.client({ signal: request.signal });
  const error = await time.run(appError(client.status(connection)));
  assert.equal(error.code, "gateway_timeout");
  assert.equal(Date.now() - startedAt, 3_000);
});

const REASONS: Record<string, DOMException | undefined> = {
  "its deadline has passed": new DOMException("The request is over", "TimeoutError"),
  "its caller has gone": undefined,
};

/** A signal that has aborted. */
function aborted(reason?: DOMException): AbortSignal {
  const request = new AbortController();
  request.abort(reason);
  return request.signal;
}

for (const [name, reason] of Object.entries(REASONS)) {
  Deno.test(`no call leaves when the request is over: ${name}`, async () => {
    using world = await wppFixture();
    const { simulator, connection } = world;
    await world.client().getToken(connection);
    let count = 0;
    const wpp = world.client({ signal: aborted(reason), onRequest: () => count++ });
    const before = simulator.requests.length;
    const calls = [
      wpp.create({ userJwt: USER_JWT }, "claim-2"),
      wpp.qr(connection),
      wpp.status(connection),
      wpp.sendText(connection, MESSAGE),
    ];
    for (const call of calls) {
      const { code, effect, retryable } = await appError(call);
      assert.deepEqual([code, effect, retryable], ["gateway_timeout", "none", true]);
    }
    assert.deepEqual([count, simulator.requests.length - before], [0, 0]);
  });

  Deno.test(`a replay has no effect when it has not left: ${name}`, async () => {
    using world = await wppFixture();
    const { simulator, connection, time } = world;
    await world.client().getToken(connection);
    simulator.scan(connection.session);
    simulator.revokeTokens();
    simulator.misbehave("token", { kind: "delay", ms: 2_000 });
    const request = new AbortController();
    setTimeout(() => request.abort(reason), 1_000);
    const wpp = world.client({ signal: request.signal });
    const { code, effect, retryable } = await time.run(appError(wpp.sendText(connection, MESSAGE)));
    assert.deepEqual([code, effect, retryable], ["gateway_timeout", "none", true]);
    assert.deepEqual([simulator.countOf("send"), simulator.messages.length], [1, 0]);
  });
}

Deno.test("a replay may have been taken when its request ends after it has left", async () => {
  using world = await wppFixture();
  const { simulator, connection, time } = world;
  await world.client().getToken(connection);
  simulator.revokeTokens();
  simulator.misbehave("send", { kind: "delay", ms: 60_000 }, { after: 1 });
  const request = new AbortController();
  const wpp = world.client({ signal: request.signal });
  const sending = appError(wpp.sendText(connection, MESSAGE));
  await until(() => simulator.countOf("send") === 2);
  request.abort(REASONS["its deadline has passed"]);
  const { code, effect } = await time.run(sending);
  assert.deepEqual([code, effect], ["delivery_unknown", "unknown"]);
  assert.equal(simulator.countOf("send"), 2);
});

Deno.test("onRequest counts each request that goes out, exchanges and replays too", async () => {
  using world = await wppFixture();
  const { simulator, connection, client } = world;
  let count = 0;
  const wpp: WppMsgClient = client({ onRequest: () => count++ });
  const before = simulator.requests.length;
  await wpp.status(connection);
  simulator.revokeTokens();
  await wpp.status(connection);
  assert.equal(count, 5);
  assert.equal(simulator.requests.length - before, 5);
});
