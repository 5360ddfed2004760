import assert from "node:assert/strict";
import { broken } from "./broken.ts";
import { violationsOf } from "./checks.ts";
import type { Outcome } from "./callers.ts";
import { ID, outcome, request, ROW, run, SENT } from "./evidence_of_one.ts";

const LATER = { startedAt: 2000, endedAt: 3000 };
const REPLAYED = new Headers({ "x-request-id": ID, "idempotency-replayed": "true" });

function failure(status: number, code: string, more: Partial<Outcome> = {}): Outcome {
  const error = { code, message: "", retryable: false, requestId: ID };
  return outcome("wpp-send", status, { error }, { ...LATER, ...more });
}

const reused = failure(422, "idempotency_key_reused", {
  call: { ...SENT.call, message: { ...SENT.call.message!, text: "message 2" } },
});

Deno.test("violationsOf finds nothing when a key is replayed, refused to another, or struck", () => {
  const replay = { ...SENT, ...LATER, headers: REPLAYED };
  const away = failure(503, "database_unavailable");
  assert.deepEqual(violationsOf(run({ outcomes: [SENT, replay, reused, away] })), []);
  const running = failure(409, "idempotency_in_progress", {
    headers: new Headers({ "x-request-id": ID, "retry-after": "2" }),
  });
  const struckCloses = new Set([ID]);
  assert.deepEqual(violationsOf(run({ outcomes: [SENT, running], struckCloses })), []);
});

broken("a key is not said to be replayed", {
  outcomes: [SENT, { ...SENT, ...LATER }],
}, /call \d+ of key-1 got 202 after 202/);
broken("a replay names another message", {
  outcomes: [SENT, {
    ...SENT,
    ...LATER,
    headers: REPLAYED,
    body: { ...SENT.body as object, messageId: ID.replace("1", "2") },
  }],
}, /of key-1 got 202 after 202/);
broken("what was sent is unknown later", {
  outcomes: [SENT, failure(504, "delivery_unknown", { headers: REPLAYED })],
}, /of key-1 got 504 delivery_unknown after 202/);
broken("what is unknown is sent later", {
  outcomes: [failure(504, "delivery_unknown", { startedAt: 0, endedAt: 1 }), {
    ...SENT,
    ...LATER,
    headers: REPLAYED,
  }],
}, /of key-1 got 202 after 504 delivery_unknown/);
broken("another request gets the outcome of a key", {
  outcomes: [SENT, { ...reused, status: 202, body: SENT.body, headers: REPLAYED }],
}, /call \d+ got the outcome of another request/);
broken("a key still runs that nothing struck", {
  outcomes: [SENT, failure(409, "idempotency_in_progress")],
}, /got 409 idempotency_in_progress after 202/);
broken("what is unknown may be repeated", {
  outcomes: [
    outcome("wpp-send", 504, {
      error: { code: "delivery_unknown", message: "", retryable: true, requestId: ID },
    }),
  ],
}, /is told to repeat what may have been sent/);

const send = request("send", { text: "message 1", idempotencyKey: `${ID}:1` });
Deno.test("violationsOf finds nothing when an attempt is replayed after its token was refused", () => {
  assert.deepEqual(violationsOf(run({ requests: [{ ...send, status: 401 }, send] })), []);
});
broken("a caller's key goes to the platform", {
  requests: [{ ...send, idempotencyKey: "key-1" }],
}, /message 1 was sent under another key than its row's/);
broken("an attempt is repeated that was answered with an error", {
  requests: [{ ...send, status: 500 }, send],
}, /an attempt at message 1 was repeated/);
broken("an attempt is repeated that got no answer", {
  requests: [{ ...send, status: undefined }, send],
}, /an attempt at message 1 was repeated/);
broken("a dead send was otherwise when met again", {
  ledger: [{ ...ROW }],
  metAgain: ["row 1, once dead, answers 202"],
}, /once dead, answers 202 \(deadSendViolations\)/);
