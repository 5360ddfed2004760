import { createPgliteConnection } from "@supabase/lite/pglite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import postgres from "postgres";
import { foreignTables, refusalOf } from "./foreign_tables.ts";

const MIGRATIONS = new URL("../supabase/migrations/", import.meta.url);

/** The migrations that close our tables and the schema of our helpers to client roles. */
const REVOKING = /_messenger_(preflight|access)\.sql$/;

/** What Lite grants on tables that are yet to come, in the schema that is ours alone. */
const REVOKE_DEFAULTS = `
  alter default privileges in schema messenger_internal
    revoke all on tables from anon, authenticated;
  alter default privileges in schema messenger_internal
    revoke all on sequences from anon, authenticated`;

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
  /** Whether requests that run at once share a connection, and so its role and transaction. */
  readonly hasOneConnection: boolean;
  /** Takes all grants on our tables from the client roles, as the migrations do. */
  revokeGrants(): Promise<void>;
  /** Tables of others that were there before, and that Supabase Lite opens to its client roles. */
  readonly foreignTables: readonly string[];
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
  /** Takes a database of `databaseUrl` even where it has tables of others. */
  opensForeignTables?: boolean;
}

/** A database as its driver gives it. */
type Opened = Pick<Database, "connection" | "exec" | "query" | "close">;

/**
 * Opens the database and applies `supabase/migrations`; each can be applied repeatedly. Throws, and
 * changes nothing, where `databaseUrl` has tables of others and `opensForeignTables` is not set.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { databaseUrl, opensForeignTables = false } = options;
  const foreign = databaseUrl ? await foreignTablesAt(databaseUrl) : [];
  if (foreign.length > 0 && !opensForeignTables) throw new Error(refusalOf(foreign));
  const database = databaseUrl ? openPostgres(databaseUrl) : await openPglite(options);
  try {
    for (const role of ROLES) await database.exec(unlessItExists(role));
    const files = await migrations();
    for (const { sql } of files) await database.exec(sql);
    const revokeGrants = async () => {
      for (const { name, sql } of files) if (REVOKING.test(name)) await database.exec(sql);
      await database.exec(REVOKE_DEFAULTS);
    };
    return { ...database, revokeGrants, foreignTables: foreign, hasOneConnection: !databaseUrl };
  } catch (error) {
    await database.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot prepare the database: ${reason}`, { cause: error });
  }
}

/**
 * Applies the first migration, which tells our tables from those of others, looks at the database,
 * and rolls all of it back.
 */
async function foreignTablesAt(url: string): Promise<string[]> {
  const [{ sql: preflight }] = await migrations();
  const server = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const transaction = await server.reserve();
    await transaction.unsafe("begin");
    for (const role of ROLES) await transaction.unsafe(unlessItExists(role));
    await transaction.unsafe(preflight);
    const names = await foreignTables((sql) => transaction.unsafe(sql));
    await transaction.unsafe("rollback");
    transaction.release();
    return names;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot prepare the database: ${reason}`, { cause: error });
  } finally {
    await server.end({ timeout: 1 });
  }
}

async function openPglite({ dataDir, image }: DatabaseOptions): Promise<Opened> {
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

function openPostgres(url: string): Opened {
  // Without onnotice, Postgres.js prints a notice for every `if not exists` that has no effect.
  const connection = createPostgresConnection({ url, postgresOptions: { onnotice: () => {} } });
  globalThis.addEventListener("error", ignoreLostSocket);
  return {
    connection,
    exec: async (sql) => void await connection.driver.unsafe(sql),
    query: async (sql, params) => [...await connection.driver.unsafe(sql, params as never[])],
    async close() {
      // A connection whose socket was lost may never say that it has ended: it is waited for 2 s.
      await connection.driver.end({ timeout: 2 });
      await connection.close();
      globalThis.removeEventListener("error", ignoreLostSocket);
    },
  };
}

/**
 * Postgres.js 3.4.9 writes in a timer, and throws there where the connection broke in between: that
 * would end this process. The query itself is rejected.
 */
function ignoreLostSocket(event: ErrorEvent): void {
  const stack = event.error instanceof TypeError ? event.error.stack ?? "" : "";
  if (/nextWrite .*\/postgres\//.test(stack)) event.preventDefault();
}

function unlessItExists(create: string): string {
  return `do $$ begin ${create}; exception when duplicate_object then null; end $$`;
}

/** In the order in which they are applied. */
async function migrations(): Promise<{ name: string; sql: string }[]> {
  const files = await Array.fromAsync(Deno.readDir(MIGRATIONS));
  const names = files.map((file) => file.name).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(names.map(async (name) => ({
    name,
    sql: await Deno.readTextFile(new URL(name, MIGRATIONS)),
  })));
}
