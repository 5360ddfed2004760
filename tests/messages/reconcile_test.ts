/** wpp-reconcile: what nobody's call does, for all organizations. */
import assert from "node:assert/strict";
import { userToken } from "../support/jwt.ts";
import { waitFor } from "../support/platform_calls.ts";
import { inWorld, SECRET_KEY, type World } from "../support/world.ts";

const WEBHOOK = { WPP_WEBHOOK_URL: "https://project.test/functions/v1/wpp-webhook" };

async function reconcile(world: World, body: object = {}): Promise<Record<string, unknown>> {
  const headers = { apikey: SECRET_KEY };
  const response = await world.call("wpp-reconcile", { headers, body });
  assert.equal(response.status, 200, await response.clone().text());
  return await response.json();
}

const IDLE = {
  connections: 0,
  registered: 0,
  events: 0,
  expired: 0,
  filled: 0,
  more: false,
};

inWorld(
  "wpp-reconcile does nothing where nothing is due, and is the server's alone",
  async (world) => {
    assert.deepEqual(await reconcile(world), IDLE);
    const byUser = await world.call("wpp-reconcile", { token: await userToken(), body: {} });
    assert.equal(byUser.status, 401);
    assert.equal((await byUser.json()).error.code, "unauthorized");
    const named = await world.call("wpp-reconcile", {
      headers: { apikey: SECRET_KEY },
      body: { organizationId: "shop" },
    });
    assert.equal((await named.json()).error.fields.organizationId, "Unknown field");
  },
);

inWorld(
  "wpp-reconcile lets a platform that has forgotten its webhooks hear again",
  async (world) => {
    const { session } = await world.connect();
    await reconcile(world);
    const first = world.simulator.webhookOf(session);
    assert.ok(first);
    world.simulator.forgetWebhooks();
    await world.database.exec(
      "update messenger_integrations set reconciled_at = now() - interval '1 min'",
    );
    const { connections, registered } = await reconcile(world);
    assert.deepEqual([connections, registered], [1, 1]);
    assert.equal(
      world.simulator.webhookOf(session),
      first,
      "the same URL, so that nothing is lost",
    );
  },
  { env: WEBHOOK },
);

inWorld(
  "wpp-reconcile asks the status of connections that are silent for 10 minutes alone",
  async (world) => {
    const { session } = await world.connect();
    const { session: heard } = await world.connect();
    await world.database.query(
      "update messenger_integrations set last_event_at = now() where session = $1",
      [heard],
    );
    const before = world.simulator.requests.length;
    await reconcile(world);
    const asked = world.simulator.requests.slice(before).filter(({ call }) => call === "status");
    assert.equal(asked.length, 1);
    const row = await world.row(
      "select status from messenger_integrations where session = $1",
      session,
    );
    assert.equal(row?.status, "connected");
  },
  { env: WEBHOOK },
);

inWorld(
  "wpp-reconcile takes the longest neglected first, and each in one of two runs at once",
  async (world) => {
    for (let n = 0; n < 5; n++) await world.connect();
    await world.database.exec(
      `update messenger_integrations i set reconciled_at = now() - o.n * interval '1 min'
    from (select id, row_number() over (order by session) as n from messenger_integrations) o where o.id = i.id`,
    );
    const { connections, more } = await reconcile(world, { limit: 2 });
    assert.deepEqual([connections, more], [2, true]);
    const taken = await world.database.query(
      "select session from messenger_integrations where reconciled_at > now() - interval '10 s' order by 1",
    );
    const oldest = world.simulator.clients.map(({ session }) => session).slice(-2);
    assert.deepEqual(taken.map(({ session }) => session), oldest);
    const runs = await Promise.all([reconcile(world), reconcile(world)]);
    assert.equal(runs.reduce((sum, run) => sum + Number(run.connections), 0), 3);
  },
  { env: WEBHOOK },
);

inWorld(
  "wpp-reconcile takes a hundred connections at a time when it is to take more than an answer holds",
  async (world) => {
    const count = 620;
    await world.database.query(
      `insert into messenger_integrations (id, organization_id, messenger_type, provider, name,
        settings, access_token, last_event_at)
      select gen_random_uuid(), 'shop-' || n, 'whatsapp', 'wpp', 'Shop',
        jsonb_build_object('apiKey', 'key-' || n, 'session', n), repeat('t', 2000), now()
      from generate_series(1, $1::integer) n`,
      [count],
    );
    const takes = () => world.serviceCalls.filter(({ path }) => path.endsWith("_take_neglected"));
    const first = await reconcile(world, { limit: 250 });
    assert.deepEqual(first, { ...IDLE, connections: 250, more: true });
    assert.equal(takes().length, 3);
    assert.deepEqual(await reconcile(world, { limit: 1000 }), { ...IDLE, connections: 370 });
    assert.equal(takes().length, 3 + 4);
  },
);

inWorld("wpp-reconcile goes on with the others when one connection fails", async (world) => {
  const { session } = await world.connect();
  await world.connect();
  const notes = () => world.serviceCalls.filter(({ path }) => path.endsWith("_note_webhook"));
  await waitFor(() => notes().length === 2 && world.busy === 0, "both are registered");
  world.simulator.revokeKey(world.simulator.clients.find((one) => one.session === session)!.apiKey);
  world.simulator.revokeTokens();
  await world.database.exec(
    "update messenger_integrations set access_token = null, access_token_expires_at = null",
  );
  const { connections, registered } = await reconcile(world);
  assert.deepEqual([connections, registered], [2, 1]);
  const line = world.logs.findLast((line) => line.function === "wpp-reconcile");
  assert.deepEqual(line?.warnings, ["connection_not_reconciled"]);
  assert.deepEqual(line?.counts, { ...IDLE, connections: 2, registered: 1 });
}, { env: WEBHOOK });

inWorld("wpp-reconcile names dead sends, and fills in those of earlier versions", async (world) => {
  const { token } = await world.connect();
  const body = { to: "+79991112233", text: "hi" };
  for (let n = 0; n < 3; n++) {
    assert.equal((await world.call("wpp-send", { token, body })).status, 202);
  }
  await world.database.exec(`
    update messenger_messages set status = 'sending', task_id = null where change = (select max(change) from messenger_messages);
    update messenger_sends set attempt_started_at = now() - interval '1 h';
    update messenger_messages set chat_id = null, arrived = null, change = null where status = 'accepted';
    delete from messenger_chats c where not exists (select from messenger_messages m where m.chat_id = c.id)`);
  const { expired, filled } = await reconcile(world);
  assert.deepEqual([expired, filled], [1, 2]);
  const rows = await world.database.query(
    "select status, chat_id is null as open from messenger_messages order by status",
  );
  assert.deepEqual(rows.map(({ status, open }) => [status, open]), [
    ["accepted", false],
    ["accepted", false],
    ["unknown", false],
  ]);
});
