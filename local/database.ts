import { createPgliteConnection } from "@supabase/lite/pglite";
import { createPostgresConnection } from "@supabase/lite/postgres";

const MIGRATIONS = new URL("../supabase/migrations/", import.meta.url);

/** The roles that Supabase's own Postgres has before the first migration. */
const ROLES = [
  "create role anon nologin noinherit",
  "create role authenticated nologin noinherit",
  "create role service_role nologin noinherit bypassrls",
];

/** A database with all migrations applied. */
export interface Database {
  /** What Supabase Lite takes. */
  readonly connection: Connection;
  /** Runs statements; several, separated by semicolons, are fine. */
  exec(sql: string): Promise<void>;
  /** Runs one statement with `$1`-style parameters and returns its rows. */
  query(sql: string, params?: unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

type Connection =
  | Awaited<ReturnType<typeof createPgliteConnection>>
  | ReturnType<typeof createPostgresConnection>;

/** Where the data lives: `databaseUrl`, else `dataDir`, else in memory. */
export interface DatabaseOptions {
  /** A directory that PGlite keeps its files in. */
  dataDir?: string;
  /** What PGlite's `dumpDataDir` gave, to start from that. */
  image?: Blob;
  /** A Postgres to use instead of PGlite. */
  databaseUrl?: string;
}

/** Opens the database and applies `supabase/migrations`; each can be applied repeatedly. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { databaseUrl } = options;
  const database = databaseUrl ? openPostgres(databaseUrl) : await openPglite(options);
  try {
    for (const role of ROLES) await database.exec(unlessItExists(role));
    for (const sql of await migrations()) await database.exec(sql);
    return database;
  } catch (error) {
    await database.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot prepare the database: ${reason}`, { cause: error });
  }
}

async function openPglite({ dataDir, image }: DatabaseOptions): Promise<Database> {
  const connection = await createPgliteConnection({
    url: dataDir,
    pgliteOptions: { loadDataDir: image },
  });
  await connection.driver.waitReady;
  Deno.exitCode = 0; // PGlite sets it to 99 when it starts, though nothing failed
  return {
    connection,
    exec: async (sql) => void await connection.driver.exec(sql),
    query: async (sql, params) =>
      (await connection.driver.query<Record<string, unknown>>(sql, params)).rows,
    close: () => connection.close(),
  };
}

function openPostgres(url: string): Database {
  // Without onnotice, Postgres.js prints a notice for every `if not exists` that has no effect.
  const connection = createPostgresConnection({ url, postgresOptions: { onnotice: () => {} } });
  return {
    connection,
    exec: async (sql) => void await connection.driver.unsafe(sql),
    query: async (sql, params) => [...await connection.driver.unsafe(sql, params as never[])],
    close: () => connection.close(),
  };
}

function unlessItExists(create: string): string {
  return `do $$ begin ${create}; exception when duplicate_object then null; end $$`;
}

async function migrations(): Promise<string[]> {
  const files = await Array.fromAsync(Deno.readDir(MIGRATIONS));
  const names = files.map((file) => file.name).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(names.map((name) => Deno.readTextFile(new URL(name, MIGRATIONS))));
}
