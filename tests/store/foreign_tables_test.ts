/**
 * A database that has tables of its own under our names. Each shape is served, or the migrations
 * stop with a sentence before they change anything.
 */
import assert from "node:assert/strict";
import { snapshot } from "../support/snapshot.ts";
import {
  engines,
  migrate,
  MIGRATIONS_2026_11_22,
  MIGRATIONS_2026_11_27,
  reset,
  rowsAs,
  type Sql,
} from "../support/sql.ts";

const SHOP = "11111111-1111-4111-8111-111111111111";
/** It has a connection of an earlier version. */
const LEGACY = "22222222-2222-4222-8222-222222222222";
const USER = "99999999-9999-4999-8999-999999999999";

interface Shape {
  /** What the database holds before. */
  sql: string;
  /** What the migrations stop with. */
  stopped?: RegExp;
  /** What stands in the way when the shop creates a connection. */
  forbidden?: string;
  /** What the migrations warn of; nothing unless given. */
  warnings?: RegExp[];
  /** The organizations, where they are no UUIDs. */
  shop?: string;
  legacy?: string;
  /** The table has no row of an earlier version that could go on. */
  withoutLegacy?: true;
  /** What else holds after the migrations. */
  after?(sql: Sql): Promise<void>;
}

/** The names of other providers' rows. */
const OTHERS = ["Bot", "Green"];

type Columns = Record<string, string | null>;

const COLUMNS: Columns = {
  id: "uuid primary key default gen_random_uuid()",
  organization_id: "uuid not null",
  messenger_type: "text not null",
  provider: "text not null",
  name: "text not null",
  is_primary: "boolean default false",
  is_enabled: "boolean default true",
  settings: "jsonb not null default '{}'",
};

/** A table of these columns, with a primary row of another messenger and one of an earlier version. */
function table(
  changes: Columns = {},
  { shop = SHOP, legacy = LEGACY as string | null, more = "" } = {},
): string {
  const columns = Object.entries({ ...COLUMNS, ...changes }).filter(([, type]) => type !== null);
  const insert = (values: Record<string, string>) => {
    const used = Object.entries(values).filter(([name]) => columns.some(([n]) => n === name));
    return `insert into public.messenger_integrations (${used.map(([name]) => name)})
      values (${used.map(([, value]) => `'${value}'`)});`;
  };
  return `
    create table public.messenger_integrations (${columns.map((words) => words.join(" "))});
    comment on table public.messenger_integrations is 'Ours.';
    comment on column public.messenger_integrations.organization_id is 'Whose.';
    alter table public.messenger_integrations enable row level security;
    create policy members on public.messenger_integrations for select to authenticated using (true);
    ${
    insert({
      organization_id: shop,
      messenger_type: "telegram",
      provider: "green_api",
      provider_type: "green_api",
      name: "Bot",
      is_primary: "true",
      settings: '{"token": "t"}',
    })
  }
    ${
    legacy === null ? "" : insert({
      organization_id: legacy,
      messenger_type: "whatsapp",
      provider: "wpp",
      provider_type: "wpp",
      name: "Old",
      is_primary: "true",
      settings: '{"wppApiKey": "old-key", "wppAccountNumber": "7", "wppJwtToken": "t"}',
    })
  }
    ${more}`;
}

const organizations = (type: string) => `
  create table public.organizations (id ${type} primary key);
  insert into public.organizations values ('${SHOP}'), ('${LEGACY}');`;

const OWN_FUNCTION = `
  create table public.profiles (id uuid primary key, organization_id text);
  insert into public.profiles values ('${USER}', '${SHOP}');
  create function public.messenger_organization_of(claims jsonb) returns text
    language sql stable security definer set search_path = ''
    as 'select p.organization_id from public.profiles p where p.id = (claims ->> ''sub'')::uuid';`;

const rlsWarning = /^Row level security is now on for public\.messenger_integrations/;
const grantsWarning = /^An earlier version of these migrations took every grant/;
const view = (name: string) =>
  new RegExp(`^The view ${name} reads public\\.messenger_integrations`);

const NUMBERS = { shop: "1", legacy: "2" };

