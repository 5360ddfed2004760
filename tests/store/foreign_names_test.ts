/** Names of ours that something else has: another table, a view, a sequence, an index or a function. */
import { type Shape, SHOP, table } from "../support/foreign_shape.ts";
import { testShapes } from "../support/test_shapes.ts";
import { engines, MIGRATIONS_2026_11_27 } from "../support/sql.ts";

const SHAPES: Record<string, Shape> = {
  "nothing": { sql: "", withoutLegacy: true, onPglite: true },
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
  "a messenger_chats of its own beside the set of 2026-11-27": {
    sql: "create table public.messenger_chats (id uuid primary key);",
    applied: MIGRATIONS_2026_11_27,
    stopped: /public\.messenger_chats is a table of yours/,
  },
};

testShapes("names that are taken", SHAPES, engines());
