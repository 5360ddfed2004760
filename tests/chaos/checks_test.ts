import assert from "node:assert/strict";
import { broken } from "./broken.ts";
import { violationsOf } from "./checks.ts";
import { disconnectViolations } from "./disconnect_checks.ts";
import type { Evidence } from "./evidence.ts";
import {
  CLAIMED,
  CLIENT,
  CONNECTED,
  EMPTIED,
  ENDED,
  ended,
  ID,
  MESSAGE,
  outcome,
  request,
  ROW,
  run,
  SENT,
  SESSION,
  through,
  tokenOf,
  write,
} from "./evidence_of_one.ts";
import type { RowState } from "./history.ts";

/** The same, in a run in which a connection was ended. */
function brokenAfterEnd(name: string, changes: Partial<Evidence>, expected: RegExp): void {
  broken(name, changes, expected, ended);
}

Deno.test("violationsOf finds nothing when every promise was kept", () => {
  assert.deepEqual(violationsOf(run()), []);
  assert.deepEqual(violationsOf(ended()), []);
});

Deno.test("violationsOf excuses rows when a kill cut their close", () => {
  const ledger = [{ ...ROW, status: "sending" as const, task_id: null }];
  const killed = new Set([SENT.process]);
  const struckCloses = new Set([ID]);
  assert.deepEqual(violationsOf(run({ ledger, killed, struckCloses })), []);
  assert.equal(violationsOf(run({ ledger, struckCloses })).length, 2);
});

const sending = [{ ...ROW, status: "sending" as const, task_id: null }];
const failed = [{ ...ROW, status: "failed" as const, task_id: null }];
broken("a key was executed twice", { sent: [MESSAGE, MESSAGE] }, /key-1 2 times/);
broken("a 202 is not at the platform", { sent: [] }, /not at the platform/);
broken("a 202 has no row", { ledger: [] }, /its row is undefined/);
broken("a 202 is left open", { ledger: sending }, /its row is sending/);
broken("an executed message is failed", { ledger: failed }, /is failed, and was executed/);
broken("an accepted row was not executed", { sent: [] }, /was never accepted/);
broken("an executed message has no row", { ledger: [] }, /has no row/);
broken("a row is of another session", {
  ledger: [{ ...ROW, session: "2" }],
}, /of another organization/);
broken("an open row has no reason", { ledger: sending }, /sending without a reason/);
broken("a code is not documented", {
  outcomes: [outcome("wpp-send", 500, { error: { code: "internal" } })],
}, /500 internal, which is not documented/);
broken("an answer has another shape", {
  outcomes: [outcome("wpp-send", 202, { messageId: ID })],
}, /202 of another shape/);
broken("a living process gives no answer", {
  outcomes: [outcome("wpp-send", 0, "TypeError")],
}, /no answer/);
broken("an organization cannot create in the end", {
  finals: [outcome("wpp-create", 409, {})],
}, /cannot create after the storm/);
broken("memory grows", {
  growth: [{ process: "wpp-send/0/0", calls: 500, earlier: 80, later: 180 }],
}, /grew from 80 to 180 MiB/);
broken("a process complains", { complaints: ["panic"] }, /complained: panic/);

