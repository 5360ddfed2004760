/**
 * Every statement of docs/operations.md, run on a migrated database; reconciler_cron_test.ts runs the
 * reconciler's.
 */
import assert from "node:assert/strict";
import { Vault } from "../../supabase/functions/_shared/wpp/store/vault.ts";
import { withEnvironment } from "../support/environment.ts";
import { withExtensions } from "../support/extensions.ts";
import { connectAndAsk, eventually, NEWEST, OLDER, STRANGE } from "../support/sealed.ts";
import { inWorld, type World } from "../support/world.ts";
import { page } from "./pages.ts";

const { fences } = page("docs/operations.md");

/** The code of the page's fence with this title. */
function code(title: string): string {
  return fences.find((one) => one.title === title)!.code;
}

interface UnderKey {
  key: string;
  secret: string;
  count: number;
  ids: string[];
}

async function underKeys(world: World): Promise<UnderKey[]> {
  const rows = await world.database.query(code("encrypted with")) as unknown as UnderKey[];
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

/** The id of a key, by the page's command. */
async function keyId(key: string): Promise<string> {
  const command = new Deno.Command("sh", { args: ["-euc", code("key id")], env: { KEY: key } });
  return new TextDecoder().decode((await command.output()).stdout).trim();
}

/** Inserts a connection with this as its stored apiKey and access token. */
async function insert(world: World, apiKey: string, token?: string, id = crypto.randomUUID()) {
  await world.database.query(
    `insert into messenger_integrations
      (id, organization_id, messenger_type, provider, name, settings, access_token)
    values ($1::uuid, $1::uuid::text, 'whatsapp', 'wpp', 'Shop', $2, $3)`,
    [id, { apiKey, session: "1" }, token ?? null],
  );
  return id;
}

async function insertSealed(world: World, key: string): Promise<string> {
  const vault = new Vault({ encryptionKeys: [key] });
  const id = crypto.randomUUID();
  const [apiKey, token] = [
    await vault.seal("an apiKey", id, "api_key"),
    await vault.seal("a token", id, "access_token"),
  ];
  return await insert(world, apiKey, token, id);
}

Deno.test("every statement of operations.md is run", () => {
  const titles = fences.filter(({ language, title }) => title || language === "sql")
    .map(({ title }) => title);
  assert.deepEqual(titles, [
    "vault",
    "reconcile",
    "reconcile with curl",
    "housekeeping",
    "history",
    "backfill",
    "sends by outcome",
    "who is disconnected",
    "who receives nothing",
    "files that wait",
    "size of files",
    "encrypted with",
    "key id",
    "lost key",
    "erase",
  ]);
});

inWorld("the housekeeping's commands run", async (world) => {
  await withExtensions(world, async () => {
    await world.database.exec(code("housekeeping"));
    await world.database.exec(code("history"));
    const jobs = await world.database.query("select command from cron.job");
    assert.equal(jobs.length, 2);
    for (const { command } of jobs) await world.database.exec(String(command));
  });
});

inWorld("the sends are counted by their outcome", async (world) => {
  const id = await insert(world, "k");
  const outcomes = [
    ["accepted", null, "1 hour"],
    ["accepted", null, "1 hour"],
    ["failed", "not_connected", "1 hour"],
    ["failed", "rate_limited", "1 hour"],
    ["unknown", "delivery_unknown", "8 days"],
  ];
  for (const [status, error, age] of outcomes) {
    await world.database.query(
      `with message as (
         insert into messenger_messages
           (integration_id, organization_id, session, recipient, text, status, error_code)
         values ($1, 'o', '1', '+79991112233', 'Hello', $2, $3)
         returning id
       )
       insert into messenger_sends
         (message_id, organization_id, request_fingerprint, attempt_started_at)
       select id, 'o', 'f', now() - $4::interval from message`,
      [id, status, error, age],
    );
  }
  const rows = await world.database.query(code("sends by outcome"));
  const sums = new Map<string, number>();
  for (const { status, error_code, count } of rows) {
    const word = `${status} ${error_code}`;
    sums.set(word, (sums.get(word) ?? 0) + Number(count)); // an hour ago may be yesterday
  }
  assert.deepEqual([...sums].sort(), [
    ["accepted null", 2],
    ["failed not_connected", 1],
    ["failed rate_limited", 1],
  ]);
});

inWorld("the backfill's statement puts a send of a former version into a chat", async (world) => {
  const id = await insert(world, "k");
  await world.database.query(
    `insert into messenger_messages (integration_id, organization_id, recipient, text, status)
     values ($1, 'o', '+79991112233', 'Hello', 'accepted')`,
    [id],
  );
  for (const count of [1, 0]) {
    assert.deepEqual(await world.database.query(code("backfill")), [{ messenger_backfill: count }]);
  }
  const chat = await world.row("select phone from messenger_chats");
  assert.deepEqual(chat, { phone: "+79991112233" });
});

inWorld(
  "who receives nothing lists connected numbers, those without an event first",
  async (world) => {
    const [silent, heard, other] = await Promise.all(
      Array.from({ length: 3 }, () => insert(world, "k")),
    );
    await world.database.exec(`
    update messenger_integrations set status = 'connected' where id <> '${other}';
    update messenger_integrations set last_event_at = now(), dropped_events = 2
      where id = '${heard}';
    insert into messenger_events (organization_id, integration_id, kind, size) values
      ('o', '${heard}', 'quarantined', 5), ('o', '${heard}', 'media', 7), ('o', '${heard}', 'media', 4);
  `);
    const rows = await world.database.query(code("who receives nothing"));
    assert.deepEqual(
      rows.map((row) =>
        [row.organization_id, row.dropped_events, row.quarantined, row.media_bytes]
          .map(String)
      ),
      [[silent, "0", "0", "0"], [heard, "2", "1", "11"]],
    );
  },
);

inWorld("the queries of files show those that wait, and how much is stored", async (world) => {
  const id = await insert(world, "k");
  await world.database.exec(`
    insert into messenger_events (organization_id, integration_id, kind, size, url, created_at) values
      ('o', '${id}', 'media', 7, null, now()),
      ('o', '${id}', 'media', 0, 'https://wpp.test/1', now() - interval '1 hour'),
      ('o', '${id}', 'quarantined', 5, null, now());
    select messenger_enable_media();
    insert into storage.objects (bucket_id, name, metadata) values
      ('messenger-media', 'o/outgoing/1/a', '{ "size": 2048 }'),
      ('messenger-media', 'o/2/b', '{ "size": 1024 }'), ('messenger-media', 'p/3/c', null)`);
  const waiting = await world.database.query(code("files that wait"));
  assert.deepEqual(
    waiting.map(({ size, is_at_platform }) => [Number(size), is_at_platform]),
    [
      [0, true],
      [7, false],
    ],
  );
  const sizes = await world.database.query(code("size of files"));
  assert.deepEqual(sizes.map(({ folder, files, size }) => [folder, Number(files), size]), [
    ["o", 2, "3072 bytes"],
    ["p", 1, null],
  ]);
});

inWorld(
  "who is disconnected leaves out what is connected, inactive or another's",
  async (world) => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => insert(world, "k")));
    const [connected, inactive, disabled, foreign, disconnected] = ids;
    const set = (id: string, what: string) =>
      world.database.exec(`update messenger_integrations set ${what} where id = '${id}'`);
    await set(connected, "status = 'connected'");
    await set(inactive, "is_active = false");
    await set(disabled, "is_enabled = false");
    await set(foreign, "provider = 'another'");
    await set(disconnected, "status = 'disconnected'");
    const rows = await world.database.query(code("who is disconnected"));
    assert.deepEqual(rows.map(({ id, status }) => [id, status]), [[disconnected, "disconnected"]]);
  },
);

