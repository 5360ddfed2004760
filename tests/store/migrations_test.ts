/** The migrations on an empty database, applied twice, and on one of a project that had an integration before. */
import assert from "node:assert/strict";
import { sortedSchema } from "../support/sorted_schema.ts";
import { engines, migrate, MIGRATIONS, type Sql, withSql } from "../support/sql.ts";

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

for (const { name, open } of engines()) {
  Deno.test(`migrations apply twice on an empty database on ${name}`, () =>
    withSql(open, async (sql) => {
      await migrate(sql);
      const first = await sortedSchema(sql);
      await migrate(sql);
      assert.equal(await sortedSchema(sql), first);
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
        "select messenger_begin_send(null, $1, '0000000000007', null, '+1', 'hi', null, 'f', " +
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

async function claim(sql: Sql, organization: string): Promise<{ outcome: string }> {
  const [{ answer }] = await sql.query(
    "select messenger_claim_connection(null, $1, null, null, 30) as answer",
    [organization],
  );
  return answer as { outcome: string };
}
