/** The journey over a table that was there before, which other functions and a page go on using. */
import assert from "node:assert/strict";
import { userToken } from "../support/jwt.ts";
import { snapshot } from "../support/snapshot.ts";
import { engines, migrate, rowsAs, type Sql, stateAs } from "../support/sql.ts";
import { inWorld } from "../support/world.ts";

const TABLE = await Deno.readTextFile(new URL("existing_table.sql", import.meta.url));

/** A shop with rows of all providers, and another with an earlier version's connection. */
const SHOP = "11111111-1111-4111-8111-111111111111";
const CAFE = "22222222-2222-4222-8222-222222222222";
const USER = "99999999-9999-4999-8999-999999999999";

const ROWS = `
  insert into organizations (id, name) values ('${SHOP}', 'Shop'), ('${CAFE}', 'Cafe');
  insert into messenger_integrations
    (organization_id, messenger_type, provider, name, is_primary, is_enabled, webhook_key, settings,
     priority)
  values
    ('${SHOP}', 'whatsapp', 'green_api', 'Green', true, true, 'h1', '{"idInstance": "1"}', 10),
    ('${SHOP}', 'whatsapp', 'wappi', 'Wappi', false, true, 'h2', '{"apiKey": "w", "session": "w"}', 5),
    ('${SHOP}', 'whatsapp', 'wappi', 'Off', false, false, 'h3', '{}', 1),
    ('${SHOP}', 'telegram', 'telegram', 'Bot', true, true, 'h4', '{"token": "t"}', 100),
    ('${CAFE}', 'whatsapp', 'green_api', 'Cafe Green', false, true, 'h5', '{}', 7),
    ('${CAFE}', 'whatsapp', 'wpp', 'Old', true, true, 'h6',
     '{"wppApiKey": "old-key", "wppAccountNumber": "7", "wppJwtToken": "old-token"}', 100);
  insert into chat_messages (integration_id) select id from messenger_integrations;
`;

/** How the page reads the table. */
const PAGE =
  "select * from messenger_integrations where messenger_type = 'whatsapp' and is_enabled " +
  "order by is_primary desc, priority";

const claimsOf = (organization: string) => ({
  sub: USER,
  role: "authenticated",
  app_metadata: { organization_id: organization },
});

for (const { name, open } of engines()) {
  // PGlite keeps a timer of its own for a moment after it was closed.
  const options = { sanitizeOps: false, sanitizeResources: false };
  const title = `an existing table stays what it was, and takes connections, on ${name}`;
  Deno.test(title, options, async (t) => {
    const sql = await open();
    try {
      await sql.exec(TABLE);
      await sql.exec(ROWS);
      const before = await look(sql);
      await migrate(sql);

      await t.step("the migrations warn of nothing", () => assert.deepEqual(sql.warnings, []));

      await t.step("grants, policies, comments and constraints stay", async () => {
        const after = await snapshot(sql);
        assert.deepEqual(before.snapshot.filter((line) => !after.includes(line)), []);
        const policies = (lines: string[]) => lines.filter((line) => line.startsWith("policy "));
        // One that hides our rows, and one on each of three tables of ours that members read.
        assert.equal(policies(after).length, policies(before.snapshot).length + 1 + 3);
      });

      await t.step("the page finds the rows of others as before, and none of ours", async () => {
        for (const organization of [SHOP, CAFE]) {
          const rows = pageOf(before, organization);
          assert.deepEqual(
            (await page(sql, organization)).map((row) => pick(row, rows[0])),
            rows.filter(({ provider }) => provider !== "wpp"),
          );
        }
      });

      await t.step("an earlier version's connection goes on", async () => {
        const found = await call(sql, "messenger_find_connection($1, null, null)", CAFE);
        assert.equal(found.outcome, "found");
        assert.equal(found.integration?.session, "7");
        assert.equal(found.integration?.api_key, "old-key");
        assert.equal((await claim(sql, CAFE)).outcome, "exists");
        assert.equal((await beginSend(sql, CAFE)).outcome, "begun");
      });

      await t.step("a connection is created beside another provider's primary one", async () => {
        const claimed = await claim(sql, SHOP);
        assert.equal(claimed.outcome, "claimed");
        const saved = await call(
          sql,
          "messenger_finish_claim($2, $3, 'new-key', 'session-9', 'connected')",
          SHOP,
          claimed.id,
          claimed.claim_id,
        );
        assert.equal(saved.outcome, "saved");
        const found = await call(sql, "messenger_find_connection($1, null, null)", SHOP);
        assert.equal(found.integration?.session, "session-9");
        assert.equal((await beginSend(sql, SHOP)).outcome, "begun");

        const [row] = await sql.query("select * from messenger_integrations where id = $1", [
          claimed.id,
        ]);
        assert.match(String(row.webhook_key), /^[0-9a-f]{32}$/);
        assert.deepEqual(
          [row.messenger_type, row.provider, row.is_primary, row.wpp_primary, row.is_enabled],
          ["whatsapp", "wpp", false, true, true],
        );
        const primary = await sql.query(
          "select name from messenger_integrations where organization_id = $1 and is_primary " +
            "order by name",
          [SHOP],
        );
        assert.deepEqual(primary.map(({ name }) => name), ["Bot", "Green"]);
        await sql.query("insert into chat_messages (integration_id) values ($1)", [claimed.id]);
      });

      for (const role of ["anon", "authenticated"]) {
        await t.step(`${role} neither reads nor writes our rows`, async () => {
          const ours = "messenger_type = 'whatsapp' and provider = 'wpp'";
          const as = (statement: string) => rowsAs(sql, role, statement, claimsOf(SHOP));
          assert.deepEqual(await as(`select id from messenger_integrations where ${ours}`), []);
          for (
            const statement of [
              "update messenger_integrations set is_enabled = false",
              "delete from messenger_integrations",
            ]
          ) {
            await sql.exec("delete from chat_messages"); // else its foreign key forbids
            const touched = await as(`${statement} returning name`);
            const others = ["Bot", "Cafe Green", "Green", "Off", "Wappi"];
            assert.deepEqual(touched.map(({ name }) => name).sort(), others, statement);
          }
          const insert = (provider: string) =>
            stateAs(
              sql,
              role,
              `insert into messenger_integrations
                 (organization_id, messenger_type, provider, name, webhook_key)
               values ('${SHOP}', 'whatsapp', '${provider}', 'x', 'x')`,
            );
          assert.equal(await insert("wpp"), "42501");
          assert.equal(await insert("green_api"), undefined);
          const disguise =
            "update messenger_integrations set provider = 'wpp' where name = 'Green'";
          assert.equal(await stateAs(sql, role, disguise), "42501");
          assert.equal(await stateAs(sql, role, "select from messenger_sends"), "42501");
        });
      }

      await t.step("service_role and the owner see all rows", async () => {
        const all = "select id from messenger_integrations";
        assert.equal((await sql.query(all)).length, 7);
        assert.equal((await rowsAs(sql, "service_role", all)).length, 7);
      });

      await t.step("the rows of others are as they were", async () => {
        const rows = (await look(sql)).rows.filter(({ provider }) => provider !== "wpp");
        const others = before.rows.filter(({ provider }) => provider !== "wpp");
        assert.deepEqual(rows.map((row) => pick(row, others[0])), others);
      });

      await t.step("to delete an organization deletes its connections", async () => {
        await sql.exec(`begin; delete from organizations where id = '${SHOP}'`);
        const left = await sql.query("select name from messenger_integrations order by name");
        const sends = await sql.query("select from messenger_messages");
        await sql.exec("rollback");
        assert.deepEqual(left.map(({ name }) => name), ["Cafe Green", "Old"]);
        assert.equal(sends.length, 1);
      });

      await t.step("migrations change nothing when they run again", async () => {
        const last = await look(sql);
        await migrate(sql);
        assert.deepEqual(await look(sql), last);
        assert.deepEqual(sql.warnings, []);
      });
    } finally {
      await sql.close();
    }
  });
}

