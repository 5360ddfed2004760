import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { decodeJwt } from "jose";
import { openDatabase } from "../../local/database.ts";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { createSupabase, type Supabase } from "../../local/supabase.ts";
import { migratedImage } from "../support/database_image.ts";
import { freshDatabase } from "../support/fresh_database.ts";
import { ONLY_POSTGRES } from "../support/only_postgres.ts";

const { publishableKey, secretKey } = DEVELOPMENT_KEYS;
const COLLEAGUE = { email: "colleague@example.com", password: "colleague-password" };

/** Clients of a project without functions; on PGlite unless a Postgres is given. */
async function project(databaseUrl?: string) {
  const image = databaseUrl ? undefined : await migratedImage();
  const database = await openDatabase({ image, databaseUrl });
  const supabase = await createSupabase(database, DEVELOPMENT_KEYS);
  return {
    supabase,
    admin: clientOf(supabase, secretKey).auth.admin,
    client: clientOf(supabase, publishableKey),
    [Symbol.asyncDispose]: () => database.close(),
  };
}

function clientOf(supabase: Supabase, key: string): SupabaseClient {
  return createClient("http://127.0.0.1", key, {
    auth: { autoRefreshToken: false, persistSession: false },
    global: { fetch: (input, init) => supabase.fetch(new Request(input, init)) },
  });
}

/** On PGlite. */
const options = { ignore: ONLY_POSTGRES };

Deno.test(
  "users have their organization in each token on PGlite",
  options,
  () => joinOrganization(),
);

Deno.test({
  name: "users have their organization in each token on Postgres",
  ignore: !Deno.env.get("DATABASE_URL"),
  async fn() {
    await using fresh = await freshDatabase(Deno.env.get("DATABASE_URL")!);
    await joinOrganization(fresh.url);
  },
});

async function joinOrganization(databaseUrl?: string): Promise<void> {
  await using stack = await project(databaseUrl);
  const { admin, client } = stack;
  const created = await admin.createUser({
    ...COLLEAGUE,
    email_confirm: true,
    app_metadata: { organization_id: "shop" },
    user_metadata: { name: "Ann" },
  });
  assert.equal(created.error, null);
  assert.equal(created.data.user!.app_metadata.organization_id, "shop");

  const { data } = await client.auth.signInWithPassword(COLLEAGUE);
  const claims = decodeJwt(data.session!.access_token);
  assert.equal(claims.sub, created.data.user!.id);
  assert.deepEqual(claims.app_metadata, {
    provider: "email",
    providers: ["email"],
    organization_id: "shop",
  });
  assert.equal((claims.user_metadata as { name: string }).name, "Ann");
  const seen = await client.auth.getUser(data.session!.access_token);
  assert.equal(seen.data.user!.email, COLLEAGUE.email); // the token is valid

  await admin.updateUserById(created.data.user!.id, { app_metadata: { organization_id: 7 } });
  const refreshed = await client.auth.refreshSession();
  const { app_metadata } = decodeJwt(refreshed.data.session!.access_token);
  assert.equal((app_metadata as { organization_id: number }).organization_id, 7);
  const left = await admin.updateUserById(created.data.user!.id, {
    app_metadata: { organization_id: null },
  });
  assert.deepEqual(left.data.user!.app_metadata, { provider: "email", providers: ["email"] });
}

Deno.test("the Admin API says why it refuses", options, async () => {
  await using stack = await project();
  const { admin, client, supabase } = stack;
  const unknown = crypto.randomUUID();
  await admin.createUser(COLLEAGUE);
  const refused: [{ error: unknown }, string, RegExp][] = [
    [await admin.createUser(COLLEAGUE), "email_exists", /already been registered/],
    [
      await admin.createUser({ ...COLLEAGUE, app_metadata: { organization_id: " shop" } }),
      "validation_failed",
      /^Cannot use app_metadata\.organization_id: an organization is a text of 1 to 255/,
    ],
    [
      await admin.updateUserById(unknown, { app_metadata: { organization_id: true } }),
      "validation_failed",
      /^Cannot use app_metadata\.organization_id/,
    ],
    [await admin.updateUserById(unknown, { app_metadata: {} }), "user_not_found", /not found/],
    [await admin.updateUserById(unknown, { email: "a@b.example" }), "validation_failed", /email/],
    [await admin.createUser({ email: "a@b.example" }), "validation_failed", /password/],
    [await admin.createUser({ ...COLLEAGUE, email: "none" }), "validation_failed", /email/],
    [await admin.listUsers(), "not_implemented", /createUser and updateUserById/],
    [await client.auth.admin.createUser(COLLEAGUE), "not_admin", /needs the secret key/],
  ];
  for (const [{ error }, code, says] of refused) {
    const { code: given, message } = error as { code: string; message: string };
    assert.equal(given, code, message);
    assert.match(message, says);
  }
  const body = { email: "new@example.com", password: "a-password", app_metadata: null };
  const response = await supabase.fetch(
    new Request("http://127.0.0.1/auth/v1/admin/users", {
      method: "POST",
      headers: { apikey: secretKey },
      body: JSON.stringify(body),
    }),
  );
  assert.equal(response.status, 400);
});
