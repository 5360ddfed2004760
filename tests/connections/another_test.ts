/** WPP_SECRET: accounts by the secret in place of the user's JWT, and further numbers. */
import assert from "node:assert/strict";
import { withEnvironment } from "../support/environment.ts";
import { endLease } from "../support/creation.ts";
import { userToken } from "../support/jwt.ts";
import {
  addNumber,
  answerOf,
  ask,
  connected,
  connectionRows,
  holdAnswer,
  listed,
  WITH_SECRET,
} from "../support/numbers.ts";
import { inWorld, type World } from "../support/world.ts";

const ORGANIZATION = "shop";
const CLAIMS = { app_metadata: { organization_id: ORGANIZATION } };
const FURTHER = /^shop__wpp__[0-9a-f]{8}$/;
const { WPP_SECRET } = WITH_SECRET.env!;

/** What each creation told the platform. */
const creations = (world: World) =>
  world.simulator.requests.filter(({ call }) => call === "create").map(({ headers, body }) => ({
    authorization: headers.authorization,
    key: headers["idempotency-key"],
    organizationId: JSON.parse(body).organizationId,
  }));

inWorld("with WPP_SECRET no user's JWT leaves the project", async (world) => {
  const { token } = await world.connect(CLAIMS);
  await addNumber(world, token, "Second");
  await ask(world, "wpp-status", token);
  await ask(world, "wpp-qr", token);
  await ask(world, "wpp-send", token, { to: "+79991112233", text: "hello" });
  await ask(world, "wpp-disconnect", token, { session: (await listed(world, token))[0].session });
  await ask(world, "wpp-create", token, { reconnect: true });
  assert.ok(world.simulator.requests.length > 8);
  assert.ok(!JSON.stringify(world.simulator.requests).includes(token));
  const [first, second] = creations(world);
  assert.equal(first.authorization, `Bearer ${WPP_SECRET}`);
  assert.equal(second.authorization, `Bearer ${WPP_SECRET}`);
  assert.deepEqual(JSON.parse(world.simulator.requests[0].body), { organizationId: ORGANIZATION });
  assert.match(second.organizationId, FURTHER);
  const others = world.simulator.requests.filter(({ call }) => call !== "create");
  assert.ok(!JSON.stringify([others, world.logs]).includes(WPP_SECRET!));
}, WITH_SECRET);

inWorld("wpp-create names WPP_SECRET when the platform refuses it", async (world) => {
  const token = await userToken(CLAIMS);
  for (const body of [{}, { another: true }]) {
    const { http, code, error } = await ask(world, "wpp-create", token, body);
    assert.deepEqual([http, code], [500, "misconfigured"]);
    assert.match(error.message, /WPP_SECRET/);
    assert.ok(!error.message.includes("another secret"));
  }
  assert.equal(world.simulator.countOf("create"), 2);
  // Nothing was created for certain, so that nobody has to wait.
  world.simulator.settings.secret = "another-secret";
  assert.equal((await ask(world, "wpp-create", token)).http, 201);
  assert.equal((await ask(world, "wpp-create", token, { another: true })).http, 201);
}, { env: { WPP_SECRET: "another-secret" }, secret: WPP_SECRET });

