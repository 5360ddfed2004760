/** The SQL of deploy.md by which an operator says who belongs to which organization. */
import assert from "node:assert/strict";
import { engines, migrate, rowsAs, type Sql, stateAs } from "../support/sql.ts";
import { page } from "../docs/pages.ts";

const [PROFILES, HOOK] = ["profiles", "hook"].map((name) =>
  page("docs/deploy.md").fences.find(({ title }) => title === name)!.code
);

const MEMBER = "11111111-1111-4111-8111-111111111111";
const SHOP = "22222222-2222-4222-8222-222222222222";
const ALONE = "33333333-3333-4333-8333-333333333333";
const STRANGER = "44444444-4444-4444-8444-444444444444";

const TABLE = `
  create table public.profiles (id uuid primary key, organization_id uuid);
  alter table public.profiles enable row level security;
  insert into public.profiles values ('${MEMBER}', '${SHOP}'), ('${ALONE}', null);
`;

/** PGlite has timers of its own, and is kept open for the next test. */
const options = { sanitizeOps: false, sanitizeResources: false };

for (const { name, open } of engines()) {
  Deno.test(`the profiles example decides the organization on ${name}`, options, async () => {
    await using database = await prepared(open);
    const { sql } = database;
    await sql.exec(PROFILES);
    await migrate(sql); // keeps it
    const metadata = { app_metadata: { organization_id: "another" } };
    assert.equal(await organizationOf(sql, { sub: MEMBER, ...metadata }), SHOP);
    for (const sub of [ALONE, STRANGER, "no UUID", undefined]) {
      assert.equal(await organizationOf(sql, { sub, ...metadata }), "no_organization");
    }
    const call = `select public.messenger_organization_of('{"sub": "${MEMBER}"}')`;
    for (const role of ["anon", "authenticated"]) {
      assert.equal(await stateAs(sql, role, call), "42501");
    }
  });

  Deno.test(
    `the hook example puts the organization into the token on ${name}`,
    options,
    async () => {
      await using database = await prepared(open);
      const { sql } = database;
      await sql.exec(HOOK);
      const claimsOf = async (sub: string, claims: Record<string, unknown>) => {
        const event = JSON.stringify({
          user_id: sub,
          claims: { sub, role: "authenticated", ...claims },
        });
        const call = `select public.custom_access_token_hook('${event}') as event`;
        const [{ event: answer }] = await rowsAs(sql, "supabase_auth_admin", call);
        return (answer as { claims: Record<string, unknown> }).claims;
      };
      assert.deepEqual(await claimsOf(MEMBER, { app_metadata: { provider: "email" } }), {
        sub: MEMBER,
        role: "authenticated",
        app_metadata: { provider: "email", organization_id: SHOP },
      });
      assert.equal(await organizationOf(sql, await claimsOf(MEMBER, {})), SHOP);
      for (const sub of [ALONE, STRANGER]) {
        assert.equal(await organizationOf(sql, await claimsOf(sub, {})), "no_organization");
      }
      const call = `select public.custom_access_token_hook('{"user_id": "${MEMBER}"}')`;
      for (const role of ["anon", "authenticated"]) {
        assert.equal(await stateAs(sql, role, call), "42501");
      }
    },
  );
}

/** A migrated database with a table of members. */
async function prepared(open: () => Promise<Sql>) {
  const sql = await open();
  await sql.exec(`
    do $$ begin create role supabase_auth_admin nologin;
    exception when duplicate_object then null; end $$;
  `);
  await migrate(sql);
  await sql.exec(TABLE);
  return {
    sql,
    async [Symbol.asyncDispose]() {
      await sql.close();
    },
  };
}

/** The organization that a call by these claims is for, else its outcome. */
async function organizationOf(sql: Sql, claims: Record<string, unknown>): Promise<string> {
  const [{ answer }] = await rowsAs(
    sql,
    "service_role",
    `select public.messenger_find_connection('${JSON.stringify(claims)}', null, null) as answer`,
  );
  const { outcome, organization } = answer as { outcome: string; organization?: string };
  return organization ?? outcome;
}
