import assert from "node:assert/strict";
import { SECRET_KEY, SUPABASE_URL, type World } from "./world.ts";

/** pg_net, Vault and pg_cron, as far as the documents use them: requests are kept, and not sent. */
const EXTENSIONS = `
  create schema net;
  create table net.requests (
    id bigint generated always as identity, url text, body jsonb, headers jsonb,
    timeout_milliseconds int);
  create function net.http_post(
    url text, body jsonb default '{}', params jsonb default '{}',
    headers jsonb default '{"Content-Type": "application/json"}', timeout_milliseconds int default 2000
  ) returns bigint language sql security definer as $$
    insert into net.requests (url, body, headers, timeout_milliseconds)
    values (url, body, headers, timeout_milliseconds) returning id;
  $$;
  grant usage on schema net to service_role;
  create schema vault;
  create table vault.decrypted_secrets (name text, decrypted_secret text);
  create function vault.create_secret(secret text, name text) returns void
    language sql as 'insert into vault.decrypted_secrets values (name, secret)';
  create schema cron;
  create table cron.job (name text, schedule text, command text);
  create function cron.schedule(name text, schedule text, command text) returns void
    language sql as 'insert into cron.job values (name, schedule, command)';
`;

/** Runs with the extensions there, the secret key in Vault; `cleanUp` is SQL. */
export async function withExtensions(
  { database }: World,
  test: () => Promise<void>,
  cleanUp = "",
): Promise<void> {
  await database.exec(EXTENSIONS);
  try {
    await test();
  } finally {
    await database.exec(`
      drop schema net cascade; drop schema vault cascade; drop schema cron cascade; ${cleanUp}`);
  }
}

/** Puts the secret key into Vault by a page's statement. */
export async function fillVault({ database }: World, statement: string): Promise<void> {
  await database.exec(statement.replace("<secret key>", SECRET_KEY));
}

/** What pg_net would send, oldest first; it is taken out. */
export async function takeRequests({ database }: World): Promise<Request[]> {
  const rows = await database.query(
    "with taken as (delete from net.requests returning *) select * from taken order by id",
  );
  return rows.map(({ url, headers, body, timeout_milliseconds }) => {
    assert.ok(Number(timeout_milliseconds) > 25_000, "a function may take 25 s");
    return new Request(String(url).replace("https://<ref>.supabase.co", SUPABASE_URL), {
      method: "POST",
      headers: headers as Record<string, string>,
      body: JSON.stringify(body),
    });
  });
}
