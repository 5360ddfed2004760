/** wpp-create with another: a further number, beside the ones that are there. */
import assert from "node:assert/strict";
import { OF_SHOP } from "../support/callers.ts";
import { endLease } from "../support/creation.ts";
import { userToken } from "../support/jwt.ts";
import {
  addNumber,
  answerOf,
  ask,
  connected,
  connectionRows,
  creations,
  holdAnswer,
  listed,
  WITH_SECRET,
} from "../support/numbers.ts";
import { inWorld } from "../support/world.ts";

const FURTHER = /^shop__wpp__[0-9a-f]{8}$/;

inWorld("wpp-create adds no number without WPP_SECRET", async (world) => {
  const token = await userToken(OF_SHOP);
  for (let i = 0; i < 2; i++) {
    const reads = world.serviceCalls.length;
    const { http, code } = await ask(world, "wpp-create", token, { another: true, name: "x" });
    assert.deepEqual([http, code], [409, "not_supported"]);
    assert.equal(world.serviceCalls.length, reads);
    assert.equal(world.simulator.requests.length, i);
    await ask(world, "wpp-create", token);
  }
  assert.equal((await connectionRows(world)).length, 1);
});

const INVALID: Record<string, { body: object; field: string }> = {
  "a session without reconnect": { body: { session: "1" }, field: "session" },
  "a session with another": { body: { another: true, session: "1" }, field: "session" },
  "both another and reconnect": { body: { another: true, reconnect: true }, field: "another" },
  "an empty session": { body: { reconnect: true, session: "" }, field: "session" },
};
inWorld("wpp-create names the field when what is asked for is unclear", async (world) => {
  const token = await userToken(OF_SHOP);
  for (const [what, { body, field }] of Object.entries(INVALID)) {
    const { http, error } = await ask(world, "wpp-create", token, body);
    assert.deepEqual([http, Object.keys(error.fields)], [400, [field]], what);
  }
  assert.deepEqual(world.serviceCalls, []);
}, WITH_SECRET);

for (const execute of [false, true]) {
  const what = execute ? "its answer was lost" : "it died before the platform heard of it";
  inWorld(`a further number's creation goes on as the same when ${what}`, async (world) => {
    const { token } = await world.connect(OF_SHOP);
    world.simulator.misbehave("create", { kind: "reset", when: "before", execute });
    assert.equal((await ask(world, "wpp-create", token, { another: true })).http, 502);
    await endLease(world);
    const body = { another: true, name: "Later named" };
    const added = await ask(world, "wpp-create", token, body);
    assert.deepEqual([added.http, added.created], [201, true]);
    const [, lost, again] = creations(world);
    assert.deepEqual(again, lost);
    assert.match(again.organizationId, FURTHER);
    assert.equal(world.simulator.clients.length, 2);
    const [, { name, identity }] = await connectionRows(world);
    assert.deepEqual([name, identity], ["Later named", again.organizationId]);
  }, WITH_SECRET);
}

inWorld("a further number's apiKey is saved when the database fails three times", async (world) => {
  const { token } = await world.connect(OF_SHOP);
  let failures = 3;
  world.intercept = (request) =>
    request.url.endsWith("/messenger_finish_claim") && failures-- > 0
      ? Response.error()
      : undefined;
  const added = await world.fastForward(() => ask(world, "wpp-create", token, { another: true }));
  assert.deepEqual([added.http, failures], [201, -1]);
  assert.equal(world.simulator.clients.length, 2);
}, WITH_SECRET);

inWorld("a creation neither waits for another number's nor replaces it", async (world) => {
  const token = await userToken(OF_SHOP);
  const first = holdAnswer(world, "create");
  const firstCreation = ask(world, "wpp-create", token, { name: "First" });
  await first.arrived;
  const second = holdAnswer(world, "create");
  const secondCreation = ask(world, "wpp-create", token, { another: true, name: "Second" });
  await second.arrived;
  const third = await ask(world, "wpp-create", token, { another: true, name: "Third" });
  assert.deepEqual([third.http, third.created], [201, true]);
  second.release();
  first.release();
  const answers = [await firstCreation, await secondCreation, third];
  assert.deepEqual(answers.map(({ http }) => http), [201, 201, 201]);
  assert.equal(new Set(answers.map(({ integrationId }) => integrationId)).size, 3);
  const rows = await connectionRows(world);
  assert.deepEqual(rows.map(({ name }) => name), ["First", "Second", "Third"]);
  assert.deepEqual(rows.map(({ session }) => session), answers.map(({ session }) => session));
  assert.equal((await listed(world, token)).filter(({ isPrimary }) => isPrimary).length, 1);
}, WITH_SECRET);

