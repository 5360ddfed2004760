/** The migrations on an empty database, applied twice, and on ones that had an earlier version. */
import assert from "node:assert/strict";
import { readSchema } from "../../tools/schema/catalog.ts";
import { schemaText } from "../../tools/schema/text.ts";
import {
  engines,
  migrate,
  MIGRATIONS,
  MIGRATIONS_2026_11_22,
  MIGRATIONS_2026_11_26,
  type Sql,
} from "../support/sql.ts";

/** The table of projects that integrated WPP Platform before this backend, with rows as they had. */
const EARLIER_VERSION = `
  create table public.organizations (id uuid primary key);
  insert into public.organizations values
    ('11111111-1111-4111-8111-111111111111'), ('22222222-2222-4222-8222-222222222222'),
    ('33333333-3333-4333-8333-333333333333');
  create table public.messenger_integrations (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id),
    messenger_type text not null,
    provider text not null,
    name text not null,
    is_primary boolean,
    is_active boolean default true,
    webhook_key text not null,
    settings jsonb,
    created_at timestamptz not null default '2025-01-01'
  );
  insert into public.messenger_integrations
    (organization_id, messenger_type, provider, name, is_primary, webhook_key, settings)
  values
    ('11111111-1111-4111-8111-111111111111', 'whatsapp', 'wpp', 'Old', null, 'hook-1',
     '{"wppApiKey": "old-key", "wppAccountNumber": "0000000000007", "extra": [1, 2]}'),
    ('22222222-2222-4222-8222-222222222222', 'telegram', 'other', 'Bot', true, 'hook-2', null);
`;

/** What a database of 2026-11-22 may hold; each organization is named by how its slot stands. */
const ROWS_OF_2026_11_22 = `
  insert into public.messenger_integrations
    (organization_id, name, is_primary, settings, claim_id, claimed_until, access_token)
  values
    ('finished', 'Shop', true, '{"apiKey": "key", "session": "1"}', gen_random_uuid(), null, 'token'),
    ('finished twice', 'Shop', true, '{"apiKey": "key", "session": "2"}', gen_random_uuid(), null, null),
    ('finished twice', 'Old', false, '{"wppApiKey": "old", "wppAccountNumber": "3"}', null, null, null),
    ('switched off', 'Shop', true, '{"apiKey": "key", "session": "4"}', gen_random_uuid(), null, null),
    ('running', 'Shop', true, '{}', gen_random_uuid(), now() + interval '30 s', null),
    ('abandoned', 'Shop', true, '{}', gen_random_uuid(), now() - interval '1 s', null),
    ('released, id kept', 'Shop', true, '{}', gen_random_uuid(), 'epoch', null),
    ('released', 'Shop', true, '{}', null, null, null),
    ('renewing', 'Shop', true, '{"apiKey": "key", "session": "5"}', gen_random_uuid(),
      now() + interval '30 s', null);
  update public.messenger_integrations set is_active = false
  where organization_id = 'switched off';

  insert into public.messenger_messages
    (integration_id, organization_id, session, recipient, text, idempotency_key,
     request_fingerprint, status, retryable, task_id, error_code, attempt, attempt_started_at)
  select i.id, i.organization_id, i.session, '+1', 'hi', send.*
  from public.messenger_integrations i, (values
    ('sending', 'f', 'sending', false, null, null, 1, now()),
    ('sending, isolate died', 'f', 'sending', false, null, null, 1, now() - interval '1 h'),
    ('accepted', 'f', 'accepted', false, 'task', null, 1, now()),
    ('failed', 'f', 'failed', false, null, 'gateway_error', 1, now()),
    ('failed, may be repeated', 'f', 'failed', true, null, 'rate_limited', 2, now()),
    ('unknown', 'f', 'unknown', false, null, 'delivery_unknown', 1, now()),
    (null, 'f', 'accepted', false, 'task', null, 1, now())
  ) send
  where i.organization_id = 'finished';
`;

/** What a claim finds in each of those organizations. */
const CLAIMS_OF_2026_11_22 = {
  "finished": "exists",
  "finished twice": "exists",
  "switched off": "claimed under a new id",
  "running": "busy",
  "abandoned": "claimed under the same id",
  "released, id kept": "claimed under the same id",
  "released": "claimed under a new id",
  "renewing": "exists",
};

/** What the same request finds under each of those idempotency keys: outcome, status, attempt. */
const SENDS_OF_2026_11_22 = {
  "sending": "in_progress",
  "sending, isolate died": "finished unknown 1",
  "accepted": "finished accepted 1",
  "failed": "finished failed 1",
  "failed, may be repeated": "begun sending 3",
  "unknown": "finished unknown 1",
};

