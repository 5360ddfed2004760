/** Each of the platform's calls under each fault: the error, and the requests that went out. */
import assert from "node:assert/strict";
import { freePort } from "../../local/functions.ts";
import { isDeepStrictEqual as deepEqual } from "node:util";
import type { Call, Fault } from "../../local/simulator/simulator.ts";
import { AppError } from "../../supabase/functions/_shared/wpp/errors.ts";
import { WppMsgClient } from "../../supabase/functions/_shared/wpp.ts";
import type { WppConnection } from "../../supabase/functions/_shared/wpp/platform/token_source.ts";
import { accessTokenOf, storedConnection } from "../support/connection.ts";
import { FakeTime, MESSAGE, USER_JWT, type WppFixture, wppFixture } from "../support/wpp.ts";

const CALLS = ["create", "token", "qr", "status", "send"] as const satisfies Call[];
type PlatformCall = typeof CALLS[number];

/** Milliseconds in which each call ends, whatever happens. */
const LIMITS = { create: 20_000, token: 5_000, qr: 8_000, status: 8_000, send: 20_000 };

/** The words of the table: HTTP status, code, retryable. `nothing` is no error: no QR code yet. */
const OUTCOMES: Record<string, [number, string, boolean] | undefined> = {
  nothing: undefined,
  "its word": undefined, // "error" may be the session's state
  refused: [502, "gateway_error", false],
  failing: [502, "gateway_error", true],
  unreachable: [502, "gateway_unreachable", true],
  garbled: [502, "gateway_invalid_response", false],
  late: [504, "gateway_timeout", true],
  unknown: [504, "delivery_unknown", false],
  limited: [429, "rate_limited", true],
  reconnect: [409, "reconnect_required", false],
  unconnected: [409, "not_connected", false],
};

/** `2+1` is two requests of the call itself and one exchange between them. */
const TABLE = `
| fault                   | create        | token         | qr            | status        | send          |
| refused connection      | unreachable 1 | unreachable 3 | unreachable 3 | unreachable 3 | unreachable 1 |
| reset before headers    | unreachable 1 | unreachable 3 | unreachable 3 | unreachable 3 | unknown 1     |
| reset after headers     | unreachable 1 | unreachable 3 | unreachable 3 | unreachable 3 | unknown 1     |
| slow headers            | late 1        | late 1        | late 1        | late 1        | unknown 1     |
| slow body               | late 1        | late 1        | late 1        | late 1        | unknown 1     |
| endless body            | garbled 1     | garbled 1     | garbled 1     | garbled 1     | unknown 1     |
| 204                     | garbled 1     | garbled 1     | nothing 1     | garbled 1     | unknown 1     |
| 302                     | refused 1     | refused 1     | refused 1     | refused 1     | refused 1     |
| 400                     | refused 1     | refused 1     | refused 1     | refused 1     | refused 1     |
| 401                     | refused 1     | reconnect 1   | refused 2+1   | refused 2+1   | refused 2+1   |
| 403                     | refused 1     | reconnect 1   | refused 1     | refused 1     | refused 1     |
| 404                     | refused 1     | refused 1     | nothing 1     | reconnect 1   | refused 1     |
| 408                     | failing 1     | failing 3     | failing 3     | failing 3     | failing 1     |
| 409                     | refused 1     | refused 1     | refused 1     | refused 1     | unconnected 1 |
| 429                     | limited 1     | limited 3     | limited 3     | limited 3     | limited 1     |
| 429, again after 2 s    | limited 1     | limited 3     | limited 3     | limited 3     | limited 1     |
| 429, again after 120 s  | limited 1     | limited 1     | limited 1     | limited 1     | limited 1     |
| 429, again at 120 s     | limited 1     | limited 1     | limited 1     | limited 1     | limited 1     |
| 500                     | failing 1     | failing 1     | failing 1     | failing 1     | unknown 1     |
| 502                     | failing 1     | failing 3     | failing 3     | failing 3     | unknown 1     |
| 502 with an HTML page   | failing 1     | failing 3     | failing 3     | failing 3     | unknown 1     |
| 503                     | failing 1     | failing 3     | failing 3     | failing 3     | unknown 1     |
| 503, again after 120 s  | failing 1     | failing 1     | failing 1     | failing 1     | unknown 1     |
| 504                     | failing 1     | failing 3     | failing 3     | failing 3     | unknown 1     |
| 200 with an HTML page   | garbled 1     | garbled 1     | garbled 1     | garbled 1     | unknown 1     |
| 200 and empty           | garbled 1     | garbled 1     | nothing 1     | garbled 1     | unknown 1     |
| truncated JSON          | garbled 1     | garbled 1     | garbled 1     | garbled 1     | unknown 1     |
| JSON of the wrong shape | garbled 1     | garbled 1     | garbled 1     | garbled 1     | unknown 1     |
| success: false          | refused 1     | refused 1     | refused 1     | refused 1     | refused 1     |
| status: error           | refused 1     | refused 1     | nothing 1     | its word 1    | refused 1     |
`;

const SECRET = "upstream-text-that-nobody-may-see";

