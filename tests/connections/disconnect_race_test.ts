/** wpp-disconnect while something else goes on, and what comes after it. */
import assert from "node:assert/strict";
import { TenantConnections } from "../../supabase/functions/_shared/wpp/connections/tenant_connections.ts";
import { readEnv } from "../../supabase/functions/_shared/wpp/env.ts";
import { Database } from "../../supabase/functions/_shared/wpp/store/database.ts";
import { Tenant } from "../../supabase/functions/_shared/wpp/store/tenant.ts";
import { Vault } from "../../supabase/functions/_shared/wpp/store/vault.ts";
import { userToken } from "../support/jwt.ts";
import {
  addNumber,
  answerOf,
  ask,
  connected,
  connectionRows,
  holdAnswer,
  WITH_SECRET,
} from "../support/numbers.ts";
import { inWorld, type World } from "../support/world.ts";

/** The platform refuses the connection's key and tokens from now on. */
function refuse({ simulator }: World, session: string): void {
  simulator.revokeKey(simulator.clients.find((one) => one.session === session)!.apiKey);
  simulator.revokeTokens(session);
}

inWorld("a call under way writes nothing to a row that is emptied meanwhile", async (world) => {
  const { token, session } = await world.connect();
  const status = holdAnswer(world, "status");
  const underWay = ask(world, "wpp-status", token);
  await status.arrived;
  assert.equal((await ask(world, "wpp-disconnect", token, { session })).http, 200);
  const rows = await connectionRows(world);
  status.release();
  assert.equal((await underWay).status, "connected");
  assert.deepEqual(await connectionRows(world), rows);
});

inWorld("what was read before a disconnect writes nothing after it", async (world) => {
  const sub = crypto.randomUUID();
  const { token, session } = await world.connect({ sub });
  const connections = new TenantConnections(
    new Database(readEnv()),
    new Tenant({ claims: { sub } }),
    new Vault({ encryptionKeys: [] }),
  );
  const reader = await connections.find();
  await ask(world, "wpp-disconnect", token, { session });
  const rows = await connectionRows(world);
  await connections.saveToken(reader, { value: "former", expiresAt: Date.now() + 60_000 });
  await connections.saveStatus(reader, "connected");
  await connections.giveUpStart(reader);
  assert.equal(await connections.claimStart(reader), false);
  await world.database.query("select messenger_reencrypt_connection($1, $2, 'key', 't', 't')", [
    reader.id,
    reader.credentialsId,
  ]);
  assert.deepEqual(await connectionRows(world), rows);
});

inWorld("wpp-disconnect answers creation_in_progress while its slot is renewed", async (world) => {
  const { token, session } = await connected(world);
  refuse(world, session);
  const create = holdAnswer(world, "create");
  const renewing = ask(world, "wpp-create", token, { reconnect: true });
  await create.arrived;
  const [rows, calls] = [await connectionRows(world), world.simulator.requests.length];
  for (const body of [{ session }, {}, { session, force: true }]) {
    const response = await world.call("wpp-disconnect", { token, body });
    const wait = Number(response.headers.get("retry-after"));
    assert.ok(wait > 20 && wait <= 30, `Retry-After: ${wait}`);
    const { http, code } = await answerOf(response);
    assert.deepEqual([http, code], [409, "creation_in_progress"]);
  }
  assert.deepEqual([await connectionRows(world), world.simulator.requests.length], [rows, calls]);
  create.release();
  assert.equal((await renewing).http, 201);
});

inWorld("wpp-disconnect erases nothing when a creation began after the stop", async (world) => {
  const { token, session } = await connected(world);
  const [stop, create] = [holdAnswer(world, "stop"), holdAnswer(world, "create")];
  const ending = ask(world, "wpp-disconnect", token, { session });
  await stop.arrived;
  refuse(world, session);
  const renewing = ask(world, "wpp-create", token, { reconnect: true });
  await create.arrived;
  stop.release();
  const { http, code } = await ending;
  assert.deepEqual([http, code], [409, "creation_in_progress"]);
  create.release();
  const renewed = await renewing;
  assert.equal(renewed.http, 201);
  assert.equal((await ask(world, "wpp-status", token)).session, renewed.session);
});