const second = { ...CLAIMED, id: "2", wpp_primary: false };
const further = { ...second, identity: "organization-0__wpp__1" };
broken("a number has two slots", {
  writes: [...through(CLAIMED, CONNECTED), ...through(second)],
}, /two slots for one number/);
broken("a further number that was clicked twice for has two slots", {
  writes: [
    ...through(CLAIMED, CONNECTED),
    ...through(further),
    ...through({ ...further, id: "3" }),
  ],
}, /two slots for one number/);
broken("an account was never saved", {
  clients: [CLIENT, { ...CLIENT, session: "2", apiKey: "other", idempotencyKey: "claim-2" }],
}, /account 2 of organization-0 was never saved/);
broken("a claim made two accounts", {
  clients: [CLIENT, { ...CLIENT, session: "2", apiKey: "other", owner: "organization-0__wpp__1" }],
}, /claim claim made 2 accounts/);
broken("a connection holds another's key", {
  writes: through(CLAIMED, { ...CONNECTED, api_key: "other" }),
}, /has another's apiKey/);
broken("an account was saved under another claim", {
  clients: [{ ...CLIENT, idempotencyKey: "claim-2" }],
}, /created under another claim/);
broken("an account was created as another organization", {
  clients: [{ ...CLIENT, owner: "organization-1" }],
}, /was created as organization-1/);
broken("a connection that nobody refused was replaced", {
  clients: [CLIENT, { ...CLIENT, session: "2", apiKey: "other", idempotencyKey: "claim-2" }],
  writes: through(CLAIMED, CONNECTED, { ...CONNECTED, claim_id: "claim-2" }, {
    ...CONNECTED,
    ...{ session: "2", api_key: "other", credentials_id: "credentials-2" },
  }),
}, /was replaced, and was not refused/);
broken("an apiKey is gone that nobody disconnected", {
  writes: through(CLAIMED, CONNECTED, EMPTIED),
}, /lost its apiKey/);
broken("a row has the token of another session", {
  writes: through(CLAIMED, CONNECTED, { ...CONNECTED, access_token: await tokenOf("2") }),
}, /has the token of another session/);
broken("an organization has no connection in the end", {
  writes: through(CLAIMED),
}, /organization-0 has no connection in the end/);
broken("a number was never finished", {
  writes: [...through(CLAIMED, CONNECTED), ...through(further)],
}, /was never finished/);
broken("no connection is primary", {
  writes: through(CLAIMED, { ...CONNECTED, wpp_primary: false }),
}, /no primary connection/);

brokenAfterEnd("the row that is primary is no connection", {
  writes: ended().writes.slice(0, -2),
}, /no primary connection/);
brokenAfterEnd("two connections are primary", {
  writes: ended().writes.toSpliced(-2, 1),
}, /no primary connection, or several/);
brokenAfterEnd("secrets are erased and credentials_id stays", {
  writes: [...through(CLAIMED, CONNECTED, { ...EMPTIED, credentials_id: "credentials-1" })],
}, /did not change together/);
brokenAfterEnd("a token is left in an emptied row", {
  writes: through(CLAIMED, CONNECTED, { ...EMPTIED, access_token: await tokenOf(SESSION) }),
}, /lost its apiKey/);
const emptied = { ...EMPTIED, wpp_primary: false };
/** An emptied row is written to. */
const late = (after: RowState, changed?: string[]) => ({
  writes: [...ended().writes, { ...write("late", emptied, after), ...(changed && { changed }) }],
});
brokenAfterEnd(
  "a status is written to an emptied row",
  late({ ...emptied, status: "unknown" }),
  /status was written to the row of 0000000000001 after it was disconnected/,
);
brokenAfterEnd(
  "a webhook is written to an emptied row",
  late(emptied, ["webhook_digest", "updated_at"]),
  /webhook_digest was written to the row of 0000000000001 after it was disconnected/,
);
brokenAfterEnd(
  "what is there already is written to an emptied row",
  late(emptied),
  /what is there already was written to the row of 0000000000001/,
);
Deno.test("disconnectViolations finds nothing when an emptied row is given the same name again", () => {
  const renamed = outcome("wpp-connections", 200, {}, { asked: { name: emptied.name } });
  const changes = { ...late(emptied), outcomes: [...ended().outcomes, renamed] };
  assert.deepEqual(disconnectViolations(ended(changes)), []);
});
brokenAfterEnd("a later call uses the token", {
  requests: [request("status", { at: 6001 })],
  outcomes: [SENT, ENDED, outcome("wpp-status", 503, {}, { startedAt: 6001 })],
}, /status used 0000000000001 after it was disconnected/);
brokenAfterEnd("a later call in another process uses it, while an earlier one still runs", {
  requests: [request("status", { at: 6500, process: "wpp-status/0" })],
  outcomes: [{ ...SENT, endedAt: 7000 }, ENDED],
}, /status used 0000000000001 after/);
brokenAfterEnd("a later call exchanges the key", {
  requests: [request("token", { at: 26_000 })],
}, /token used 0000000000001 after/);
brokenAfterEnd("a message is sent by a later call, while an earlier one still runs", {
  requests: [request("send", { text: "message 2", at: 6500 })],
  outcomes: [{ ...SENT, endedAt: 7000 }, ENDED],
}, /send used 0000000000001 after/);
brokenAfterEnd("a later call begins a send", {
  outcomes: [ENDED, { ...SENT, startedAt: 6001 }],
}, /message 1 was begun on 0000000000001 after/);
brokenAfterEnd("the platform was not told", {
  states: new Map([[SESSION, "connected"]]),
}, /still runs at the platform/);