for (const { name, open } of engines()) {
  Deno.test(`migrations apply twice on an empty database on ${name}`, () =>
    withSql(open, async (sql) => {
      await migrate(sql);
      const first = await schemaOf(sql);
      await migrate(sql);
      assert.equal(await schemaOf(sql), first);
    }));

  Deno.test(`migrations bring a database of 2026-11-22 up to date on ${name}`, (t) =>
    withSql(open, async (sql) => {
      await migrate(sql, MIGRATIONS_2026_11_22);
      await sql.exec(ROWS_OF_2026_11_22);
      const before = await rowsOf(sql);
      const claimIds = await claimIdsOf(sql);
      await migrate(sql);

      await t.step(
        "its schema is what these migrations make alone",
        () =>
          withSql(open, async (alone) => {
            await migrate(alone);
            assert.equal(await schemaOf(sql), await schemaOf(alone));
          }),
      );

      await t.step("its rows keep all they hold, also when the migrations run again", async () => {
        await migrate(sql);
        const after = await rowsOf(sql);
        // Clearing the claim_id of finished rows touches updated_at; other columns are new.
        const kept = (rows: Record<string, unknown>[]) =>
          rows.map((row) =>
            Object.fromEntries(
              Object.keys(before[0]).filter((name) => !["claim_id", "updated_at"].includes(name))
                .map((name) => [name, row[name]]),
            )
          );
        assert.deepEqual(kept(after), kept(before));
        assert.deepEqual(
          after.map(({ claim_id }) => claim_id),
          before.map(({ claim_id, claimed_until }) => claimed_until === null ? null : claim_id),
        );
      });

      await t.step("its sends go on", async () => {
        assert.equal(await beginSend(sql, "accepted", "another fingerprint"), "reused");
        const found: Record<string, string> = {};
        for (const key of Object.keys(SENDS_OF_2026_11_22)) found[key] = await beginSend(sql, key);
        assert.deepEqual(found, SENDS_OF_2026_11_22);
      });

      await t.step("its claims go on", async () => {
        const found: Record<string, string> = {};
        for (const organization of Object.keys(CLAIMS_OF_2026_11_22)) {
          const { outcome, claim_id, integration } = await claim(sql, organization);
          const id = claim_id === claimIds[organization] ? "the same id" : "a new id";
          found[organization] = outcome === "claimed" ? `claimed under ${id}` : outcome;
          if (outcome === "exists") assert.equal(integration.api_key, "key");
        }
        assert.deepEqual(found, CLAIMS_OF_2026_11_22);
      });
    }));

  Deno.test(`migrations bring a database of 2026-11-26 up to date on ${name}`, () =>
    withSql(open, async (sql) => {
      await migrate(sql, MIGRATIONS_2026_11_26);
      const { id, claim_id } = await claim(sql, "shop");
      await sql.query("select messenger_finish_claim($1, $2, 'key', '7', 'connected')", [
        id,
        claim_id,
      ]);
      assert.equal(await beginSend(sql, "a key", "f", "shop"), "begun sending 1");
      const before = await rowsOf(sql);
      await migrate(sql);
      const after = await rowsOf(sql);
      const names = Object.keys(before[0]);
      const kept = (row: Record<string, unknown>) => names.map((name) => [name, row[name]]);
      assert.deepEqual(after.map(kept), before.map(kept));
      assert.equal((await claim(sql, "shop")).integration.api_key, "key");
      assert.equal(await beginSend(sql, "a key", "f", "shop"), "in_progress");
      await withSql(open, async (alone) => {
        await migrate(alone);
        assert.equal(await schemaOf(sql), await schemaOf(alone));
      });
    }));

  Deno.test(`migrations keep all of an earlier version's rows on ${name}`, () =>
    withSql(open, async (sql) => {
      await sql.exec(EARLIER_VERSION);
      const columns =
        "id, organization_id, messenger_type, provider, name, is_primary, is_active, " +
        "webhook_key, settings, created_at";
      const before = await sql.query(`select ${columns} from messenger_integrations order by name`);
      await migrate(sql);
      await migrate(sql);
      const after = await sql.query(`select ${columns} from messenger_integrations order by name`);
      assert.deepEqual(after, before);
      const [, old] = await sql.query("select session from messenger_integrations order by name");
      assert.equal(old.session, "0000000000007");
    }));

  Deno.test(`an earlier version's connection is used, and others can be created, on ${name}`, () =>
    withSql(open, async (sql) => {
      await sql.exec(EARLIER_VERSION);
      await migrate(sql);
      assert.equal((await claim(sql, "11111111-1111-4111-8111-111111111111")).outcome, "exists");
      assert.equal((await claim(sql, "33333333-3333-4333-8333-333333333333")).outcome, "claimed");
      assert.equal((await claim(sql, "33333333-3333-4333-8333-333333333333")).outcome, "busy");
      const [{ begun }] = await sql.query(
        "select messenger_begin_send(null, $1, '0000000000007', '+1', 'hi', null, 'f', " +
          "gen_random_uuid(), null, 60) as begun",
        ["11111111-1111-4111-8111-111111111111"],
      );
      assert.equal((begun as { outcome: string }).outcome, "begun");
    }));

  Deno.test(`updated_at follows each update on ${name}`, () =>
    withSql(open, async (sql) => {
      await migrate(sql);
      await sql.exec(`insert into messenger_integrations (organization_id, updated_at)
        values ('org-1', '2020-01-01')`);
      await sql.exec("update messenger_integrations set name = 'x'");
      const [{ fresh }] = await sql.query(
        "select updated_at > now() - interval '1 minute' as fresh from messenger_integrations",
      );
      assert.equal(fresh, true);
    }));

  Deno.test(`each lookup has an index on ${name}`, () =>
    withSql(open, async (sql) => {
      await migrate(sql);
      await sql.exec("set enable_seqscan = off");
      for (
        const [query, index] of [
          [
            "organization_id = 'o' order by wpp_primary desc, created_at, id limit 1",
            "connections_idx",
          ],
          ["organization_id = 'o' and session = 's'", "session_idx"],
        ]
      ) {
        const plan = await sql.query(`explain select * from messenger_integrations where ${query}`);
        assert.match(JSON.stringify(plan), new RegExp(`messenger_integrations_${index}`), query);
      }
    }));
}

