import assert from "node:assert/strict";
import { type Evidence, violationsOf } from "./checks.ts";
import type { LedgerRow } from "./ledger.ts";
import { makePlan } from "./plan.ts";
import type { Outcome } from "./storm.ts";

const ID = "00000000-0000-4000-8000-000000000001";
const SESSION = "0000000000001";
const [CREATE] = makePlan(1, 100).calls;
const CLIENT = {
  ...{ id: ID, apiKey: "key", session: SESSION, owner: "user", idempotencyKey: "claim" },
  createdAt: 0,
};
const MESSAGE = {
  ...{ session: SESSION, to: "79990000001", text: "message 1", taskId: "task" },
  ...{ idempotencyKey: `${ID}:1`, at: 0, deletedAt: null },
};
const ROW: LedgerRow = {
  ...{ id: ID, organization_id: "organization-0", session: SESSION, recipient: "+79990000001" },
  ...{ text: "message 1", idempotency_key: "key-1", status: "accepted", task_id: "task" },
};

function outcome(name: "wpp-create" | "wpp-send", status: number, body: unknown): Outcome {
  const message = { to: "+79990000001", text: "message 1", key: "key-1" };
  return {
    call: { ...CREATE, name, message: name === "wpp-send" ? message : undefined },
    ...{ status, body, headers: new Headers({ "x-request-id": ID }), process: `${name}/0/0` },
    milliseconds: 1,
  };
}

const CREATED = outcome("wpp-create", 200, {
  ...{ integrationId: ID, session: SESSION, status: "connected", created: false },
});
const SENT = outcome("wpp-send", 202, {
  ...{ messageId: ID, taskId: "task", session: SESSION, to: "+79990000001", status: "accepted" },
});

/** A run in which all went well, but for what is given. */
function run(changes: Partial<Evidence> = {}): Evidence {
  return {
    ...{ organizations: 1, outcomes: [SENT], finals: [CREATED], clients: [CLIENT] },
    ...{ sent: [MESSAGE], ledger: [ROW], growth: [], complaints: [] },
    connections: [{ organization_id: "organization-0", session: SESSION, api_key: "key" }],
    ...{ killed: new Set(), lostOpens: new Set(), struckCloses: new Set() },
    ...changes,
  };
}

function broken(name: string, changes: Partial<Evidence>, expected: RegExp): void {
  Deno.test(`violationsOf names it when ${name}`, () => {
    const violations = violationsOf(run(changes));
    assert.ok(violations.some((one) => expected.test(one)), violations.join("; ") || "none");
  });
}

Deno.test("violationsOf finds nothing when every promise was kept", () => {
  assert.deepEqual(violationsOf(run()), []);
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
broken("an organization has two clients", {
  clients: [CLIENT, { ...CLIENT, session: "2", apiKey: "other" }],
}, /2 platform clients/);
broken("a connection holds another's key", {
  connections: [{ organization_id: "organization-0", session: SESSION, api_key: "other" }],
}, /another's apiKey/);
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
