import assert from "node:assert/strict";
import postgres from "postgres";
import { type Database, openDatabase } from "../../local/database.ts";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { createSupabase } from "../../local/supabase.ts";
import { captureConsole } from "../support/console.ts";
import { freshDatabase } from "../support/fresh_database.ts";
import { migratedImage } from "../support/database_image.ts";
import { ONLY_POSTGRES } from "../support/only_postgres.ts";

const databaseUrl = Deno.env.get("DATABASE_URL");

/** What client roles may still do with tables, schemas and functions of ours. */
const GRANTS = `
  select r.role, c.oid::regclass::text as name, p.privilege
  from unnest(array['anon', 'authenticated']) r (role), pg_class c,
    unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'])
      p (privilege)
  where (c.relnamespace = 'public'::regnamespace and c.relname like 'messenger\\_%'
      or c.oid = 'messenger_internal.made_tables'::regclass)
    and c.relkind = 'r'
    -- What members read, under row level security.
    and not (r.role = 'authenticated' and p.privilege = 'select'
      and c.relname in ('messenger_changes', 'messenger_chats', 'messenger_messages'))
    and has_table_privilege(r.role, c.oid, p.privilege)
  union all
  select r.role, 'messenger_internal', 'usage'
  from unnest(array['anon', 'authenticated']) r (role)
  where has_schema_privilege(r.role, 'messenger_internal', 'usage')`;

/** Everything that others could notice: relations, their grants, schemas and default grants. */
const CATALOG = `
  select c.oid::regclass::text as name, c.relacl::text as acl from pg_class c
    where c.relnamespace not in ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace,
      'information_schema'::regnamespace)
  union all select nspname, nspacl::text from pg_namespace where nspname not like 'pg_toast%'
  union all select defaclnamespace::regnamespace::text, defaclacl::text from pg_default_acl
  order by 1, 2`;

async function assertClosed(database: Database): Promise<void> {
  const supabase = await createSupabase(database, DEVELOPMENT_KEYS);
  const read = async (apikey: string) => {
    const url = "http://127.0.0.1/rest/v1/messenger_messages";
    const response = await supabase.fetch(new Request(url, { headers: { apikey } }));
    return [response.status, (await response.json()).code];
  };
  using _console = captureConsole(); // Lite prints each refusal
  for (let round = 0; round < 2; round++) { // requests of clients must not bring the grants back
    assert.deepEqual(await database.query(GRANTS), []);
    assert.equal((await read(DEVELOPMENT_KEYS.publishableKey))[1], "42501");
    assert.equal((await read(DEVELOPMENT_KEYS.secretKey))[0], 200);
  }
}

const onPglite = "createSupabase leaves client roles no grant on our tables on PGlite";
Deno.test(onPglite, { ignore: ONLY_POSTGRES }, async () => {
  const database = await openDatabase({ image: await migratedImage(), storage: true });
  await assertClosed(database);
  await database.close();
  Deno.exitCode = 0; // PGlite leaves one behind with each statement that fails
});

onPostgres("createSupabase leaves client roles no grant on our tables on Postgres", async (url) => {
  const database = await openDatabase({ databaseUrl: url, storage: true });
  try {
    await assertClosed(database);
  } finally {
    await database.close();
  }
});

const TABLES_OF_OTHERS: [string, sql: string, named: RegExp][] = [
  ["a table", "create table orders ()", /\(public\.orders\)/],
  ["a view", "create view prices as select 1 as one", /\(public\.prices\)/],
  ["a materialized view", "create materialized view sums as select 1 as one", /\(public\.sums\)/],
  [
    "a foreign table",
    `create foreign data wrapper w; create server s foreign data wrapper w;
     create foreign table far () server s`,
    /\(public\.far\)/,
  ],
  [
    "many tables",
    "create table a (); create table b (); create table c (); create table d (); create table e ()",
    /\(public\.a, public\.b, public\.c and 2 more\)/,
  ],
  [
    "a table with row level security in another schema",
    "create schema shop; create table shop.a (); alter table shop.a enable row level security",
    /\(shop\.a\)/,
  ],
  [
    "a messenger_integrations of a shape that is not ours",
    "create table messenger_integrations (id uuid primary key, organization_id text)",
    /\(public\.messenger_integrations\)/,
  ],
];
for (const [what, sql, named] of TABLES_OF_OTHERS) {
  onPostgres(`openDatabase refuses, and leaves as it is, a database with ${what}`, async (url) => {
    await using server = connect(url);
    await server.sql.unsafe(sql);
    const before = await server.sql.unsafe(CATALOG);
    await assert.rejects(openDatabase({ databaseUrl: url }), (error: Error) => {
      assert.match(error.message, named);
      assert.match(error.message, /empty database, or insist with --yes-open-this-database$/);
      return true;
    });
    assert.deepEqual(await server.sql.unsafe(CATALOG), before);
  });
}

