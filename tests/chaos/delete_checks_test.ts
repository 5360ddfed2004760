import assert from "node:assert/strict";
import { broken } from "./broken.ts";
import { violationsOf } from "./checks.ts";
import { ID, MESSAGE, outcome, request, ROW, run, SENT } from "./evidence_of_one.ts";

const deletedAt = 200;
const deleted = [{ ...ROW, deleted_at: "2026-11-27" }];
const told = [request("delete", { named: "task" })];
const asked = outcome("wpp-delete", 200, { messageId: ID, deletedAt: "2026-11-27T00:00:00.000Z" }, {
  asked: { messageId: ID },
});
Deno.test("violationsOf finds nothing when a message was deleted as it should be", () => {
  const evidence = { ledger: deleted, requests: told, outcomes: [SENT, asked] };
  assert.deepEqual(violationsOf(run({ ...evidence, sent: [{ ...MESSAGE, deletedAt }] })), []);
  const misled = [request("delete", { named: "task", status: 404, fault: "respond" })];
  assert.deepEqual(violationsOf(run({ ...evidence, requests: misled })), []);
});
broken("a message is deleted that the platform was not told of", {
  ledger: deleted,
}, /platform was not told/);
broken("a deletion that failed counts as done", {
  ledger: deleted,
  requests: [request("delete", { named: "task", status: 500 })],
}, /platform was not told/);
broken("a deleted message is still at the platform", {
  ledger: deleted,
  requests: told,
}, /still at the platform/);
broken("a message is deleted that nobody asked for", {
  sent: [{ ...MESSAGE, deletedAt }],
}, /which nobody asked for/);
broken("a deletion is not noted", { outcomes: [SENT, asked] }, /its row does not say so/);