const SHAPES: Record<string, Shape> = {
  "nothing": { sql: "", withoutLegacy: true },
  "uuid organizations": { sql: table() },
  "uuid organizations with a foreign key": {
    sql: organizations("uuid") +
      table({ organization_id: "uuid not null references public.organizations (id)" }),
  },
  "a foreign key that the organization is missing from": {
    sql: organizations("uuid") +
      table({ organization_id: "uuid not null references public.organizations (id)" }),
    shop: "33333333-3333-4333-8333-333333333333",
    forbidden: "messenger_integrations_organization_id_fkey",
  },
  "a foreign key that is checked at the end": {
    sql: organizations("uuid") + table({
      organization_id:
        "uuid not null references public.organizations (id) deferrable initially deferred",
    }),
    shop: "33333333-3333-4333-8333-333333333333",
    forbidden: "messenger_integrations_organization_id_fkey",
  },
  "text organizations": { sql: table({ organization_id: "text not null" }) },
  "text organizations with a foreign key": {
    sql: organizations("text") +
      table({ organization_id: "text not null references public.organizations (id)" }),
  },
  "organizations in few characters": {
    sql: table({ organization_id: "varchar(36) not null" }),
    shop: "an organization whose name is longer than that",
    forbidden: "organization_id",
  },
  "bigint organizations": {
    sql: table({ organization_id: "bigint not null" }, NUMBERS),
    ...NUMBERS,
  },
  "integer organizations": {
    sql: table({ organization_id: "integer not null" }, NUMBERS),
    ...NUMBERS,
  },
  "bigint organizations, of a user of none of them": {
    sql: table({ organization_id: "bigint not null" }, NUMBERS),
    shop: SHOP,
    legacy: "2",
    forbidden: "organization_id",
  },
  "integer organizations, of a user with a larger number": {
    sql: table({ organization_id: "integer not null" }, NUMBERS),
    shop: "2147483648",
    legacy: "2",
    forbidden: "organization_id",
  },
  "one primary of each type": {
    sql: table({}, {
      more: `create unique index one_primary on public.messenger_integrations
        (organization_id, messenger_type) where is_primary;`,
    }),
  },
  "one primary of each type, which another provider has": {
    sql: table({}, {
      more: `create unique index one_primary on public.messenger_integrations
          (organization_id, messenger_type) where is_primary;
        insert into public.messenger_integrations
          (organization_id, messenger_type, provider, name, is_primary)
        values ('${SHOP}', 'whatsapp', 'green_api', 'Green', true);`,
    }),
  },
  "one row of each type": {
    sql: table({}, {
      more: `create unique index one_row on public.messenger_integrations
          (organization_id, messenger_type);`,
    }),
  },
  "one row of each type, which another provider has": {
    sql: table({}, {
      more: `create unique index one_row on public.messenger_integrations
          (organization_id, messenger_type);
        insert into public.messenger_integrations (organization_id, messenger_type, provider, name)
        values ('${SHOP}', 'whatsapp', 'green_api', 'Green');`,
    }),
    forbidden: "one_row",
  },
  "is_active only": {
    sql: table({ is_enabled: null, is_active: "boolean default true" }),
  },
  "is_active and is_enabled": { sql: table({ is_active: "boolean" }) },
  "neither is_active nor is_enabled": { sql: table({ is_enabled: null }) },
  "a row that is switched off": {
    sql: table({}, {
      more: `insert into public.messenger_integrations
          (organization_id, messenger_type, provider, name, is_enabled, settings)
        values ('${SHOP}', 'whatsapp', 'wpp', 'Off', false,
          '{"wppApiKey": "k", "wppAccountNumber": "8"}');`,
    }),
  },
  "more columns that may be null": {
    sql: table({ priority: "integer", phone_label: "text", last_error_at: "timestamptz" }),
  },
  "a column that must be there": {
    sql: table({ region: "text" }, {
      more: `update public.messenger_integrations set region = 'eu';
        alter table public.messenger_integrations alter region set not null;`,
    }),
    forbidden: "region",
  },
  "webhook_key, which must be there": {
    sql: table({ webhook_key: "text unique" }, {
      more: `update public.messenger_integrations set webhook_key = id::text;
        alter table public.messenger_integrations alter webhook_key set not null;`,
    }),
  },
  "an id without a default": {
    sql: table({}, {
      more: "alter table public.messenger_integrations alter id drop default;",
    }),
  },
  "a check of status that takes none of ours": {
    sql: table({ status: "text default 'active' check (status in ('active', 'off'))" }),
    forbidden: "messenger_integrations_status_check",
  },
  "a check of status that takes all of ours but one": {
    sql: table({
      status: "text default 'starting' " +
        "check (status in ('starting', 'qr_required', 'connected', 'disconnected'))",
    }),
    forbidden: "messenger_integrations_status_check",
  },
  "a check of messenger_type with whatsapp": {
    sql: table({
      messenger_type: "text not null check (messenger_type in ('whatsapp', 'telegram'))",
    }),
  },
  "a check of messenger_type without whatsapp": {
    sql: table({ messenger_type: "text not null check (messenger_type in ('telegram'))" }, {
      legacy: null,
    }),
    withoutLegacy: true,
    forbidden: "messenger_integrations_messenger_type_check",
  },
  "a check of provider without wpp": {
    sql: table({ provider: "text not null check (provider in ('green_api'))" }, { legacy: null }),
    withoutLegacy: true,
    forbidden: "messenger_integrations_provider_check",
  },
  "enums with our values": {
    sql: `create type public.messenger as enum ('telegram', 'whatsapp');
      create type public.provider as enum ('green_api', 'wpp');` +
      table({ messenger_type: "public.messenger not null", provider: "public.provider not null" }),
  },
  "an enum of messengers without whatsapp": {
    sql: "create type public.messenger as enum ('telegram');" +
      table({ messenger_type: "public.messenger not null" }, { legacy: null }),
    stopped: /messenger_type is of the enum messenger, which has no value 'whatsapp'/,
  },
  "an enum of providers without wpp": {
    sql: "create type public.provider as enum ('green_api');" +
      table({ provider: "public.provider not null" }, { legacy: null }),
    stopped: /provider is of the enum provider, which has no value 'wpp'/,
  },
  "an enum of statuses": {
    sql: "create type public.state as enum ('on');" + table({ status: "public.state" }),
    stopped: /status is state, and these functions need text or character varying/,
  },
  "provider_type in place of provider": {
    sql: table({ provider: null, provider_type: "text not null" }),
    after: async (sql) => assert.deepEqual(await providersOf(sql), [null, "wpp"]),
  },
  "an enum in provider_type without wpp": {
    sql: "create type public.provider as enum ('green_api');" +
      table({ provider: null, provider_type: "public.provider not null" }, { legacy: null }),
    withoutLegacy: true,
    forbidden: "a column's type",
  },
  "no column of providers": {
    sql: table({ provider: null }),
    after: async (sql) => assert.deepEqual(await providersOf(sql), [null, "wpp"]),
  },
  "no columns of providers and messengers": {
    sql: table({ provider: null, messenger_type: null }),
    after: async (sql) => assert.deepEqual(await providersOf(sql), [null, "wpp"]),
  },
  "no settings": {
    sql: table({ settings: null }, { legacy: null }),
    withoutLegacy: true,
  },
  "settings that are no objects": {
    sql: table({}, {
      more: `insert into public.messenger_integrations
          (organization_id, messenger_type, provider, name, settings)
        values ('${SHOP}', 'whatsapp', 'wpp', 'List', '[]'),
          ('${SHOP}', 'whatsapp', 'wpp', 'Text', '"text"');`,
    }),
  },
  "settings that may be null": {
    sql: table({ settings: "jsonb" }, {
      more: `insert into public.messenger_integrations
          (organization_id, messenger_type, provider, name, settings)
        values ('${SHOP}', 'whatsapp', 'wpp', 'Null', null);`,
    }),
  },
  "settings of json": {
    sql: table({ settings: "json" }),
    stopped: /settings is json, and these functions need jsonb/,
  },
  "row level security off": {
    sql: table({}, {
      more: `drop policy members on public.messenger_integrations;
        alter table public.messenger_integrations disable row level security;`,
    }),
    warnings: [rlsWarning],
    after: async (sql) => {
      const policies = await sql.query(
        "select policyname from pg_policies where tablename = 'messenger_integrations' order by 1",
      );
      assert.deepEqual(policies.map(({ policyname }) => policyname), [
        "messenger_as_before",
        "messenger_hide_wpp",
      ]);
    },
  },
  "a session of its own": {
    sql: table({ session: "text" }),
    stopped: /session is a column of yours/,
  },
  "an id of bigint": {
    sql: table({ id: "bigint generated always as identity primary key" }),
    stopped: /id is bigint, and these functions need uuid/,
  },
  "an id that is not unique": {
    sql: table({ id: "uuid default gen_random_uuid()" }),
    stopped: /id is not unique/,
  },
  "no organizations": {
    sql: "create table public.messenger_integrations (id uuid primary key);",
    stopped: /messenger_integrations has no column organization_id/,
  },
  "messenger_messages of another shape": {
    sql: "create table public.messenger_messages (id bigint primary key);",
    stopped: /public\.messenger_messages is a table of yours/,
  },
  ...Object.fromEntries(
    ["changes", "chats", "sends", "receipts", "events"].map((name) => [
      `a messenger_${name} of its own`,
      {
        sql: `create table public.messenger_${name} (id uuid primary key, organization_id text);
          insert into public.messenger_${name} values ('${SHOP}', 'theirs');`,
        stopped: new RegExp(`public\\.messenger_${name} is a table of yours`),
      },
    ]),
  ),
  "a messenger_events that is a sequence": {
    sql: "create sequence public.messenger_events;",
    stopped: /public\.messenger_events is not a plain table/,
  },
  "messenger_integrations as a view": {
    sql: `create table public.integrations (id uuid primary key);
      create view public.messenger_integrations as select * from public.integrations;`,
    stopped: /public\.messenger_integrations is not a plain table/,
  },
  "views of messenger_integrations": {
    sql: table({}, {
      more: `create view public.all_rows as select * from public.messenger_integrations;
        create materialized view public.counted as
          select count(*) from public.messenger_integrations;
        create view public.own_rows with (security_invoker = true) as
          select * from public.messenger_integrations;`,
    }),
    // Before version 15, Postgres had no security_invoker.
    warnings: [view("all_rows"), view("counted")],
  },
  "an index, a trigger and a function under names of ours": {
    sql: table({ updated_at: "timestamptz" }, {
      more: `create function public.messenger_set_updated_at() returns trigger language plpgsql
          as 'begin new.updated_at := ''2000-01-01''; return new; end';
        create trigger messenger_integrations_set_updated_at
          before update on public.messenger_integrations
          for each row execute function public.messenger_set_updated_at();
        create index messenger_integrations_organization_idx
          on public.messenger_integrations (organization_id, messenger_type);`,
    }),
  },
  "a messenger_organization_of of another signature": {
    sql: "create function public.messenger_organization_of(claims json) returns text " +
      "language sql as 'select null';",
    stopped: /messenger_organization_of has another signature/,
  },
  "a messenger_organization_of that gives a uuid": {
    sql: "create function public.messenger_organization_of(claims jsonb) returns uuid " +
      "language sql as 'select null::uuid';",
    stopped: /messenger_organization_of has another signature/,
  },
  "a messenger_organization_of of its own": {
    sql: OWN_FUNCTION,
    withoutLegacy: true,
    after: async (sql) => {
      const signature = "public.messenger_organization_of(jsonb)";
      await sql.exec(`grant execute on function ${signature} to public, anon, authenticated`);
      await migrate(sql);
      for (const [role, expected] of [["anon", false], ["service_role", true]]) {
        const [{ allowed }] = await sql.query(
          "select has_function_privilege($1, $2::regprocedure, 'execute') as allowed",
          [role, signature],
        );
        assert.equal(allowed, expected, String(role));
      }
      const found = await call(sql, "messenger_find_connection($1, null, null)", [
        JSON.stringify({ sub: USER, app_metadata: { organization_id: "another" } }),
      ]);
      assert.deepEqual(found, { outcome: "not_found", organization: SHOP });
    },
  },
  "a messenger_organization_of that fails": {
    sql: "create function public.messenger_organization_of(claims jsonb) returns text " +
      "language sql as 'select (1 / (claims ->> ''sub'')::int)::text';",
    withoutLegacy: true,
    after: async (sql) => {
      for (
        const rpc of [
          "find_connection($1, null, null)",
          "claim_connection($1, null, null, null, 30)",
        ]
      ) {
        await assert.rejects(call(sql, `messenger_${rpc}`, ['{"sub": "0"}']), {
          code: "WPP01",
          message: "messenger_organization_of failed: division by zero",
        });
      }
      await sql.exec("drop function public.messenger_organization_of(jsonb)");
      await migrate(sql);
    },
  },
  "a messenger_chats of its own beside the set of 2026-11-27": {
    sql: "create table public.messenger_chats (id uuid primary key);",
    stopped: /public\.messenger_chats is a table of yours/,
  },
  "a table of its own that the migrations of 2026-11-22 were applied to": {
    sql: table({ is_active: "boolean default true" }),
    warnings: [grantsWarning],
  },
};

