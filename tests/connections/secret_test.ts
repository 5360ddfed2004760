/** WPP_SECRET: accounts by the secret, and an identity for each, in place of the user's JWT. */
import assert from "node:assert/strict";
import { OF_SHOP, SHOP } from "../support/callers.ts";
import { withEnvironment } from "../support/environment.ts";
import { userToken } from "../support/jwt.ts";
import {
  addNumber,
  ask,
  connected,
  connectionRows,
  creations,
  listed,
  WITH_SECRET,
} from "../support/numbers.ts";
import { inWorld } from "../support/world.ts";

const FURTHER = /^shop__wpp__[0-9a-f]{8}$/;
const { WPP_SECRET } = WITH_SECRET.env!;

inWorld("with WPP_SECRET no user's JWT leaves the project", async (world) => {
  const { token } = await world.connect(OF_SHOP);
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
  assert.deepEqual(JSON.parse(world.simulator.requests[0].body), { organizationId: SHOP });
  assert.match(second.organizationId, FURTHER);
  const others = world.simulator.requests.filter(({ call }) => call !== "create");
  assert.ok(!JSON.stringify([others, world.logs]).includes(WPP_SECRET!));
}, WITH_SECRET);

inWorld("wpp-create names WPP_SECRET when the platform refuses it", async (world) => {
  const token = await userToken(OF_SHOP);
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

inWorld("a further number has an identity of its own, also when it is renewed", async (world) => {
  const { token, session } = await world.connect(OF_SHOP);
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
    SHOP,
    identity,
    identity,
    SHOP,
  ]);
  assert.equal(new Set(all.map(({ key }) => key)).size, 4);
  assert.deepEqual((await connectionRows(world)).map(({ id }) => id), rows.map(({ id }) => id));
}, WITH_SECRET);

inWorld("a number made by a user's JWT is renewed as the organization", async (world) => {
  const { token, session } = await connected(world, OF_SHOP);
  using _environment = withEnvironment({ WPP_SECRET });
  world.simulator.settings.secret = WPP_SECRET;
  world.simulator.forget(session);
  const renewed = await ask(world, "wpp-create", token, { reconnect: true, session });
  assert.equal(renewed.http, 201);
  assert.equal(creations(world).at(-1)?.organizationId, SHOP);
});

inWorld("a further number is not renewed without WPP_SECRET", async (world) => {
  const { token } = await world.connect(OF_SHOP);
  const { session } = await addNumber(world, token);
  await ask(world, "wpp-disconnect", token, { session });
  using _environment = withEnvironment({ WPP_SECRET: undefined });
  const { http, code } = await ask(world, "wpp-create", token, { reconnect: true, session });
  assert.deepEqual([http, code, creations(world).length], [409, "not_supported", 2]);
}, WITH_SECRET);
