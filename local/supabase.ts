import { App } from "@supabase/lite";
import type { Database } from "./database.ts";

/** The keys that the project's clients and functions present. */
export interface Keys {
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly jwtSecret: string;
}

/** `/auth/v1` and `/rest/v1` of a Supabase project. */
export interface Supabase {
  fetch(request: Request): Promise<Response>;
  /** Makes a user who is confirmed at once; one who is there already stays as they are. */
  signUp(email: string, password: string): Promise<void>;
}

/** Supabase Lite on a database. Its admin mode stays off: a request without a key is refused. */
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
  await app.ensureSystemSchema(); // makes auth.users, which init alone does not
  await app.init();
  const fetch = async (request: Request) => await app.fetch(request);
  await firstRequest(fetch, keys);
  return { fetch, signUp: (email, password) => signUp(fetch, keys, email, password) };
}

/** Lite prepares its roles with the first request: on Postgres, two at once would collide. */
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