inWorld("the functions serve a shop beside the other providers of its table", async (world) => {
  await world.database.exec("truncate organizations cascade");
  await world.database.exec(ROWS);
  const { token, session, supabase } = await world.connect(claimsOf(SHOP));

  const status = await world.call("wpp-status", { token, method: "GET" });
  assert.equal((await status.json()).status, "connected");
  const body = { to: "+79991112233", text: "Hello" };
  assert.equal((await world.call("wpp-send", { token, body })).status, 202);
  assert.deepEqual(world.simulator.messages.map(({ text }) => text), ["Hello"]);

  const { data } = await supabase.from("messenger_integrations").select().eq("is_enabled", true)
    .eq("messenger_type", "whatsapp").order("is_primary", { ascending: false }).order("priority");
  assert.deepEqual(data?.map(({ name }) => name), ["Green", "Wappi", "Cafe Green"]);
  const stored = await world.row(
    "select is_primary from messenger_integrations where session = $1",
    session,
  );
  assert.deepEqual(stored, { is_primary: false });
}, { before: TABLE });

inWorld("wpp-create names the constraint of a table that forbids a connection", async (world) => {
  const token = await userToken(claimsOf("33333333-3333-4333-8333-333333333333"));
  const response = await world.call("wpp-create", { token });
  const { error } = await response.json();
  assert.deepEqual([response.status, error.code], [500, "misconfigured"]);
  assert.match(error.message, /messenger_integrations_organization_id_fkey stands in the way/);
  assert.equal(world.simulator.countOf("create"), 0);
}, { before: TABLE });

type Row = Record<string, unknown>;

async function look(sql: Sql) {
  return {
    snapshot: await snapshot(sql),
    rows: await sql.query("select * from messenger_integrations order by webhook_key"),
    messages: await sql.query("select * from chat_messages order by id"),
    pages: { [SHOP]: await page(sql, SHOP), [CAFE]: await page(sql, CAFE) } as Record<
      string,
      Row[]
    >,
  };
}

function page(sql: Sql, organization: string): Promise<Row[]> {
  return rowsAs(sql, "authenticated", PAGE, claimsOf(organization));
}

function pageOf({ pages }: { pages: Record<string, Row[]> }, organization: string): Row[] {
  return pages[organization];
}

/** A row's values in the columns that another one has. */
function pick(row: Row, like: Row): Row {
  return Object.fromEntries(Object.keys(like).map((name) => [name, row[name]]));
}

interface Answer {
  outcome: string;
  id?: string;
  claim_id?: string;
  integration?: { session: string; api_key: string };
}

/** Calls a function, in which `$1` is the claims of an organization's user. */
async function call(
  sql: Sql,
  expression: string,
  organization: string,
  ...params: unknown[]
): Promise<Answer> {
  const [{ answer }] = await sql.query(
    `select ${expression} as answer, $1::text as claims`,
    [JSON.stringify(claimsOf(organization)), ...params],
  );
  return answer as Answer;
}

function claim(sql: Sql, organization: string): Promise<Answer> {
  return call(sql, "messenger_claim_connection($1, null, null, null, 30)", organization);
}

function beginSend(sql: Sql, organization: string): Promise<Answer> {
  return call(
    sql,
    "messenger_begin_send($1, null, null, null, '+1', 'hi', null, 'f', gen_random_uuid(), null, 60)",
    organization,
  );
}
