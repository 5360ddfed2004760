/** Secrets at rest, in the database that the functions use. */
import assert from "node:assert/strict";
import {
  assertNothingClear,
  connectAndAsk,
  eventually,
  NEWEST,
  opens,
  secretsOf,
  stored,
  STRANGE,
} from "../support/sealed.ts";
import { withEnvironment } from "../support/environment.ts";
import { inWorld } from "../support/world.ts";

const SEALED = { env: { WPP_ENCRYPTION_KEYS: NEWEST } };

const CALLS = [
  ["wpp-status", {}],
  ["wpp-qr", {}],
  ["wpp-create", {}],
  ["wpp-create", { reconnect: true }],
  ["wpp-send", { to: "+79991112233", text: "Hello" }],
] as const;

// The first test: the line is written once in an isolate's life.
inWorld(
  "the functions warn once that secrets are stored in the clear without keys",
  async (world) => {
    await connectAndAsk(world);
    await connectAndAsk(world);
    const warnings = world.logs.filter((line) =>
      JSON.stringify(line).includes("WPP_ENCRYPTION_KEYS")
    );
    assert.equal(warnings.length, 1);
    assert.equal(warnings[0].level, "warn");
    const { settings } = await stored(world);
    assert.ok(world.simulator.clients.some(({ apiKey }) => apiKey === settings.apiKey));
  },
);

inWorld("the functions store no secret in the clear when a key is set", async (world) => {
  const token = await connectAndAsk(world);
  world.simulator.scan(world.simulator.clients[0].session);
  const message = { to: "+79991112233", text: "Hello" };
  assert.equal((await world.call("wpp-send", { token, body: message })).status, 202);
  const row = await eventually(world, (row) => row.access_token !== null);
  await assertNothingClear(world);
  assert.deepEqual((await opens(row, NEWEST)).toSorted(), secretsOf(world).toSorted());
  assert.equal(world.simulator.countOf("token"), 1);
  assert.deepEqual(world.logs.filter((line) => line.level !== "info"), []);
}, SEALED);

for (const keys of [STRANGE, undefined]) {
  inWorld(`no function overwrites what ${keys ? "another key" : "no key"} opens`, async (world) => {
    const token = await connectAndAsk(world);
    const before = await eventually(world, (row) => row.access_token !== null);
    const calls = world.simulator.requests.length;
    {
      using _keys = withEnvironment({ WPP_ENCRYPTION_KEYS: keys });
      for (const [name, body] of CALLS) {
        const response = await world.call(name, { token, body });
        const { error } = await response.json();
        assert.deepEqual([response.status, error.code], [500, "misconfigured"], name);
        assert.match(error.message, /WPP_ENCRYPTION_KEYS/);
      }
      assert.deepEqual(await stored(world), before);
      assert.equal(world.simulator.requests.length, calls);
    }
    assert.equal((await world.call("wpp-status", { token })).status, 200);
  }, SEALED);
}

inWorld(
  "no function opens a sealed key that was copied from another organization",
  async (world) => {
    await connectAndAsk(world);
    const token = await connectAndAsk(world);
    await world.database.exec(
      "update messenger_integrations set settings = settings || jsonb_build_object('apiKey', " +
        "(select i.settings ->> 'apiKey' from messenger_integrations i order by created_at limit 1))",
    );
    const calls = world.simulator.requests.length;
    assert.equal((await world.call("wpp-status", { token })).status, 500);
    assert.equal(world.simulator.requests.length, calls);
  },
  SEALED,
);
