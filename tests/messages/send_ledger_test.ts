/** The rows of sends: no row says what did not happen, whatever the database does. */
import assert from "node:assert/strict";
import { readEnv } from "../../supabase/functions/_shared/wpp/env.ts";
import { SendLedger } from "../../supabase/functions/_shared/wpp/messages/send_ledger.ts";
import { Database } from "../../supabase/functions/_shared/wpp/store/database.ts";
import { Tenant } from "../../supabase/functions/_shared/wpp/store/tenant.ts";
import { only, rows, send } from "../support/messages.ts";
import { inWorld } from "../support/world.ts";

inWorld(
  "wpp-send marks the row accepted when it had expired to unknown meanwhile",
  async (world) => {
    const { token } = await world.connect();
    let unavailable = true;
    world.intercept = (request) =>
      request.url.endsWith("/messenger_close_send") && unavailable ? Response.error() : undefined;
    await world.fastForward(async () => {
      assert.equal((await send(world, token, "key-1")).http, 202);
      await world.database.exec("update messenger_messages set status = 'unknown'");
      unavailable = false;
      for (let polls = 0; polls < 100 && (await only(world)).status === "unknown"; polls++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    const { status, error_code } = await only(world);
    assert.deepEqual([status, error_code], ["accepted", null]);
  },
);

inWorld("wpp-send sends nothing when the row cannot be written", async (world) => {
  const { token } = await world.connect();
  world.intercept = (request) =>
    request.url.endsWith("/messenger_begin_send") ? Response.error() : undefined;
  const { http, code } = await send(world, token, "key-1");
  assert.deepEqual([http, code], [503, "database_unavailable"]);
  assert.equal(world.simulator.countOf("send"), 0);
});

inWorld(
  "wpp-send answers 202 and goes on closing the row when the database is unavailable",
  async (world) => {
    const { token } = await world.connect();
    let unavailable = true;
    world.intercept = (request) =>
      request.url.endsWith("/messenger_close_send") && unavailable ? Response.error() : undefined;
    await world.fastForward(async () => {
      const { http } = await send(world, token, "key-1");
      assert.equal(http, 202);
      assert.equal((await only(world)).status, "sending");
      unavailable = false;
      while ((await only(world)).status === "sending") {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    assert.equal((await only(world)).status, "accepted");
  },
);

inWorld("accept leaves the row as it is when it closes an earlier attempt", async (world) => {
  const { token } = await world.connect();
  await send(world, token, "key-1");
  await world.database.exec(
    "update messenger_messages set status = 'sending'; update messenger_sends set attempt = 2",
  );
  const { id } = await only(world);
  const ledger = new SendLedger({
    database: new Database(readEnv()),
    tenant: new Tenant({ claims: { sub: "o" } }),
    trace: { requestId: "r" },
  });
  await ledger.accept(
    { id: String(id), attempt: 1 },
    "late",
  );
  assert.equal((await only(world)).status, "sending");
});

inWorld(
  "messenger_expire_messages marks what dead isolates left, and nothing else",
  async (world) => {
    const { token } = await world.connect();
    for (const key of ["dead", "alive", "done"]) await send(world, token, key);
    await world.database.exec(`update messenger_messages m set status = 'sending'
    from messenger_sends s where s.message_id = m.id and s.idempotency_key in ('dead', 'alive');
    update messenger_sends set attempt_started_at = now() - interval '10 minutes'
    where idempotency_key in ('dead', 'done')`);
    const [{ count }] = await world.database.query("select messenger_expire_messages() as count");
    assert.equal(Number(count), 1);
    const status = Object.fromEntries(
      (await rows(world)).map((r) => [r.idempotency_key, r.status]),
    );
    assert.deepEqual(status, { dead: "unknown", alive: "sending", done: "accepted" });
  },
);

inWorld("messenger_delete_messages deletes what is older, but nothing that runs", async (world) => {
  const { token } = await world.connect();
  for (const key of ["old", "new", "running"]) await send(world, token, key);
  await world.database.exec(
    `update messenger_sends set attempt_started_at = now() - interval '40 days'
    where idempotency_key <> 'new';
    update messenger_messages m set status = 'sending'
    from messenger_sends s where s.message_id = m.id and s.idempotency_key = 'running'`,
  );
  const [{ count }] = await world.database.query(
    "select messenger_delete_messages(interval '30 days') as count",
  );
  assert.equal(Number(count), 1);
  assert.deepEqual((await rows(world)).map((row) => row.idempotency_key).sort(), [
    "new",
    "running",
  ]);
});