/** A set of ours that had no such table was there, and one of theirs came to be since. */
const SET_AND_CHATS = "a messenger_chats of its own beside the set of 2026-11-27";

const OLDER_SET = "a table of its own that the migrations of 2026-11-22 were applied to";

/** All of them take PGlite a minute: it plays the first two, and a Postgres server (DATABASE_URL) all. */
const FEW = 2;
if (!Deno.env.get("DATABASE_URL")) {
  console.log(
    `Shapes of tables: ${FEW} on PGlite; the others wait for a Postgres in DATABASE_URL.`,
  );
}

for (const { name: engine, open } of engines()) {
  Deno.test(`migrations serve or stop at each shape of tables on ${engine}`, async (t) => {
    const sql = await open();
    const shapes = Object.entries(SHAPES);
    try {
      for (const [name, shape] of engine === "PGlite" ? shapes.slice(0, FEW) : shapes) {
        await t.step(name, async () => {
          await reset(sql);
          await sql.exec(shape.sql);
          if (name === OLDER_SET) await migrate(sql, MIGRATIONS_2026_11_22);
          if (name === SET_AND_CHATS) await migrate(sql, MIGRATIONS_2026_11_27);
          if (shape.stopped) await assertStopped(sql, shape.stopped);
          else await assertServed(sql, shape);
        });
      }
    } finally {
      await sql.close();
    }
  });

  Deno.test(`migrations decide once whose table it is on ${engine}`, async () => {
    const sql = await open();
    try {
      const decided = () => sql.query("select * from messenger_internal.made_tables order by name");
      await migrate(sql);
      const ours = await decided();
      assert.deepEqual(ours.map(({ name }) => name), [
        "messenger_changes",
        "messenger_chat_words",
        "messenger_chats",
        "messenger_events",
        "messenger_integrations",
        "messenger_messages",
        "messenger_receipts",
        "messenger_sends",
      ]);
      assert.ok(ours.every(({ made_by_us }) => made_by_us));
      await sql.exec("alter table public.messenger_integrations add column priority integer");
      await migrate(sql);
      assert.deepEqual(await decided(), ours);
      const policies = "select from pg_policies where tablename = 'messenger_integrations'";
      assert.deepEqual(await sql.query(policies), []);
    } finally {
      await sql.close();
    }
  });
}

