/** Who may touch what is stored: on a database as Supabase sets it up, without Supabase Lite. */
import assert from "node:assert/strict";
import { engines, migrate, type Sql, stateAs } from "../support/sql.ts";

/** What members read of their organization (row_security_test.ts). */
const READABLE = ["messenger_changes", "messenger_chats", "messenger_messages"];
const CLOSED = ["integrations", "chat_words", "sends", "receipts", "events"]
  .map((name) => `messenger_${name}`);
const TABLES = [...CLOSED, ...READABLE];

/** What signed-in users may call; each of them finds their organization in their own claims. */
const FOR_USERS = [
  "messenger_folder(text)", // what it is told it answers in another form: policies ask it
  "messenger_organization_id()",
  "messenger_folder(text)",
  "messenger_changes_since(bigint,integer)",
  "messenger_mark_chat_read(uuid,bigint)",
  "messenger_rename_chat(uuid,text)",
  "messenger_erase_chat(uuid)",
  "messenger_search_chats(text,integer)",
];

const DENIED = "42501";

for (const { name, open } of engines()) {
  Deno.test(`storage is closed to client roles on ${name}`, async (t) => {
    const sql = await open();
    try {
      await migrate(sql);
      await seed(sql);
      for (const role of ["anon", "authenticated"]) {
        for (const table of role === "anon" ? TABLES : CLOSED) {
          await t.step(`${role} neither reads nor writes ${table}, column by column`, async () => {
            await assertClosed(sql, role, table);
          });
        }
        await t.step(`${role} runs none of the functions but those for users`, async () => {
          for (const signature of await functionsOf(sql)) {
            const [{ allowed }] = await sql.query(
              "select has_function_privilege($1, $2::regprocedure, 'execute') as allowed",
              [role, signature],
            );
            const isFor = role === "authenticated" && FOR_USERS.includes(signature);
            assert.equal(allowed, isFor, signature);
          }
        });
      }
      for (const table of CLOSED) {
        await t.step(`a client policy alone does not open ${table}`, async () => {
          await sql.exec(`create policy readable on public.${table} for select using (true)`);
          const state = await stateAs(sql, "authenticated", `select from public.${table}`);
          await sql.exec(`drop policy readable on public.${table}`);
          assert.equal(state, DENIED);
        });
        await t.step(`a client grant alone does not open ${table}`, async () => {
          await sql.exec(`begin; grant select on public.${table} to authenticated`);
          await sql.exec("set local role authenticated");
          const rows = await sql.query(`select from public.${table}`);
          await sql.exec("rollback");
          assert.deepEqual(rows, []);
        });
      }
      await t.step("service_role works with the tables and the functions", async () => {
        for (const table of TABLES) {
          assert.equal(
            await stateAs(sql, "service_role", `select * from public.${table}`),
            undefined,
          );
        }
        const claim = "select public.messenger_claim_connection(null, 'org-9', null, null, 30)";
        assert.equal(await stateAs(sql, "service_role", claim), undefined);
      });
    } finally {
      await sql.close();
    }
  });
}

async function seed(sql: Sql): Promise<void> {
  await sql.exec(`
    insert into public.messenger_integrations (organization_id, settings)
      values ('org-1', '{"apiKey": "k", "session": "s"}');
    select public.messenger_begin_send(null, 'org-1', null, null, '+1', 't', null, 'f',
      gen_random_uuid(), null, 60);
    insert into public.messenger_receipts (integration_id, message_ref)
      select id, 'r' from public.messenger_integrations;
    insert into public.messenger_events (integration_id, organization_id, kind)
      select id, 'org-1', 'quarantined' from public.messenger_integrations`);
  for (const table of TABLES) {
    const rows = await sql.query(`select from public.${table}`);
    assert.ok(rows.length > 0, table); // so that "no rows" below means hidden
  }
}

async function assertClosed(sql: Sql, role: string, table: string): Promise<void> {
  const columns = await sql.query(
    `select column_name as name, is_generated from information_schema.columns
     where table_schema = 'public' and table_name = $1`,
    [table],
  );
  assert.ok(columns.length > 1);
  for (const { name, is_generated } of columns) {
    const statements = [`select ${name} from public.${table}`];
    if (is_generated === "NEVER") {
      statements.push(
        `insert into public.${table} (${name}) values (default)`,
        `update public.${table} set ${name} = default`,
      );
    }
    for (const statement of statements) {
      assert.equal(await stateAs(sql, role, statement), DENIED, statement);
    }
  }
  for (const statement of [`delete from public.${table}`, `truncate public.${table}`]) {
    assert.equal(await stateAs(sql, role, statement), DENIED, statement);
  }
}

async function functionsOf(sql: Sql): Promise<string[]> {
  const rows = await sql.query(
    `select p.oid::regprocedure::text as signature from pg_proc p
     where p.pronamespace = 'public'::regnamespace and p.proname like 'messenger\\_%'`,
  );
  assert.ok(rows.length >= 6);
  return rows.map(({ signature }) => signature as string);
}
