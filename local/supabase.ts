import { App, setExperimental } from "@supabase/lite";
import { withMetadata } from "./access_token.ts";
import { admin, isAdmin } from "./admin_api.ts";
import type { Database } from "./database.ts";
import { adapterOf } from "./storage/adapter.ts";
import { type Files, MemoryFiles } from "./storage/files.ts";
import { isStorage, Storage } from "./storage/storage.ts";
import { MAX_OBJECT_BYTES } from "./storage/uploads.ts";
import { Users } from "./users.ts";

/** The keys of a project: for its clients, for its functions, and for signing access tokens. */
export interface Keys {
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly jwtSecret: string;
}

/** `/auth/v1`, `/rest/v1` and `/storage/v1` of a Supabase project. */
export interface Supabase {
  fetch(request: Request): Promise<Response>;
  /** Only for before the first request: on PGlite, they run in the role of one that runs at once. */
  readonly users: Users;
  /** Undefined where the database has no Storage of Lite's. */
  readonly storage?: Storage;
}

/**
 * Runs Supabase Lite on a database, without its admin mode: requests without a key are refused.
 *
 * @param files Where the bytes of Storage's objects are kept.
 */
export async function createSupabase(
  database: Database,
  keys: Keys,
  files: Files = new MemoryFiles(),
): Promise<Supabase> {
  const app = appOf(database, keys, files);
  await withoutWarning(() => app.init());
  await app.ensureSystemSchema(); // creates auth.users, which init does not
  const users = new Users(async (body) => await app.fetch(signUp(body, keys)), database.query);
  const answer = async (request: Request) => {
    if (isAdmin(request)) return await admin(request, users, keys.secretKey);
    const response = await app.fetch(request);
    return isAuth(request) ? await withMetadata(response, keys.jwtSecret) : response;
  };
  const inTurn = (request: Request) => database.inTurn(() => answer(request));
  const storage = database.hasStorage ? new Storage(inTurn, keys.jwtSecret) : undefined;
  const fetch = async (request: Request) => {
    if (!isStorage(request)) return await inTurn(request);
    return await storage?.fetch(request) ?? new Response(null, { status: 404 });
  };
  await firstRequest(fetch, keys);
  await database.revokeGrants(); // Lite's first request gave client roles every grant
  return { fetch, users, storage };
}

function appOf({ connection, hasStorage }: Database, keys: Keys, files: Files): App {
  if (hasStorage) setExperimental("storage", true);
  const app = new App({
    connection,
    auth: {
      enabled: true,
      jwt_secret: keys.jwtSecret,
      publishable_key: keys.publishableKey,
      secret_key: keys.secretKey,
      enable_signup: true,
    },
    storage: { enabled: hasStorage, file_size_limit: `${MAX_OBJECT_BYTES}B` },
  });
  if (hasStorage) app._storageAdapter = adapterOf(files);
  return app;
}

/** Without Lite's warning that its Storage is experimental, which is printed before it waits. */
function withoutWarning<T>(start: () => T): T {
  const { warn } = console;
  console.warn = () => {};
  try {
    return start();
  } finally {
    console.warn = warn;
  }
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

function isAuth(request: Request): boolean {
  return new URL(request.url).pathname.startsWith("/auth/v1/");
}

function signUp(body: object, { publishableKey }: Keys): Request {
  return new Request("http://127.0.0.1/auth/v1/signup", {
    method: "POST",
    headers: { apikey: publishableKey, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
