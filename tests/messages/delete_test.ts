/** wpp-delete: what the organization sent, for everyone; and all that it can come to. */
import assert from "node:assert/strict";
import type { Fault } from "../../local/simulator/simulator.ts";
import { userToken } from "../support/jwt.ts";
import { ask, holdAnswer } from "../support/numbers.ts";
import { inWorld, type World } from "../support/world.ts";
import { MESSAGE, only } from "../support/messages.ts";

/** A connection, and a message that went out through it. */
async function sent(world: World, claims = {}) {
  const { token, session } = await world.connect(claims);
  const { messageId, taskId } = await ask(world, "wpp-send", token, MESSAGE);
  return { token, session, messageId, taskId };
}

const remove = (world: World, token: string, messageId: string) =>
  ask(world, "wpp-delete", token, { messageId });

const deletions = ({ simulator }: World) => simulator.countOf("delete");
const deletedAt = async (world: World) => (await only(world)).deleted_at as Date | null;

inWorld("wpp-delete deletes a message at the platform, and notes when", async (world) => {
  const { token, messageId, taskId } = await sent(world);
  const answer = await remove(world, token, messageId);
  assert.deepEqual([answer.http, answer.messageId], [200, messageId]);
  const at = await deletedAt(world);
  assert.equal(answer.deletedAt, new Date(at!).toISOString());
  const { method, path, body } = world.simulator.requests.at(-1)!;
  assert.deepEqual([method, path, body], ["DELETE", `/api/messages/${taskId}`, ""]);
  assert.notEqual(world.simulator.messages[0].deletedAt, null);
  assert.equal(world.logs.at(-1)?.messageId, messageId);
});

inWorld("wpp-delete answers a repeat likewise, and asks nothing of the platform", async (world) => {
  const { token, session, messageId } = await sent(world);
  const first = await remove(world, token, messageId);
  assert.deepEqual(await remove(world, token, messageId.toUpperCase()), {
    ...first,
    messageId: messageId.toUpperCase(),
  });
  assert.equal(deletions(world), 1);
  await ask(world, "wpp-disconnect", token, { session });
  assert.deepEqual(await remove(world, token, messageId), first);
  assert.equal(deletions(world), 1);
});

inWorld("wpp-delete answers the first time when two delete at once", async (world) => {
  const { token, messageId } = await sent(world);
  const held = holdAnswer(world, "delete");
  const first = remove(world, token, messageId);
  await held.arrived;
  const second = await remove(world, token, messageId);
  held.release();
  assert.equal(second.http, 200);
  assert.deepEqual(await first, second);
});

const FAILURES: Record<string, { fault: Fault; outcome: [number, string] }> = {
  "answers 400": { fault: { kind: "respond", status: 400 }, outcome: [502, "gateway_error"] },
  "answers 403": { fault: { kind: "respond", status: 403 }, outcome: [502, "gateway_error"] },
  "answers 429": { fault: { kind: "respond", status: 429 }, outcome: [429, "rate_limited"] },
  "answers 500": { fault: { kind: "respond", status: 500 }, outcome: [502, "gateway_error"] },
  "says that it failed": { fault: { kind: "unsuccessful" }, outcome: [502, "gateway_error"] },
  "says an error": { fault: { kind: "status-error" }, outcome: [502, "gateway_error"] },
  "cannot be reached": {
    fault: { kind: "reset", when: "before" },
    outcome: [502, "gateway_unreachable"],
  },
  "loses its answer": {
    fault: { kind: "reset", when: "before", execute: true },
    outcome: [502, "gateway_unreachable"],
  },
  "answers nothing in time": { fault: { kind: "hang" }, outcome: [504, "gateway_timeout"] },
};
inWorld("wpp-delete notes nothing when the platform did not say it is done", async (world) => {
  const { token, messageId } = await sent(world);
  let asked = 0;
  for (const [what, { fault, outcome }] of Object.entries(FAILURES)) {
    world.simulator.misbehave("delete", fault);
    const run = () => remove(world, token, messageId);
    const { http, code } = fault.kind === "hang" ? await world.fastForward(run) : await run();
    assert.deepEqual([http, code], outcome, what);
    assert.deepEqual([deletions(world), await deletedAt(world)], [++asked, null], what);
  }
  assert.equal((await remove(world, token, messageId)).http, 200);
});

const DONE: Record<string, Fault> = {
  "a 404, for it knows no such message": { kind: "respond", status: 404 },
  "an empty 204": { kind: "empty", status: 204 },
  "a page": { kind: "html", status: 200 },
};
inWorld("wpp-delete takes any other answer as done, and a 404 too", async (world) => {
  const { token } = await world.connect();
  for (const [what, fault] of Object.entries(DONE)) {
    const { messageId } = await ask(world, "wpp-send", token, MESSAGE);
    world.simulator.misbehave("delete", fault);
    const { http, deletedAt } = await remove(world, token, messageId);
    assert.equal(http, 200, what);
    const row = await world.row(
      "select deleted_at from messenger_messages where id = $1",
      messageId,
    );
    assert.equal(new Date(row!.deleted_at as Date).toISOString(), deletedAt, what);
  }
});