function faultNamed(name: string): Fault {
  const headers = retryAfter(name);
  const status = Number(/^\d{3}/.exec(name)?.[0]);
  if (/HTML/.test(name)) return { kind: "html", status };
  switch (name) {
    case "reset before headers":
      return { kind: "reset", when: "before" };
    case "reset after headers":
      return { kind: "reset", when: "after", execute: true };
    case "slow headers":
      return { kind: "delay", ms: 60_000 };
    case "slow body":
      return { kind: "slow-body", ms: 60_000 };
    case "endless body":
      return { kind: "endless-body" };
    case "204":
    case "200 and empty":
      return { kind: "empty", status };
    case "302":
      return { kind: "respond", status, headers: { location: "http://wpp.test/simulator/state" } };
    case "truncated JSON":
      return { kind: "truncated" };
    case "JSON of the wrong shape":
      return { kind: "wrong-shape", body: { apiKey: 1, token: 1, qr: 1, status: 1, taskId: [] } };
    case "status: error":
      return { kind: "status-error" };
    case "success: false":
      return { kind: "unsuccessful" };
    default:
      return { kind: "respond", status, headers, body: { message: SECRET } };
  }
}

/** `Retry-After` as seconds ("after") or as a date ("at"). */
function retryAfter(name: string): Record<string, string> {
  const [, form, seconds] = /again (after|at) (\d+) s/.exec(name) ?? [];
  if (!form) return {};
  const date = new Date(Date.now() + Number(seconds) * 1000).toUTCString();
  return { "retry-after": form === "at" ? date : seconds };
}

function make(call: PlatformCall, client: WppMsgClient, connection: WppConnection) {
  switch (call) {
    case "create":
      return client.create({ userJwt: USER_JWT }, "claim-of-the-fault");
    case "token":
      return client.getToken(connection);
    case "send":
      return client.sendText(connection, MESSAGE);
    default:
      return client[call](connection);
  }
}

/** A connection that needs no exchange, unless the exchange is what is tested. */
async function connectionFor(call: PlatformCall, { client, connection, time }: WppFixture) {
  if (call === "token" || call === "create") return connection;
  await time.run(client().getToken(connection));
  return connection;
}

/** What a call that was to fail threw; `undefined` for an answer that says "nothing". */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    const result = await work;
    if (deepEqual(result, { status: "unknown", providerStatus: "error" })) return;
    assert.equal(result, undefined, "the call gave a result in spite of the fault");
  } catch (error) {
    return error;
  }
}

function assertOutcome(error: unknown, outcome: string): void {
  assert.ok(outcome in OUTCOMES, `the table's word ${outcome} is explained`);
  const expected = OUTCOMES[outcome];
  if (expected === undefined) return assert.equal(error, undefined);
  if (!(error instanceof AppError)) throw error ?? new Error("no error at all");
  const { status, code, retryable, message } = error;
  assert.deepEqual([status, code, retryable], expected);
  assert.ok(!message.includes(SECRET), "the message holds upstream text");
}

async function assertFault(call: PlatformCall, fault: string, expected: string): Promise<void> {
  using world = await wppFixture();
  const { simulator, time } = world;
  const [, outcome, requests] = /^(.+) (\S+)$/.exec(expected)!;
  const connection = await connectionFor(call, world);
  simulator.scan(connection.session);
  simulator.misbehave(call, faultNamed(fault), { times: Infinity });
  const before = simulator.requests.length;
  const startedAt = Date.now();
  const error = await time.run(failureOf(make(call, world.client(), connection)));
  assertOutcome(error, outcome);
  const elapsed = Date.now() - startedAt;
  assert.ok(elapsed <= LIMITS[call], `took ${elapsed} ms`);
  if (fault.startsWith("slow")) assert.equal(elapsed, LIMITS[call]);
  const [own, exchanges = "0"] = requests.split("+");
  const sent = simulator.requests.slice(before).map((request) => request.call);
  const all = [...Array(Number(own)).fill(call), ...Array(Number(exchanges)).fill("token")];
  assert.deepEqual(sent.sort(), all.sort());
  assert.equal(time.timers(), 0, "a timer is left");
}

async function assertRefusal(call: PlatformCall, expected: string): Promise<void> {
  using time = new FakeTime();
  let requests = 0;
  const baseUrl = `http://127.0.0.1:${freePort()}`;
  const client = new WppMsgClient({ baseUrl, onRequest: () => requests++ });
  const connection = storedConnection({
    accessToken: call === "token" ? null : accessTokenOf(3600),
  });
  const error = await time.run(failureOf(make(call, client, connection)));
  const [outcome, count] = expected.split(" ");
  assertOutcome(error, outcome);
  assert.equal((error as AppError).effect, "none", "the request provably did not leave");
  assert.equal(requests, Number(count));
}

const [, ...rows] = TABLE.trim().split("\n")
  .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));

for (const [fault, ...outcomes] of rows) {
  for (const [i, call] of CALLS.entries()) {
    Deno.test(`${call} ends as documented when the platform's answer is: ${fault}`, async () => {
      if (fault === "refused connection") await assertRefusal(call, outcomes[i]);
      else await assertFault(call, fault, outcomes[i]);
    });
  }
}
