/** Stored secrets that are in the clear or under an old key: re-encrypted when next read. */
import assert from "node:assert/strict";
import {
  assertNothingClear,
  connectAndAsk,
  eventually,
  NEWEST,
  OLDER,
  opens,
  stored,
} from "../support/sealed.ts";
import { withEnvironment } from "../support/environment.ts";
import { inWorld } from "../support/world.ts";

const SEALED = { env: { WPP_ENCRYPTION_KEYS: NEWEST } };

inWorld("a row in the clear is encrypted when it is next read", async (world) => {
  const token = await connectAndAsk(world);
  const before = await eventually(world, (row) => row.access_token !== null);
  assert.equal(before.settings.apiKey, world.simulator.clients[0].apiKey);
  using _keys = withEnvironment({ WPP_ENCRYPTION_KEYS: NEWEST });
  assert.equal((await world.call("wpp-status", { token })).status, 200);
  const row = await eventually(world, (row) => row.settings.apiKey !== before.settings.apiKey);
  await assertNothingClear(world);
  assert.deepEqual(await opens(row, NEWEST), [before.settings.apiKey, before.access_token]);
  assert.equal((await world.call("wpp-qr", { token })).status, 200);
  assert.equal(world.simulator.countOf("token"), 1);
});

for (const name of ["wpp-qr", "wpp-send", "wpp-create"] as const) {
  inWorld(`a row of an earlier version is encrypted when ${name} reads it`, async (world) => {
    const token = await connectAndAsk(world);
    const { apiKey, session } = world.simulator.clients[0];
    world.simulator.scan(session);
    await world.database.query(
      "update messenger_integrations set access_token = null, settings = $1",
      [{ wppApiKey: apiKey, wppAccountNumber: session, theme: "dark" }],
    );
    using _keys = withEnvironment({ WPP_ENCRYPTION_KEYS: NEWEST });
    const body = name === "wpp-send" ? { to: "+79991112233", text: "Hello" } : {};
    assert.ok((await world.call(name, { token, body })).ok);
    const row = await eventually(world, (row) => row.settings.wppApiKey === undefined);
    await assertNothingClear(world);
    assert.equal((await opens(row, NEWEST))[0], apiKey);
    const { apiKey: _, ...others } = row.settings;
    assert.deepEqual(others, { wppAccountNumber: session, theme: "dark" });
    const again = await world.call("wpp-status", { token, body: { session } });
    assert.equal((await again.json()).status, "connected");
  });
}

inWorld(
  "a row under an old key is re-encrypted under the newest when it is next read",
  async (world) => {
    const token = await connectAndAsk(world);
    const before = await eventually(world, (row) => row.access_token !== null);
    const [apiKey, accessToken] = await opens(before, OLDER);
    using _keys = withEnvironment({ WPP_ENCRYPTION_KEYS: `${NEWEST},${OLDER}` });
    assert.equal((await world.call("wpp-status", { token })).status, 200);
    const row = await eventually(world, (row) => row.settings.apiKey !== before.settings.apiKey);
    assert.deepEqual(await opens(row, NEWEST), [apiKey, accessToken]);
    assert.equal(world.simulator.countOf("token"), 1);
  },
  { env: { WPP_ENCRYPTION_KEYS: OLDER } },
);

inWorld("a row under the newest key is not written again", async (world) => {
  const token = await connectAndAsk(world);
  const before = await eventually(world, (row) => row.access_token !== null);
  const writes = world.serviceCalls.length;
  assert.equal((await world.call("wpp-status", { token })).status, 200);
  assert.deepEqual(await stored(world), before);
  assert.equal(world.serviceCalls.length, writes + 1);
}, SEALED);

inWorld("a row that is sealed keeps the token that its call brings", async (world) => {
  const token = await connectAndAsk(world);
  await eventually(world, (row) => row.access_token !== null);
  // A connection that this isolate has not read, whose token has just expired.
  await world.database.exec(
    "update messenger_integrations set id = gen_random_uuid(), " +
      "access_token_expires_at = now() - interval '1 second'",
  );
  const isSealed = (value?: string | null) => value?.split(".").length === 5;
  world.intercept = async (request) => {
    // What seals the row comes after what stores the new token.
    if (request.url.endsWith("/rpc/messenger_reencrypt_connection")) {
      await eventually(world, (row) => isSealed(row.access_token));
    }
    return undefined;
  };
  using _keys = withEnvironment({ WPP_ENCRYPTION_KEYS: NEWEST });
  assert.equal((await world.call("wpp-status", { token })).status, 200);
  const row = await eventually(world, (row) => isSealed(row.settings.apiKey));
  assert.equal(world.simulator.countOf("token"), 2);
  const [, saved] = await opens(row, NEWEST);
  assert.equal(`Bearer ${saved}`, world.simulator.requests.at(-1)?.headers.authorization);
});

inWorld("wpp-create renews a refused connection whose row that very call seals", async (world) => {
  const token = await connectAndAsk(world);
  world.intercept = async (request) => {
    if (!request.url.endsWith("/rpc/messenger_reencrypt_connection")) return undefined;
    const { p_id, p_credentials_id, p_api_key } = await request.json();
    await world.database.query(
      "select messenger_reencrypt_connection($1, $2, $3, null, null)",
      [p_id, p_credentials_id, p_api_key],
    );
    // The row is re-encrypted a while before the function hears of it, and the claim comes between.
    const claims = () => world.serviceCalls.filter(({ path }) => path.endsWith("claim_connection"));
    const earlier = claims().length;
    for (let turn = 0; turn < 300 && claims().length === earlier; turn++) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    return new Response(null, { status: 204 });
  };
  world.simulator.revokeKey(world.simulator.clients[0].apiKey);
  world.simulator.revokeTokens(); // a token that still works would prove that the connection does
  await world.database.exec(
    "update messenger_integrations set api_key_issued_at = now() - interval '1 day'",
  );
  using _keys = withEnvironment({ WPP_ENCRYPTION_KEYS: NEWEST });
  const response = await world.call("wpp-create", { token, body: { reconnect: true } });
  assert.deepEqual([response.status, (await response.json()).created], [201, true]);
  const [apiKey] = await opens(await stored(world), NEWEST);
  assert.equal(apiKey, world.simulator.clients[1].apiKey);
  await assertNothingClear(world);
});
