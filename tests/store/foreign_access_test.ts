/** A table of theirs under our name: who reads it, and the warnings of what changes there. */
import assert from "node:assert/strict";
import { grantsWarning, rlsWarning, type Shape, table } from "../support/foreign_shape.ts";
import { testShapes } from "../support/test_shapes.ts";
import { engines, MIGRATIONS_2026_11_22 } from "../support/sql.ts";

const view = (name: string) =>
  new RegExp(`^The view ${name} reads public\\.messenger_integrations`);

const SHAPES: Record<string, Shape> = {
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
  "a table of its own that the migrations of 2026-11-22 were applied to": {
    sql: table({ is_active: "boolean default true" }),
    applied: MIGRATIONS_2026_11_22,
    warnings: [grantsWarning],
  },
};

testShapes("each kind of access to a table", SHAPES, engines());
