/** docs/schema.sql, and what it must say of every object of ours. */
import assert from "node:assert/strict";
import { type Grant, readSchema } from "../../tools/schema/catalog.ts";
import { SCHEMA_FILE, schemaSql } from "../../tools/schema/schema.ts";
import { schemaText } from "../../tools/schema/text.ts";
import { freshDatabase } from "../support/fresh_database.ts";
import { ONLY_POSTGRES } from "../support/only_postgres.ts";
import { engines, migrate } from "../support/sql.ts";

const text = await Deno.readTextFile(SCHEMA_FILE);
const STALE = "docs/schema.sql is stale: run `deno task schema`";
const databaseUrl = Deno.env.get("DATABASE_URL");

Deno.test("schema.sql is what `deno task schema` writes", { ignore: ONLY_POSTGRES }, async () => {
  assert.ok(text === await schemaSql(), STALE);
});

Deno.test({
  name: "schema.sql is the same text on Postgres",
  ignore: !databaseUrl,
  async fn() {
    await using fresh = await freshDatabase(databaseUrl!);
    assert.equal(await schemaSql(fresh.url), text, STALE);
  },
});

const EXPECTED = [
  "messenger_internal",
  "public.messenger_integrations",
  "public.messenger_integrations.session",
  "public.messenger_messages",
  "public.messenger_events.id",
  "public.messenger_find_connection(p_claims text, p_organization text, p_session text)",
  "messenger_internal.set_updated_at()",
];

/** Statements that give something away, and the line that shows it. */
const OPENING = [
  ["create table public.messenger_x (id int)", "alter table public.messenger_x disable row level"],
  [
    "create policy own on public.messenger_x as restrictive for update to authenticated " +
    "using (true) with check (id > 0)",
    "create policy own on messenger_x as restrictive for update to authenticated " +
    "using (true) with check ((id > 0));",
  ],
  [
    "grant update (id) on public.messenger_x to anon",
    "grant update (id) on table public.messenger_x to anon;",
  ],
  [
    "alter table public.messenger_x force row level security",
    "alter table public.messenger_x force row level security;",
  ],
  [
    "create function public.messenger_f() returns int language sql as 'select 1'",
    "grant execute on function public.messenger_f() to public;",
  ],
];

/** Those who may do nothing, though Supabase grants them everything that is made in public. */
const CLOSED = ["public", "anon", "authenticated"];

const FOR_USERS = [
  "public.messenger_changes",
  "public.messenger_chats",
  "public.messenger_messages",
  "public.messenger_changes_since(since bigint, max_rows integer)",
  "public.messenger_erase_chat(chat_id uuid)",
  "public.messenger_folder(organization text)",
  "public.messenger_mark_chat_read(chat_id uuid, up_to_change bigint)",
  "public.messenger_organization_id()",
  "public.messenger_rename_chat(chat_id uuid, name text)",
  "public.messenger_search_chats(search text, max_rows integer)",
];

for (const { name, open } of engines()) {
  Deno.test(`readSchema finds every object of ours as it should be on ${name}`, async (t) => {
    const sql = await open();
    try {
      await migrate(sql);
      const { namespaces, tables, functions } = await readSchema(sql.query);
      const columns = tables.flatMap((table) =>
        table.columns.map((column) => ({ ...column, name: `${table.name}.${column.name}` }))
      );
      const routines = functions.map((one) => ({ ...one, name: one.signature }));
      const objects = [...namespaces, ...tables, ...columns, ...routines];

      await t.step("there are tables, columns and functions of both schemas", () => {
        const names = objects.map(({ name }) => name);
        for (const expected of EXPECTED) assert.ok(names.includes(expected), expected);
      });
      await t.step("each has a comment", () => {
        const silent = objects.filter(({ comment }) => !comment);
        assert.deepEqual(silent.map(({ name }) => name), []);
      });
      await t.step(
        "none is granted to client roles or to everybody, but for what users call",
        () => {
          const isOpen = ({ role }: Grant) => CLOSED.includes(role);
          const opened = objects.filter(({ grants }) => grants.some(isOpen))
            .map(({ name, grants }) => [name, grants.map(({ role }) => role)]);
          const users = ["authenticated", "service_role"];
          assert.deepEqual(opened, FOR_USERS.map((signature) => [signature, users]));
        },
      );
      await t.step("each table has row level security, and service_role reads it", () => {
        for (const { name, rowSecurity, grants } of tables) {
          assert.ok(rowSecurity.enabled, name);
          if (name.startsWith("messenger_internal.")) continue;
          assert.match(JSON.stringify(grants), /service_role.*select/, name);
        }
      });
    } finally {
      await sql.close();
    }
  });

  Deno.test(`schemaText shows whatever opens an object on ${name}`, async () => {
    const sql = await open();
    const text = async () => schemaText(await readSchema(sql.query));
    try {
      for (const [statement, line] of OPENING) {
        assert.ok(!(await text()).includes(line), line);
        await sql.exec(statement);
        assert.ok((await text()).includes(line), line);
      }
      await sql.exec("create view public.messenger_v as select 1 as one");
      await assert.rejects(text(), /cannot describe these yet, so teach it: messenger_v$/);
    } finally {
      await sql.close();
    }
  });
}