inWorld(
  "the statement for an organization that leaves deletes all of it, once it is disconnected",
  async (world) => {
    const organization = { app_metadata: { organization_id: "org-1" } };
    const { token } = await world.connect(organization);
    const other = await world.connect();
    const body = { to: "+79991112233", text: "x" };
    for (const sender of [token, other.token]) {
      assert.equal((await world.call("wpp-send", { token: sender, body })).status, 202);
    }
    await assert.rejects(world.database.exec(code("erase")), /still has a connection/);
    assert.equal((await world.call("wpp-disconnect", { token })).status, 200);
    const [{ messenger_erase_organization: erased }] = await world.database.query(code("erase"));
    assert.deepEqual(erased, { messages: 1, connections: 1 });
    for (const table of ["messenger_integrations", "messenger_messages"]) {
      const left = await world.database.query(
        `select organization_id <> 'org-1' as kept from ${table}`,
      );
      assert.deepEqual(left, [{ kept: true }], table);
    }
  },
);

inWorld("the query by encryption key names rows, and the command the key", async (world) => {
  const newest = [await insertSealed(world, NEWEST), await insertSealed(world, NEWEST)].sort();
  const older = await insertSealed(world, OLDER);
  const clear = [
    await insert(world, "in-the-clear"),
    await insert(world, "a..b.c.d"), // looks like one, and is no base64
    await insert(world, "ab..c.d.e"), // is base64, and neither UTF-8 nor JSON
    await insert(world, "eyJ.b.c.d.e", "1.2.3"),
  ];
  const sealed = await new Vault({ encryptionKeys: [OLDER] })
    .seal("a token", newest[0], "webhook_token");
  await world.database.query(
    "update messenger_integrations set settings = settings || $2 where id = $1",
    [newest[0], { webhookToken: sealed }],
  );
  const [newestId, olderId] = [await keyId(NEWEST), await keyId(OLDER)];
  const expected = [
    [newestId, "apiKey", newest],
    [newestId, "access token", newest],
    [olderId, "apiKey", [older]],
    [olderId, "access token", [older]],
    [olderId, "webhook token", [newest[0]]],
    ["in the clear", "apiKey", clear.toSorted()],
    ["in the clear", "access token", [clear[3]]],
  ] as const;
  const found = await underKeys(world);
  for (const [key, secret, ids] of expected) {
    const row = found.find((row) => row.key === key && row.secret === secret);
    assert.deepEqual(row, { key, secret, count: ids.length, ids });
  }
  assert.equal(found.length, expected.length);
});