inWorld(
  "wpp-delete answers reconnect_required when the platform knows the session no more",
  async (world) => {
    const { token, session, messageId } = await sent(world);
    world.simulator.forget(session);
    const { http, code } = await remove(world, token, messageId);
    assert.deepEqual([http, code, await deletedAt(world)], [409, "reconnect_required", null]);
    assert.deepEqual([deletions(world), world.simulator.countOf("status")], [1, 1]);
  },
);

inWorld("wpp-delete notes nothing when nobody says whom a 404 means", async (world) => {
  const { token, messageId } = await sent(world);
  world.simulator.misbehave("delete", { kind: "respond", status: 404 });
  for (let i = 0; i < 3; i++) world.simulator.misbehave("status", { kind: "html", status: 500 });
  const { http, code } = await remove(world, token, messageId);
  assert.deepEqual([http, code, await deletedAt(world)], [502, "gateway_error", null]);
});

inWorld("wpp-delete renews a token that the platform refuses", async (world) => {
  const { token, messageId } = await sent(world);
  world.simulator.revokeTokens();
  assert.equal((await remove(world, token, messageId)).http, 200);
  assert.equal(deletions(world), 2);
});

inWorld(
  "wpp-delete answers reconnect_required when the platform refuses the key",
  async (world) => {
    const { token, messageId } = await sent(world);
    world.simulator.revokeKey(world.simulator.clients[0].apiKey);
    world.simulator.revokeTokens();
    const { http, code } = await remove(world, token, messageId);
    assert.deepEqual([http, code, await deletedAt(world)], [409, "reconnect_required", null]);
  },
);

inWorld("wpp-delete finds no message of another organization, or none at all", async (world) => {
  const { messageId } = await sent(world);
  const { token } = await world.connect();
  for (const id of [messageId, crypto.randomUUID()]) {
    const { http, code } = await remove(world, token, id);
    assert.deepEqual([http, code], [404, "message_not_found"]);
  }
  const odd = await ask(world, "wpp-delete", token, { messageId: "1" });
  assert.deepEqual([odd.http, Object.keys(odd.error.fields)], [400, ["messageId"]]);
  assert.deepEqual([deletions(world), await deletedAt(world)], [0, null]);
});

const STATES: Record<string, string> = {
  "the platform gave it no id": "status = 'unknown', task_id = null",
  "it is being sent": "status = 'sending', task_id = null",
  "it was refused": "status = 'failed', task_id = null",
  "its id is a path of its own": "task_id = '..'",
};
inWorld("wpp-delete answers message_not_addressable when nobody can tell which", async (world) => {
  const { token, messageId } = await sent(world);
  for (const [what, change] of Object.entries(STATES)) {
    await world.database.exec(`update messenger_messages set ${change}`);
    const { http, code } = await remove(world, token, messageId);
    assert.deepEqual([http, code], [409, "message_not_addressable"], what);
  }
  assert.deepEqual([deletions(world), await deletedAt(world)], [0, null]);
});

inWorld("wpp-delete names the task as one part of the path", async (world) => {
  const { token, messageId } = await sent(world);
  await world.database.exec("update messenger_messages set task_id = 'a/../b?c#d'");
  assert.equal((await remove(world, token, messageId)).http, 200);
  const { path } = world.simulator.requests.find(({ method }) => method === "DELETE")!;
  assert.equal(path, "/api/messages/a%2F..%2Fb%3Fc%23d");
});

inWorld("wpp-delete is not for what an account before sent", async (world) => {
  const { token, session, messageId } = await sent(world);
  await ask(world, "wpp-disconnect", token, { session });
  const gone = await remove(world, token, messageId);
  assert.deepEqual([gone.http, gone.code], [404, "integration_not_found"]);
  await ask(world, "wpp-create", token, { reconnect: true, session });
  const renewed = await remove(world, token, messageId);
  assert.deepEqual([renewed.http, renewed.code], [409, "message_not_addressable"]);
  assert.deepEqual([deletions(world), await deletedAt(world)], [0, null]);
});

inWorld("wpp-delete goes on noting after its response when the database fails", async (world) => {
  const { token, messageId } = await sent(world);
  let unavailable = true;
  world.intercept = (request) =>
    request.url.endsWith("/messenger_mark_deleted") && unavailable ? Response.error() : undefined;
  await world.fastForward(async () => {
    const { http, code } = await remove(world, token, messageId);
    assert.deepEqual([http, code], [503, "database_unavailable"]);
    unavailable = false;
    while (await deletedAt(world) === null) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  assert.equal((await remove(world, token, messageId)).http, 200);
  assert.equal(deletions(world), 1);
});

inWorld("wpp-delete is for a colleague's message too, and not for strangers", async (world) => {
  const claims = { app_metadata: { organization_id: "shop" } };
  const { messageId } = await sent(world, claims);
  assert.equal((await remove(world, await userToken(), messageId)).code, "message_not_found");
  assert.equal((await remove(world, await userToken(claims), messageId)).http, 200);
});
