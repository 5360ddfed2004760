import assert from "node:assert/strict";
import { broken } from "./broken.ts";
import { violationsOf } from "./checks.ts";
import {
  CLAIMED,
  CONNECTED,
  CREATED,
  EMPTIED,
  ENDED,
  ended,
  ID,
  outcome,
  request,
  run,
  SENT,
  SESSION,
  through,
  write,
} from "./evidence_of_one.ts";
import { leakIn } from "./leaks.ts";

const status = outcome("wpp-status", 200, {
  ...{ session: SESSION, status: "connected", providerStatus: "CONNECTED" },
  checkedAt: "2026-11-27T00:00:00.000Z",
}, { asked: { session: SESSION } });
const stranger = { ...status, call: { ...status.call, organization: 1 } };
broken("another organization's session is answered", {
  outcomes: [SENT, stranger],
}, /about another's session got 200 \(foreignViolations\)/);
const missing = outcome("wpp-send", 404, {
  error: { code: "media_not_found", message: "", retryable: false, requestId: ID },
}, { asked: { session: SESSION } });
const picture = { path: "organization-1/outgoing/1.png", isThere: false };
const message = { ...missing.call.message!, picture };
Deno.test("foreignViolations finds nothing when another's session got a picture that is not there", () => {
  const call = { ...missing.call, organization: 1, message };
  assert.deepEqual(violationsOf(run({ outcomes: [{ ...missing, call }, SENT] })), []);
});
Deno.test("foreignViolations finds nothing when the session is one's own", () => {
  assert.deepEqual(violationsOf(run({ outcomes: [SENT, status] })), []);
});

broken("an answer holds an apiKey", {
  outcomes: [{ ...status, body: { ...status.body as object, providerStatus: "wpp_sim_key_1" } }],
}, /was answered with an apiKey or a token \(secretViolations\)/);
broken(
  "a log line holds a secret",
  { leaks: ["a log line of wpp-send holds a JWT"] },
  /holds a JWT/,
);
const HELD = [
  "wpp_sim_token_1",
  "eyJhbGciOiJIUzI1NiJ9.eyJ",
  "+79990000001",
  "message 12",
  "event 3!",
];
for (const held of HELD) {
  Deno.test(`leakIn names what a log line holds when that is ${held}`, () => {
    assert.ok(leakIn(`{"what":"${held}"}`, "log line"));
  });
}
Deno.test("leakIn finds nothing when a response holds a message, or a log line counts", () => {
  assert.equal(leakIn('{"to":"+79990000001","text":"message 1"}', "response"), undefined);
  assert.equal(leakIn('{"counts":{"events":3},"messageId":"1"}', "log line"), undefined);
});

broken("a call takes too long", {
  outcomes: [{ ...SENT, endedAt: 27_001 }],
}, /call \d+ of wpp-send took more than 25 s/);
broken("a request is waited for too long", {
  overdue: ["status was waited for 20 s"],
}, /status was waited for 20 s/);

const exchange = request("token");
const refused = request("send", { status: 401 });
Deno.test("violationsOf finds nothing when a refused token is exchanged, and a killed process is followed", () => {
  const requests = [exchange, { ...refused, idempotencyKey: `${ID}:1` }, exchange];
  assert.deepEqual(violationsOf(run({ requests })), []);
  const killed = new Set(["wpp-send/0/0"]);
  assert.deepEqual(violationsOf(run({ requests: [exchange, exchange], killed })), []);
});
broken("an isolate exchanges twice", {
  requests: [exchange, exchange],
}, /wpp-send\/0 0000000000001: 2 exchanges, and 1 were due/);

const create = request("create", { idempotencyKey: "claim", session: undefined });
broken("a claim is given up that may have made an account", {
  requests: [{ ...create, status: 500 }],
  writes: [...through(CLAIMED, { ...CLAIMED, claim_id: null })],
}, /a claim of organization-0 was given up after 500/);
broken("a claim is given up whose answer never came", {
  requests: [{ ...create, status: undefined }],
  writes: [write("gone", CLAIMED, null)],
}, /a claim of organization-0 was given up after no answer/);
broken("an apiKey arrived, and another process had to save it", {
  requests: [create],
  stormWrites: 1,
  finals: [{ ...CREATED, startedAt: 5_000 }],
}, /the apiKey of 0000000000001 arrived, and was not saved/);
Deno.test("leaseViolations finds nothing when each request of a claim was refused", () => {
  const requests = [{ ...create, status: 429 }];
  const writes = [
    ...through(CLAIMED, { ...CLAIMED, claim_id: null }, CLAIMED, CONNECTED),
  ];
  assert.deepEqual(violationsOf(run({ requests, writes })), []);
});

broken(
  "a connection is erased that the platform did not stop",
  {
    requests: [request("send", { text: "message 1", idempotencyKey: `${ID}:1` })],
  },
  /0000000000001 was erased, and the platform had not stopped it/,
  ended,
);
const again = { ...ENDED, row: EMPTIED };
broken(
  "who disconnects again is answered otherwise",
  { repeats: [{ ...again, status: 404, body: null }] },
  /0000000000001 was disconnected twice, and answered 404/,
  ended,
);
Deno.test("disconnectViolations finds nothing when who disconnects again gets the same answer", () => {
  assert.deepEqual(violationsOf(ended({ repeats: [again] })), []);
});