Deno.test("migrations are named as the Supabase CLI orders and accepts them", async () => {
  const names = (await Array.fromAsync(Deno.readDir(MIGRATIONS))).map(({ name }) => name).sort();
  for (const name of names) assert.match(name, /^\d{14}_[a-z_]+\.sql$/);
  assert.equal(new Set(names.map((name) => name.slice(0, 14))).size, names.length);
});

Deno.test("each migration ends by telling PostgREST", async () => {
  for await (const { name } of Deno.readDir(MIGRATIONS)) {
    const text = await Deno.readTextFile(new URL(name, MIGRATIONS));
    assert.ok(text.endsWith("\nnotify pgrst, 'reload schema';\n"), name);
  }
});

interface Answer {
  id?: string;
  outcome: string;
  claim_id?: string;
  integration: { api_key: string };
  message?: { status: string; attempt: number };
}

for (const { name, open } of engines()) {
  Deno.test(`migrations write a stored organization's UUID in lower case on ${name}`, () =>
    withSql(open, async (sql) => {
      const stored = "AAAAAAAA-1111-4111-8111-ABCDEFABCDEF";
      await migrate(sql, MIGRATIONS_2026_11_22);
      await sql.query(
        `insert into messenger_integrations (organization_id, settings)
         values ($1, '{"apiKey": "k", "session": "s"}')`,
        [stored],
      );
      await sql.exec(`insert into messenger_messages (integration_id, organization_id, session,
          recipient, text, idempotency_key, request_fingerprint, status, task_id)
        select id, organization_id, 's', '+1', 'hi', 'key', 'f', 'accepted', 'task'
        from messenger_integrations`);
      await migrate(sql);
      const [{ answer }] = await sql.query(
        "select messenger_find_connection(null, $1, null) as answer",
        [stored],
      );
      assert.equal((answer as { outcome: string }).outcome, "found");
      const [message] = await sql.query("select organization_id from messenger_messages");
      assert.equal(message.organization_id, stored.toLowerCase());
    }));
}

async function claim(sql: Sql, organization: string): Promise<Answer> {
  const [{ answer }] = await sql.query(
    "select messenger_claim_connection(null, $1, null, null, 30) as answer",
    [organization],
  );
  return answer as Answer;
}

/** The outcome of the same request under this idempotency key; then its row's status and attempt. */
async function beginSend(
  sql: Sql,
  key: string,
  fingerprint = "f",
  organization = "finished",
): Promise<string> {
  const [{ answer }] = await sql.query(
    "select messenger_begin_send(null, $3, null, '+1', 'hi', $1, $2, " +
      "gen_random_uuid(), null, 60) as answer",
    [key, fingerprint, organization],
  );
  const { outcome, message } = answer as Answer;
  return message ? `${outcome} ${message.status} ${message.attempt}` : outcome;
}

async function withSql(open: () => Promise<Sql>, test: (sql: Sql) => Promise<void>): Promise<void> {
  const sql = await open();
  try {
    await test(sql);
  } finally {
    await sql.close();
  }
}

/**
 * Everything of ours, as text. The columns are sorted by name: one that an update adds comes after
 * those that were there, and no statement of ours depends on their order.
 */
async function schemaOf(sql: Sql): Promise<string> {
  const schema = await readSchema(sql.query);
  const tables = schema.tables.map((table) => ({
    ...table,
    columns: table.columns.toSorted((a, b) => a.name < b.name ? -1 : 1),
  }));
  return schemaText({ ...schema, tables });
}

async function rowsOf(sql: Sql): Promise<Record<string, unknown>[]> {
  return [
    ...await sql.query("select * from messenger_integrations order by organization_id, name"),
    ...await sql.query("select * from messenger_messages order by idempotency_key, id"),
  ];
}

async function claimIdsOf(sql: Sql): Promise<Record<string, unknown>> {
  const rows = await sql.query("select organization_id, claim_id from messenger_integrations");
  return Object.fromEntries(rows.map((row) => [row.organization_id, row.claim_id]));
}