inWorld("a double click on a further number creates one account", async (world) => {
  const { token } = await world.connect(OF_SHOP);
  const body = { another: true, name: "Second" };
  const answers = await world.fastForward(() =>
    Promise.all([1, 2, 3].map(() => ask(world, "wpp-create", token, body)))
  );
  assert.deepEqual(answers.map(({ http }) => http).sort(), [200, 200, 201]);
  assert.equal(new Set(answers.map((answer) => answer.session)).size, 1);
  assert.equal(world.simulator.clients.length, 2);
}, WITH_SECRET);

inWorld("numbers of other names that are added at once are all created", async (world) => {
  const { token } = await world.connect(OF_SHOP);
  const names = ["a", "b", "c", "d"];
  const answers = await Promise.all(
    names.map((name) => ask(world, "wpp-create", token, { another: true, name })),
  );
  assert.deepEqual(answers.map(({ http }) => http), [201, 201, 201, 201]);
  assert.equal(new Set(creations(world).map((one) => one.organizationId)).size, 5);
  assert.equal((await listed(world, token)).length, 5);
}, WITH_SECRET);

inWorld("a further number may be the first, and is the primary one then", async (world) => {
  const token = await userToken(OF_SHOP);
  const { session } = await addNumber(world, token);
  const present = await ask(world, "wpp-create", token);
  assert.deepEqual([present.http, present.session], [200, session]);
  assert.deepEqual((await listed(world, token)).map((one) => [one.session, one.isPrimary]), [
    [session, true],
  ]);
}, WITH_SECRET);

inWorld("wpp-create keeps what it has when the platform gives the same account", async (world) => {
  const { token, session, row } = await connected(world, OF_SHOP);
  const same = { apiKey: "a-key-of-now", session, status: "starting" };
  world.simulator.misbehave("create", { kind: "respond", status: 200, body: same });
  const refused = await answerOf(
    await world.call("wpp-create", { token, body: { another: true, name: "Second" } }),
  );
  assert.deepEqual([refused.http, refused.code], [409, "not_supported"]);
  assert.doesNotMatch(refused.error.message, /WPP_SECRET/);
  const [first, free] = await connectionRows(world);
  assert.deepEqual(first, row);
  assert.deepEqual([free.settings, free.claim_id, free.claimed_until], [{}, null, null]);
  assert.equal((await listed(world, token)).length, 1);
  assert.equal((await ask(world, "wpp-status", token)).http, 200);
  const added = await addNumber(world, token, "Third");
  assert.equal(added.integrationId, free.id);
  assert.equal((await connectionRows(world)).length, 2);
}, WITH_SECRET);

inWorld("a renewal is given again to who asks by the session that it replaced", async (world) => {
  const { token } = await world.connect(OF_SHOP);
  const { session } = await addNumber(world, token, "Second");
  assert.equal((await ask(world, "wpp-disconnect", token, { session })).http, 200);
  const body = { reconnect: true, session };
  const renewed = await ask(world, "wpp-create", token, body);
  assert.deepEqual([renewed.http, renewed.created], [201, true]);
  assert.notEqual(renewed.session, session);
  const again = await ask(world, "wpp-create", token, body);
  assert.deepEqual([again.http, again.created, again.session], [200, false, renewed.session]);
  assert.equal(creations(world).length, 3);
  // For all else the former session is gone.
  assert.equal((await ask(world, "wpp-status", token, { session })).http, 404);
}, WITH_SECRET);

inWorld("wpp-create connects the first number again while another one is in use", async (world) => {
  const first = await world.connect(OF_SHOP);
  const { token } = first;
  const second = await addNumber(world, token, "Second");
  const [{ integrationId }] = await listed(world, token);
  assert.equal(
    (await ask(world, "wpp-disconnect", token, { session: first.session })).http,
    200,
  );
  const again = await ask(world, "wpp-create", token);
  assert.deepEqual([again.http, again.created, again.integrationId], [201, true, integrationId]);
  // The other one stays the primary connection, which further calls get.
  const rows = await listed(world, token);
  assert.deepEqual(rows.map((one) => [one.session, one.isPrimary]), [
    [second.session, true],
    [again.session, false],
  ]);
  const present = await ask(world, "wpp-create", token);
  assert.deepEqual([present.http, present.session], [200, second.session]);
}, WITH_SECRET);
