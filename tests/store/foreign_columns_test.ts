/** A table of theirs under our name: columns that it has of its own, lacks, or has of other types. */
import assert from "node:assert/strict";
import { type Shape, SHOP, table } from "../support/foreign_shape.ts";
import { testShapes } from "../support/test_shapes.ts";
import { engines, type Sql } from "../support/sql.ts";

const SHAPES: Record<string, Shape> = {
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
  "provider_type in place of provider": {
    sql: table({ provider: null, provider_type: "text not null" }),
    after: async (sql) => assert.deepEqual(await providersOf(sql), [null, "wpp"]),
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
};

testShapes("each set of columns", SHAPES, engines());

async function providersOf(sql: Sql): Promise<unknown[]> {
  const rows = await sql.query("select provider from public.messenger_integrations order by name");
  return rows.map(({ provider }) => provider);
}
