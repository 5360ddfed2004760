/** A function messenger_organization_of of their own: it is used, or the migrations stop. */
import assert from "node:assert/strict";
import { type Shape, SHOP, USER } from "../support/foreign_shape.ts";
import { testShapes } from "../support/test_shapes.ts";
import { call } from "../support/served_shape.ts";
import { engines, migrate } from "../support/sql.ts";

const OWN_FUNCTION = `
  create table public.profiles (id uuid primary key, organization_id text);
  insert into public.profiles values ('${USER}', '${SHOP}');
  create function public.messenger_organization_of(claims jsonb) returns text
    language sql stable security definer set search_path = ''
    as 'select p.organization_id from public.profiles p where p.id = (claims ->> ''sub'')::uuid';`;

const SHAPES: Record<string, Shape> = {
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
};

testShapes("each messenger_organization_of", SHAPES, engines());