async function assertStopped(sql: Sql, sentence: RegExp): Promise<void> {
  const before = [await snapshot(sql), await rowsOf(sql)];
  await assert.rejects(migrate(sql), (error: { message: string; hint?: string }) => {
    assert.match(error.message, sentence);
    assert.ok(error.hint, "says what to do");
    return true;
  });
  assert.deepEqual([await snapshot(sql), await rowsOf(sql)], before);
}

async function assertServed(sql: Sql, shape: Shape): Promise<void> {
  const { shop = SHOP, legacy = LEGACY, forbidden, warnings = [] } = shape;
  const before = await snapshot(sql);
  const rows = await rowsOf(sql);
  const shown = await shownTo(sql);

  await migrate(sql);
  assert.equal(sql.warnings.length, warnings.length, sql.warnings.join("\n"));
  warnings.forEach((warning, i) => assert.match(sql.warnings.toSorted()[i], warning));

  const after = await snapshot(sql);
  const missing = before.filter((line) => !after.includes(line) && !isExpected(line, shape));
  assert.deepEqual(missing, [], "others keep what they had");
  assert.deepEqual(await rowsOf(sql, rows[0]), rows.map(({ updated_at: _, ...row }) => row));
  assert.deepEqual(
    await shownTo(sql),
    shown.filter(({ name }) => OTHERS.includes(String(name))),
  );

  await shape.after?.(sql);
  if (!shape.withoutLegacy) await assertLegacyGoesOn(sql, legacy);

  const claims = JSON.stringify({ sub: USER, app_metadata: { organization_id: shop } });
  const count = (await rowsOf(sql)).length;
  const find = () => call(sql, "messenger_find_connection($1, null, null)", [claims]);
  const claim = () => call(sql, "messenger_claim_connection($1, null, null, null, 30)", [claims]);
  assert.equal((await find()).outcome, "not_found");
  const claimed = await claim();
  if (forbidden !== undefined) {
    assert.deepEqual(claimed, { outcome: "forbidden", organization: shop, constraint: forbidden });
    assert.equal((await rowsOf(sql)).length, count, "no row is left");
  } else {
    assert.equal(claimed.outcome, "claimed");
    assert.equal((await claim()).outcome, "busy");
    const finished = await call(
      sql,
      "messenger_finish_claim($1, $2, 'key', 'session-9', 'connected')",
      [claimed.id, claimed.claim_id],
    );
    assert.equal(finished.outcome, "saved");
    assert.equal((await find()).outcome, "found");
    assert.equal((await claim()).outcome, "exists");
    const begun = await call(
      sql,
      "messenger_begin_send($1, null, null, null, '+1', 'hi', 'a', 'f', gen_random_uuid(), null, 60)",
      [claims],
    );
    assert.equal(begun.outcome, "begun");
    for (const role of ["anon", "authenticated"]) {
      const seen = await rowsAs(sql, role, "select * from public.messenger_integrations")
        .catch((error) => assert.equal(error.code, "42501"));
      assert.ok(!JSON.stringify(seen ?? []).includes("session-9"), role);
    }
  }

  const last = [await snapshot(sql), await rowsOf(sql)];
  await migrate(sql);
  assert.deepEqual([await snapshot(sql), await rowsOf(sql)], last, "a second run changes nothing");
}

