import { signIn, type User } from "../chaos/users.ts";
import type { Backend } from "./backend.ts";

/** An organization with a connection whose session exists at the platform. */
export interface Organization extends User {
  session: string;
  apiKey: string;
  /** Of the webhook's URL. */
  webhookToken: string;
}

let last = 0;

/**
 * Adds so many, each with a user whom the auth server knows, a profile, and a connection as an
 * earlier version would have stored it: in the clear. Those that are not `connected` wait for a scan.
 */
export async function addOrganizations(
  backend: Backend,
  count: number,
  { connected }: { connected: boolean },
): Promise<Organization[]> {
  const numbers = Array.from({ length: count }, () => ++last);
  const added = await Promise.all(numbers.map((number) => addClient(backend, number)));
  await backend.order({
    scan: connected ? added.map(({ session }) => session) : [],
    sql: `
      with added as (
        select * from jsonb_to_recordset(($1::text)::jsonb)
          as t(id uuid, "organizationId" text, "apiKey" text, session text, "webhookToken" text)
      ), users as (
        insert into auth.users (id, email) select id, id || '@example.com' from added
      ), profiles as (
        insert into public.profiles (id, organization_id) select id, "organizationId" from added
      )
      insert into public.messenger_integrations
        (organization_id, status, wpp_primary, settings, webhook_digest, webhook_url, webhook_due_at)
      select "organizationId", $2, true,
        jsonb_build_object('apiKey', "apiKey", 'session', session, 'webhookToken', "webhookToken"),
        encode(sha256(convert_to("webhookToken", 'UTF8')), 'hex'), $3, 'infinity'
      from added`,
    parameters: [
      JSON.stringify(added),
      connected ? "connected" : "qr_required",
      // As if it was registered just now: no call does so meanwhile.
      `${backend.supabaseUrl}/functions/v1/wpp-webhook`,
    ],
  });
  return added;
}

/** A token that the organization's calls to the platform may carry. */
export async function exchange(backend: Backend, { apiKey }: Organization): Promise<string> {
  const response = await fetch(`${backend.platformUrl}/auth/token`, {
    method: "POST",
    body: JSON.stringify({ apiKey }),
  });
  return (await response.json()).token;
}

async function addClient(backend: Backend, number: number): Promise<Organization> {
  const user = await signIn(number);
  const response = await fetch(`${backend.platformUrl}/api/integrations/wpp/create`, {
    method: "POST",
    headers: { authorization: `Bearer ${user.token}` },
  });
  const { apiKey, session } = await response.json();
  return { ...user, apiKey, session, webhookToken: session.padStart(43, "w") };
}
