import { App } from "@supabase/lite";
import type { Database } from "./database.ts";

/** The keys of a project: for its clients, for its functions, and for signing access tokens. */
export interface Keys {
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly jwtSecret: string;
}

/** `/auth/v1` and `/rest/v1` of a Supabase project. */
export interface Supabase {
  fetch(request: Request): Promise<Response>;
  /** Creates a user whose email counts as confirmed. An existing user is left alone. */
  signUp(email: string, password: string): Promise<void>;
}

/** Runs Supabase Lite on a database, without its admin mode: requests without a key are refused. */
export async function createSupabase(database: Database, keys: Keys): Promise<Supabase> {
  const app = new App({
    connection: database.connection,
    auth: {
      enabled: true,
      jwt_secret: keys.jwtSecret,
      publishable_key: keys.publishableKey,
      secret_key: keys.secretKey,
      enable_signup: true,
    },
  });
  await app.ensureSystemSchema(); // creates auth.users, which init does not
  await app.init();
  const answer = async (request: Request) => await app.fetch(request);
  const fetch = database.hasOneConnection ? oneAtATime(answer) : answer;
  await firstRequest(fetch, keys);
  await database.revokeGrants(); // Lite's first request gave client roles every grant
  return { fetch, signUp: (email, password) => signUp(fetch, keys, email, password) };
}

/**
 * For PGlite, whose one connection would let a request run in another's role, or in its failed
 * transaction.
 */
function oneAtATime(fetch: Supabase["fetch"]): Supabase["fetch"] {
  let last: Promise<unknown> = Promise.resolve();
  return (request) => {
    const response = last.then(() => fetch(request));
    last = response.catch(() => {});
    return response;
  };
}

/**
 * Sends the first request. Lite prepares its roles with that; two requests at once would both do
 * it, and collide on Postgres.
 */
async function firstRequest(fetch: Supabase["fetch"], { secretKey }: Keys): Promise<void> {
  const url = "http://127.0.0.1/rest/v1/messenger_integrations?limit=1";
  const response = await fetch(new Request(url, { headers: { apikey: secretKey } }));
  if (!response.ok) throw new Error(`Cannot reach the database: status ${response.status}`);
  await response.body?.cancel();
}

async function signUp(
  fetch: Supabase["fetch"],
  { publishableKey }: Keys,
  email: string,
  password: string,
): Promise<void> {
  const response = await fetch(
    new Request("http://127.0.0.1/auth/v1/signup", {
      method: "POST",
      headers: { apikey: publishableKey, "content-type": "application/json" },
      body: JSON.stringify({ email, password }),
    }),
  );
  const answer = await response.json();
  if (response.ok || answer.error_code === "user_already_exists") return;
  throw new Error(`Cannot sign up ${email}: ${answer.msg ?? response.status}`);
}
