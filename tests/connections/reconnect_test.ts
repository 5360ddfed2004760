/** `reconnect`: a connection that the platform refuses gets a new client, on the same row. */
import assert from "node:assert/strict";
import type { Connection } from "../../supabase/functions/_shared/wpp/connections/connections.ts";
import { TenantConnections } from "../../supabase/functions/_shared/wpp/connections/tenant_connections.ts";
import { readEnv } from "../../supabase/functions/_shared/wpp/env.ts";
import { Database } from "../../supabase/functions/_shared/wpp/store/database.ts";
import { Tenant } from "../../supabase/functions/_shared/wpp/store/tenant.ts";
import { Vault } from "../../supabase/functions/_shared/wpp/store/vault.ts";
import { outcome, rowOf } from "../support/creation.ts";
import { userToken } from "../support/jwt.ts";
import { inWorld, type World } from "../support/world.ts";

/** Connects, after which the platform refuses the key and its tokens. */
async function connectAndRefuse(world: World, token: string) {
  await world.call("wpp-create", { token, body: { name: "Shop" } });
  await world.database.exec(
    "update messenger_integrations set api_key_issued_at = now() - interval '1 hour'",
  );
  const [client] = world.simulator.clients;
  await world.call("wpp-status", { token });
  world.simulator.revokeKey(client.apiKey);
  world.simulator.revokeTokens(client.session);
  return client;
}

inWorld(
  "wpp-create with reconnect renews the same row when the platform refuses its key",
  async (world) => {
    const token = await userToken();
    const client = await connectAndRefuse(world, token);
    const before = await rowOf(world);
    const status = await outcome(await world.call("wpp-status", { token }));
    assert.equal(status.code, "reconnect_required");

    const without = await outcome(await world.call("wpp-create", { token }));
    assert.deepEqual([without.status, without.session], [200, client.session]);
    assert.equal(world.simulator.clients.length, 1);

    const renewed = await outcome(
      await world.call("wpp-create", { token, body: { reconnect: true } }),
    );
    assert.deepEqual([renewed.status, renewed.created, renewed.integrationId], [
      201,
      true,
      before?.id,
    ]);
    const after = await rowOf(world);
    assert.equal(after?.name, "Shop");
    assert.notEqual(after?.session, client.session);
    assert.equal((await world.call("wpp-status", { token })).status, 200);
  },
);

inWorld("wpp-create with reconnect replaces nothing when the connection works", async (world) => {
  const token = await userToken();
  await world.call("wpp-create", { token });
  const again = await outcome(await world.call("wpp-create", { token, body: { reconnect: true } }));
  assert.deepEqual([again.status, again.created], [200, false]);
  assert.equal(world.simulator.clients.length, 1);
});

inWorld("saveToken stores nothing when the token is of the former key", async (world) => {
  const sub = crypto.randomUUID();
  const token = await userToken({ sub });
  await connectAndRefuse(world, token);
  const database = new Database(readEnv());
  const connections = new TenantConnections(
    database,
    new Tenant({ claims: { sub } }),
    new Vault({ encryptionKeys: [] }),
  );
  let reader: Connection | undefined;
  world.intercept = async (request) => {
    // The row is read while the reconnect runs: under its claim, with the former key.
    if (request.url.endsWith("/messenger_finish_claim")) reader ??= await connections.find();
    return undefined;
  };
  await world.call("wpp-create", { token, body: { reconnect: true } });
  await connections.saveToken(reader!, { value: "former", expiresAt: Date.now() + 60_000 });
  assert.equal((await rowOf(world))?.access_token, null);
});

inWorld("wpp-create makes one new client when two reconnect at once", async (world) => {
  const token = await userToken();
  await connectAndRefuse(world, token);
  const answers = await world.fastForward(() =>
    Promise.all([1, 2].map(() => world.call("wpp-create", { token, body: { reconnect: true } })))
  );
  const [one, other] = await Promise.all(answers.map(outcome));
  assert.equal(one.session, other.session);
  assert.deepEqual([one.created, other.created].sort(), [false, true]);
  assert.equal(world.simulator.clients.length, 2);
});

inWorld(
  "wpp-create with reconnect renews a connection when its session is forgotten",
  async (world) => {
    const token = await userToken();
    await world.call("wpp-create", { token });
    world.simulator.forget(world.simulator.clients[0].session);
    assert.equal(
      (await outcome(await world.call("wpp-status", { token }))).code,
      "reconnect_required",
    );
    const renewed = await outcome(
      await world.call("wpp-create", { token, body: { reconnect: true } }),
    );
    assert.deepEqual([renewed.status, renewed.created], [201, true]);
  },
);