onPostgres("openDatabase takes a database again that the stack has used", async (url) => {
  using _console = captureConsole(); // Lite prints each refusal
  for (let round = 0; round < 2; round++) {
    const database = await openDatabase({ databaseUrl: url });
    await createSupabase(database, DEVELOPMENT_KEYS);
    await database.close();
  }
});

onPostgres(
  "openDatabase makes realtime.messages once, and takes the database again",
  async (url) => {
    using _console = captureConsole(); // Lite prints each refusal
    for (let round = 0; round < 2; round++) {
      const database = await openDatabase({ databaseUrl: url, realtime: true });
      assert.equal(database.hasRealtime, true);
      await createSupabase(database, DEVELOPMENT_KEYS);
      await database.query("select realtime.send('{}', 'change', 'topic')");
      const sent = await database.query("select id from realtime.messages");
      assert.equal(sent.length, round + 1);
      await database.close();
    }
  },
);

onPostgres("openDatabase leaves a schema realtime of others as it is", async (url) => {
  await using server = connect(url);
  await server.sql.unsafe("create schema realtime");
  const database = await openDatabase({ databaseUrl: url, realtime: true });
  assert.equal(database.hasRealtime, false);
  const [{ table }] = await database.query("select to_regclass('realtime.messages') as table");
  assert.equal(table, null);
  await database.close();
});

onPostgres("openDatabase leaves a schema storage of others as it is", async (url) => {
  await using server = connect(url);
  await server.sql.unsafe("create schema storage");
  await server.sql.unsafe("create table storage.migrations (id integer)");
  const database = await openDatabase({ databaseUrl: url, storage: true });
  assert.equal(database.hasStorage, false);
  const supabase = await createSupabase(database, DEVELOPMENT_KEYS);
  assert.equal(supabase.storage, undefined);
  const [{ table }] = await database.query("select to_regclass('storage.objects') as table");
  assert.equal(table, null);
  const status = await supabase.fetch(new Request("http://127.0.0.1/storage/v1/status"));
  assert.equal(status.status, 404);
  await database.close();
});

onPostgres("openDatabase refuses our table when others have rows in it", async (url) => {
  const database = await openDatabase({ databaseUrl: url });
  const insert = (type: string, provider: string) =>
    database.exec(`insert into public.messenger_integrations
      (organization_id, messenger_type, provider) values ('shop', '${type}', '${provider}')`);
  await insert("whatsapp", "wpp");
  await (await openDatabase({ databaseUrl: url })).close();
  await insert("telegram", "bot");
  await database.close();
  await assert.rejects(openDatabase({ databaseUrl: url }), /\(public\.messenger_integrations\)/);
});

onPostgres("openDatabase refuses a table that it once took on insistence", async (url) => {
  await using server = connect(url);
  await server.sql.unsafe(TABLES_OF_OTHERS.at(-1)![1]);
  const database = await openDatabase({ databaseUrl: url, opensForeignTables: true });
  assert.deepEqual(database.foreignTables, ["public.messenger_integrations"]);
  await createSupabase(database, DEVELOPMENT_KEYS);
  await database.close();
  await assert.rejects(openDatabase({ databaseUrl: url }), /\(public\.messenger_integrations\)/);
});

function connect(url: string) {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  return { sql, [Symbol.asyncDispose]: () => sql.end() };
}

/** A test on an empty database of the Postgres of DATABASE_URL; without one it is left out. */
function onPostgres(name: string, test: (url: string) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !databaseUrl,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using fresh = await freshDatabase(databaseUrl!);
      await test(fresh.url);
    },
  });
}