/** What the migrations may change of that which was there before. */
function isExpected(line: string, { sql, warnings = [] }: Shape): boolean {
  if (warnings.includes(rlsWarning) && line.startsWith("relation messenger_integrations ")) {
    return true;
  }
  if (warnings.includes(grantsWarning)) return !line.startsWith("policy ");
  if (sql.includes("messenger_organization_of")) {
    return line.startsWith("function messenger_organization_of(jsonb)"); // its grants are taken
  }
  return false;
}

async function assertLegacyGoesOn(sql: Sql, legacy: string): Promise<void> {
  const found = await call(sql, "messenger_find_connection(null, $1, '7')", [legacy]);
  assert.equal(found.integration?.api_key, "old-key");
  const claimed = await call(sql, "messenger_claim_connection(null, $1, null, null, 30)", [legacy]);
  assert.equal(claimed.outcome, "exists");
}

interface Answer {
  outcome: string;
  organization?: string;
  id?: string;
  claim_id?: string;
  constraint?: string;
  integration?: { api_key: string };
}

async function call(sql: Sql, expression: string, params: unknown[]): Promise<Answer> {
  const [{ answer }] = await sql.query(`select public.${expression} as answer`, params);
  return answer as Answer;
}

/** The rows of the table, or of as much of it as a row before had. */
async function rowsOf(
  sql: Sql,
  like?: Record<string, unknown>,
): Promise<Record<string, unknown>[]> {
  const [{ there }] = await sql.query(
    "select to_regclass('public.messenger_integrations') is not null as there",
  );
  if (!there) return [];
  // Marking the earlier version's row as primary is a write of it.
  const columns = like === undefined
    ? "*"
    : Object.keys(like).filter((name) => name !== "updated_at").join(", ");
  const rows = await sql.query(`select ${columns} from public.messenger_integrations`);
  return rows.toSorted((a, b) => String(a.id) < String(b.id) ? -1 : 1);
}

/** What an authenticated user sees of the table. */
async function shownTo(sql: Sql): Promise<Record<string, unknown>[]> {
  const [{ readable }] = await sql.query(
    `select coalesce(has_table_privilege('authenticated',
       to_regclass('public.messenger_integrations')::oid, 'select'), false) as readable`,
  );
  if (!readable) return [];
  return await rowsAs(
    sql,
    "authenticated",
    "select id, name from public.messenger_integrations order by id",
  );
}

async function providersOf(sql: Sql): Promise<unknown[]> {
  const rows = await sql.query("select provider from public.messenger_integrations order by name");
  return rows.map(({ provider }) => provider);
}
