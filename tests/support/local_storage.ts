/** The local Storage behind the gateway, on PGlite and on the Postgres of DATABASE_URL. */
import { createClient } from "@supabase/supabase-js";
import { type Database, openDatabase } from "../../local/database.ts";
import { type Gateway, listen } from "../../local/gateway.ts";
import type { Storage } from "../../local/storage/storage.ts";
import { createSupabase } from "../../local/supabase.ts";
import { migratedImage } from "./database_image.ts";
import { freshDatabase } from "./fresh_database.ts";
import { JWT_SECRET, userToken } from "./jwt.ts";
import { ONLY_POSTGRES } from "./only_postgres.ts";

export const KEYS = {
  publishableKey: "sb_publishable_test",
  secretKey: "sb_secret_test",
  jwtSecret: JWT_SECRET,
};
export const BUCKET = "test-files";

/** A private bucket whose members read their folder, and write to `outgoing` in it. */
const BUCKET_SQL = `
  insert into storage.buckets (id, name, public, file_size_limit)
    values ('${BUCKET}', '${BUCKET}', false, 100000);
  create policy test_read on storage.objects for select to authenticated using (
    bucket_id = '${BUCKET}' and split_part(name, '/', 1) =
      (select public.messenger_folder(public.messenger_organization_id())));
  create policy test_write on storage.objects for insert to authenticated with check (
    bucket_id = '${BUCKET}' and split_part(name, '/', 2) = 'outgoing'
    and split_part(name, '/', 1) =
      (select public.messenger_folder(public.messenger_organization_id())))`;

type Bucket = ReturnType<ReturnType<typeof createClient>["storage"]["from"]>;

/** A Storage that runs, and its clients. */
export interface StorageWorld {
  readonly url: string;
  readonly storage: Storage;
  readonly database: Database;
  /** The bucket as a member of this organization has it. */
  as(organization: string): Promise<Bucket>;
  /** The bucket as the functions have it. */
  readonly server: Bucket;
}

/**
 * Runs a test on each engine, or on the last one alone, where the engine makes no difference: PGlite
 * takes seconds to start. A database, with the bucket, serves all tests of a file.
 */
export function inStorage(
  name: string,
  test: (world: StorageWorld) => Promise<void>,
  { onEachEngine = true } = {},
): void {
  for (const [engine, open] of onEachEngine ? engines() : engines().slice(-1)) {
    Deno.test(
      `${name} on ${engine}`,
      { sanitizeOps: false, sanitizeResources: false },
      async () => {
        const { gateway, storage, database } = await open();
        Object.assign(storage.faults, { down: false, slowMs: 0 });
        await database.exec("delete from storage.objects");
        const bucketBy = (key: string, token?: string) =>
          createClient(gateway.url, key, {
            ...(token ? { accessToken: () => Promise.resolve(token) } : {}),
            auth: token ? undefined : { persistSession: false, autoRefreshToken: false },
          }).storage.from(BUCKET);
        await test({
          ...{ url: gateway.url, storage, database },
          as: async (organization) =>
            bucketBy(
              KEYS.publishableKey,
              await userToken({ app_metadata: { organization_id: organization } }),
            ),
          server: bucketBy(KEYS.secretKey),
        });
        Deno.exitCode = 0; // PGlite leaves one behind with each statement that fails
      },
    );
  }
}

interface Opened {
  gateway: Gateway;
  storage: Storage;
  database: Database;
}

const opened: AsyncDisposableStack = new AsyncDisposableStack();
let cached: [engine: string, open: () => Promise<Opened>][] | undefined;

/** The same for all tests of a file. */
function engines() {
  if (cached) return cached;
  Deno.test.afterAll(() => opened.disposeAsync());
  const url = Deno.env.get("DATABASE_URL");
  const onPglite = async () => await start({ image: await migratedImage() });
  cached = ONLY_POSTGRES ? [] : [["PGlite", once(onPglite)]];
  if (url) {
    cached.push([
      "Postgres",
      once(async () => await start({ databaseUrl: opened.use(await freshDatabase(url)).url })),
    ]);
  }
  return cached;
}

async function start(where: { image?: Blob; databaseUrl?: string }): Promise<Opened> {
  const database = opened.adopt(
    await openDatabase({ ...where, storage: true }),
    (one) => one.close(),
  );
  await database.exec(BUCKET_SQL);
  const { fetch, storage } = await createSupabase(database, KEYS);
  const gateway = opened.adopt(await listen(0), (one) => one.stop());
  gateway.open({ supabase: fetch, functions: new Map(), pages: () => new Response("page") });
  return { gateway, storage: storage!, database };
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => result ??= open();
}
