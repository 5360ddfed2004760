/** What each role may see and do in the tables of the store, without any gateway before it. */
import assert from "node:assert/strict";
import { engines, migrate, rowsAs, type Sql, stateAs } from "../support/sql.ts";
import { incoming, Shop } from "../support/store.ts";

const READABLE = ["messenger_chats", "messenger_messages", "messenger_changes"];
const CLOSED = [
  "messenger_integrations",
  "messenger_sends",
  "messenger_receipts",
  "messenger_events",
  "messenger_chat_words",
];
const REFUSED = "42501";

const memberOf = (organization: string, more: object = {}) => ({
  role: "authenticated",
  sub: crypto.randomUUID(),
  app_metadata: { organization_id: organization },
  ...more,
});

/** Two organizations with a chat, a message and what else the store keeps. */
async function twoShops(sql: Sql): Promise<[Shop, Shop]> {
  const shops: Shop[] = [];
  for (const organization of ["a", "a/b"]) {
    const shop = await Shop.create(sql, organization);
    await shop.receive(incoming({ text: `to ${organization}`, name: "Ann" }));
    await shop.receive({ type: "receipt", taskId: "t", isPair: false, delivery: "sent" });
    await shop.receive({ type: "quarantined", reason: "not_json" }, { bytes: "AAAA" });
    await shop.begin();
    shops.push(shop);
  }
  return [shops[0], shops[1]];
}

for (const { name, open } of engines()) {
  Deno.test(`row level security on ${name}`, async (t) => {
    const sql = await open();
    try {
      await migrate(sql);
      await twoShops(sql);
      const seen = async (table: string, role: string, claims: object = {}) =>
        (await rowsAs(sql, role, `select * from ${table}`, claims))
          .map((row) => row.organization_id);

      await t.step("a member reads whole rows of their organization, and of no other", async () => {
        for (const organization of ["a", "a/b"]) {
          for (const table of READABLE) {
            const own = await seen(table, "authenticated", memberOf(organization));
            assert.deepEqual([...new Set(own)], [organization], table);
          }
        }
      });

      await t.step("whoever belongs to no organization that has rows reads none", async () => {
        const strangers = [
          memberOf("b"),
          memberOf("A"),
          memberOf("a%"),
          memberOf("a", { role: "anon" }),
          { role: "authenticated", sub: crypto.randomUUID() },
          { role: "authenticated", sub: "x", app_metadata: { organization_id: ["a"] } },
          {},
        ];
        for (const claims of strangers) {
          for (const table of READABLE) {
            assert.deepEqual(
              await seen(table, "authenticated", claims),
              [],
              JSON.stringify(claims),
            );
          }
        }
      });

      await t.step(
        "anon reads nothing, and no client reads what is the functions' own",
        async () => {
          for (const table of [...READABLE, ...CLOSED]) {
            assert.equal(await stateAs(sql, "anon", `select 1 from ${table}`), REFUSED, table);
          }
          for (const table of CLOSED) {
            assert.equal(
              await stateAs(sql, "authenticated", `select 1 from ${table}`),
              REFUSED,
              table,
            );
          }
        },
      );

      await t.step("no client writes", async () => {
        for (const table of [...READABLE, ...CLOSED]) {
          const column = table === "messenger_receipts" ? "message_ref" : "organization_id";
          for (const role of ["anon", "authenticated"]) {
            for (
              const statement of [
                `insert into ${table} (${column}) values ('a')`,
                `update ${table} set ${column} = 'a'`,
                `delete from ${table}`,
                `truncate ${table}`,
              ]
            ) {
              assert.equal(await stateAs(sql, role, statement), REFUSED, `${role}: ${statement}`);
            }
          }
        }
      });

      await t.step("a member who is removed from the operator's table reads nothing", async () => {
        await sql.exec(`
          create table public.profiles (id uuid primary key, organization text);
          create or replace function public.messenger_organization_of(claims jsonb) returns text
            language sql stable security definer set search_path = '' as
            'select p.organization from public.profiles p where p.id = (claims ->> ''sub'')::uuid';
          revoke all on function public.messenger_organization_of(jsonb) from public, anon, authenticated;
        `);
        const claims = memberOf("nothing of this counts");
        await sql.query("insert into profiles values ($1, 'a')", [claims.sub]);
        const found = async () =>
          (await sql.query(
            "select messenger_find_connection($1, null, null) ->> 'outcome' as outcome",
            [JSON.stringify(claims)],
          ))[0].outcome;
        assert.deepEqual(await seen("messenger_chats", "authenticated", claims), ["a"]);
        assert.equal(await found(), "found");
        await sql.query("delete from profiles where id = $1", [claims.sub]);
        assert.deepEqual(await seen("messenger_chats", "authenticated", claims), []);
        assert.equal(await found(), "no_organization");
      });
    } finally {
      await sql.close();
    }
  });
}