inWorld("a slow wpp-disconnect does not reach what was created meanwhile", async (world) => {
  const { token } = await world.connect();
  const stop = holdAnswer(world, "stop");
  const slow = ask(world, "wpp-disconnect", token);
  await stop.arrived;
  assert.equal((await ask(world, "wpp-disconnect", token)).http, 200);
  const created = await ask(world, "wpp-create", token);
  assert.equal(created.http, 201);
  const rows = await connectionRows(world);
  stop.release();
  assert.equal((await slow).code, "integration_not_found");
  assert.deepEqual(await connectionRows(world), rows);
  assert.equal(world.simulator.countOf("stop"), 2);
  assert.ok(
    world.simulator.requests.every(({ path }) => !path.includes(`${created.session}/stop`)),
  );
});

inWorld("wpp-create fills an emptied row again, and its messages go on", async (world) => {
  const { token, session } = await world.connect();
  const [{ id }] = await connectionRows(world);
  await ask(world, "wpp-connections", token, { session, name: "Shop" });
  await ask(world, "wpp-send", token, { to: "+79991112233", text: "hello" });
  await ask(world, "wpp-disconnect", token, { session });
  const calls = world.simulator.requests.length;
  const again = await ask(world, "wpp-create", token, { name: "Not this" });
  assert.deepEqual([again.http, again.integrationId, again.created], [201, id, true]);
  const rows = await connectionRows(world);
  assert.deepEqual(rows.map((row) => [row.id, row.name]), [[id, "Shop"]]);
  assert.notEqual(again.session, session);
  const [{ integration_id }] = await world.database.query(
    "select integration_id from messenger_messages",
  );
  assert.equal(integration_id, id);
  // The token of the account before is in memory still.
  assert.equal((await ask(world, "wpp-status", token)).http, 200);
  const later = world.simulator.requests.slice(calls).map(({ call }) => call);
  assert.deepEqual(later, ["create", "token", "status"]);
  const former = await ask(world, "wpp-disconnect", token, { session });
  assert.equal(former.code, "integration_not_found");
});

inWorld("wpp-create with reconnect fills the row that its session names", async (world) => {
  const { token, session } = await world.connect();
  const second = await addNumber(world, token, "Second");
  const before = await connectionRows(world);
  await ask(world, "wpp-disconnect", token, { session: second.session });
  // Without a session it is about the primary one, which works.
  for (const body of [{}, { reconnect: true }]) {
    const present = await ask(world, "wpp-create", token, body);
    assert.deepEqual([present.http, present.session], [200, session]);
  }
  const back = await ask(world, "wpp-create", token, { reconnect: true, session: second.session });
  assert.deepEqual([back.http, back.integrationId], [201, second.integrationId]);
  const after = await connectionRows(world);
  const kept = (
    { id, name, identity, created_at }: Record<string, unknown>,
  ) => [id, name, identity, created_at];
  assert.deepEqual(after.map(kept), before.map(kept));
  assert.deepEqual(after[0].settings, before[0].settings);
  assert.equal(world.simulator.clients.length, 3);
}, WITH_SECRET);

inWorld("two reconnects of an emptied row at once make one account", async (world) => {
  const { token, session } = await world.connect();
  await ask(world, "wpp-disconnect", token, { session });
  const body = { reconnect: true, session };
  const answers = await world.fastForward(() =>
    Promise.all([1, 2, 3].map(() => ask(world, "wpp-create", token, body)))
  );
  assert.deepEqual(answers.map(({ http }) => http).sort(), [200, 200, 201]);
  assert.equal(new Set(answers.map((answer) => answer.session)).size, 1);
  assert.equal(world.simulator.clients.length, 2);
});

inWorld("wpp-create with reconnect answers 404 to a session that is no more", async (world) => {
  const { token } = await world.connect();
  const body = { reconnect: true, session: "9" };
  for (const caller of [token, await userToken()]) {
    assert.equal((await ask(world, "wpp-create", caller, body)).code, "integration_not_found");
  }
  assert.equal(world.simulator.clients.length, 1);
});