inWorld("wpp-create adds no number without WPP_SECRET", async (world) => {
  const token = await userToken(CLAIMS);
  for (let i = 0; i < 2; i++) {
    const { http, code } = await ask(world, "wpp-create", token, { another: true, name: "x" });
    assert.deepEqual([http, code], [409, "not_supported"]);
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
  const token = await userToken(CLAIMS);
  for (const [what, { body, field }] of Object.entries(INVALID)) {
    const { http, error } = await ask(world, "wpp-create", token, body);
    assert.deepEqual([http, Object.keys(error.fields)], [400, [field]], what);
  }
  assert.deepEqual(world.serviceCalls, []);
}, WITH_SECRET);

inWorld("a further number has an identity of its own, also when it is renewed", async (world) => {
  const { token, session } = await world.connect(CLAIMS);
  const second = await addNumber(world, token, "Second");
  const identity = creations(world)[1].organizationId;
  const rows = await connectionRows(world);
  assert.deepEqual(rows.map((row) => [row.name, row.identity, row.wpp_primary]), [
    ["WhatsApp", null, true],
    ["Second", identity, false],
  ]);
  await ask(world, "wpp-disconnect", token, { session: second.session });
  await ask(world, "wpp-disconnect", token, { session });
  for (const one of [second.session, session]) {
    const body = { reconnect: true, session: one };
    assert.equal((await ask(world, "wpp-create", token, body)).http, 201);
  }
  const all = creations(world);
  assert.deepEqual(all.map((one) => one.organizationId), [
    ORGANIZATION,
    identity,
    identity,
    ORGANIZATION,
  ]);
  assert.equal(new Set(all.map(({ key }) => key)).size, 4);
  assert.deepEqual((await connectionRows(world)).map(({ id }) => id), rows.map(({ id }) => id));
}, WITH_SECRET);

inWorld("a number made by a user's JWT is renewed as the organization", async (world) => {
  const { token, session } = await connected(world, CLAIMS);
  using _environment = withEnvironment({ WPP_SECRET });
  world.simulator.settings.secret = WPP_SECRET;
  world.simulator.forget(session);
  const renewed = await ask(world, "wpp-create", token, { reconnect: true, session });
  assert.equal(renewed.http, 201);
  assert.equal(creations(world).at(-1)?.organizationId, ORGANIZATION);
});

inWorld("a further number is not renewed without WPP_SECRET", async (world) => {
  const { token } = await world.connect(CLAIMS);
  const { session } = await addNumber(world, token);
  await ask(world, "wpp-disconnect", token, { session });
  using _environment = withEnvironment({ WPP_SECRET: undefined });
  const { http, code } = await ask(world, "wpp-create", token, { reconnect: true, session });
  assert.deepEqual([http, code, creations(world).length], [409, "not_supported", 2]);
}, WITH_SECRET);

for (const execute of [false, true]) {
  const what = execute ? "its answer was lost" : "it died before the platform heard of it";
  inWorld(`a further number's creation goes on as the same when ${what}`, async (world) => {
    const { token } = await world.connect(CLAIMS);
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
  const { token } = await world.connect(CLAIMS);
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
  const token = await userToken(CLAIMS);
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
  const { token } = await world.connect(CLAIMS);
  const body = { another: true, name: "Second" };
  const answers = await world.fastForward(() =>
    Promise.all([1, 2, 3].map(() => ask(world, "wpp-create", token, body)))
  );
  assert.deepEqual(answers.map(({ http }) => http).sort(), [200, 200, 201]);
  assert.equal(new Set(answers.map((answer) => answer.session)).size, 1);
  assert.equal(world.simulator.clients.length, 2);
}, WITH_SECRET);

inWorld("numbers of other names that are added at once are all created", async (world) => {
  const { token } = await world.connect(CLAIMS);
  const names = ["a", "b", "c", "d"];
  const answers = await Promise.all(
    names.map((name) => ask(world, "wpp-create", token, { another: true, name })),
  );
  assert.deepEqual(answers.map(({ http }) => http), [201, 201, 201, 201]);
  assert.equal(new Set(creations(world).map((one) => one.organizationId)).size, 5);
  assert.equal((await listed(world, token)).length, 5);
}, WITH_SECRET);

inWorld("a further number may be the first, and is the primary one then", async (world) => {
  const token = await userToken(CLAIMS);
  const { session } = await addNumber(world, token);
  const present = await ask(world, "wpp-create", token);
  assert.deepEqual([present.http, present.session], [200, session]);
  assert.deepEqual((await listed(world, token)).map((one) => [one.session, one.isPrimary]), [
    [session, true],
  ]);
}, WITH_SECRET);

inWorld("wpp-create keeps what it has when the platform gives the same account", async (world) => {
  const { token, session, row } = await connected(world, CLAIMS);
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