inWorld(
  "the statement for a lost key lets its users connect again, on the same row",
  async (world) => {
    const token = await connectAndAsk(world);
    const { id } = await eventually(world, (row) => row.access_token !== null);
    const other = await insertSealed(world, STRANGE);
    using _keys = withEnvironment({ WPP_ENCRYPTION_KEYS: NEWEST });
    const lost = await world.call("wpp-status", { token });
    assert.equal(lost.status, 500);
    assert.match((await lost.json()).error.message, /^No key of WPP_ENCRYPTION_KEYS decrypts/);
    assert.equal((await world.call("wpp-create", { token })).status, 500);

    const webhookToken = await new Vault({ encryptionKeys: [OLDER] }).seal(
      "t",
      id,
      "webhook_token",
    );
    await world.database.query(
      "update messenger_integrations set webhook_digest = 'd', settings = settings || $2 where id = $1",
      [id, { webhookToken }],
    );
    const under = (await underKeys(world)).filter(({ secret }) => secret === "apiKey");
    const lostId = await keyId(OLDER);
    const { ids } = under.find(({ key }) => key === lostId)!;
    assert.deepEqual(ids, [id]);
    const list = ids.map((id) => `'${id}'`).join(", ");
    await world.database.exec(code("lost key").replace(/'0{8}-[0-]+'/, list));

    assert.ok((await underKeys(world)).every(({ key }) => key !== lostId));
    assert.equal((await world.call("wpp-status", { token })).status, 404);
    const created = await world.call("wpp-create", { token });
    assert.equal(created.status, 201);
    assert.equal((await created.json()).integrationId, id);
    assert.equal((await world.call("wpp-status", { token })).status, 200);
    const untouched = await world.row(
      "select settings ? 'apiKey' as kept from messenger_integrations where id = $1",
      other,
    );
    assert.deepEqual(untouched, { kept: true });
  },
  { env: { WPP_ENCRYPTION_KEYS: OLDER } },
);
