import postgres from "postgres";
import { type Driver, openPglite, openPostgres } from "./drivers.ts";
import { foreignTables, refusalOf } from "./foreign_tables.ts";
import * as realtime from "./realtime/schema.ts";
import * as storage from "./storage/schema.ts";
import { turns } from "./turns.ts";

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
export interface Database extends Driver {
  /** Whether requests that run at once share a connection, and so its role and transaction. */
  readonly hasOneConnection: boolean;
  /**
   * Runs work that needs a role or a transaction for itself: where there is one connection alone,
   * after the work that came before. Work may not wait for other work inside.
   */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Takes all grants on our tables from the client roles, as the migrations do. */
  revokeGrants(): Promise<void>;
  /** Tables of others that were there before, and that Supabase Lite opens to its client roles. */
  readonly foreignTables: readonly string[];
  /** Whether `realtime.messages` is there for the stand-in to read; see `realtime/schema.ts`. */
  readonly hasRealtime: boolean;
  /** Whether the tables of Storage are there, and are Supabase Lite's. */
  readonly hasStorage: boolean;
}

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
  /** Makes what Supabase's Realtime has before the migrations, unless a schema `realtime` is there. */
  realtime?: boolean;
  /** The same for Supabase's Storage. */
  storage?: boolean;
}

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
    const hasRealtime = options.realtime === true && await makeSchema(database, {
      isOfOthers: realtime.IS_OF_OTHERS,
      sql: realtime.REALTIME_SCHEMA,
    });
    const hasStorage = options.storage === true && await makeSchema(database, {
      isOfOthers: storage.IS_OF_OTHERS,
      sql: storage.STORAGE_SCHEMA,
    });
    const files = await migrations();
    for (const { sql } of files) await database.exec(sql);
    const revokeGrants = async () => {
      for (const { name, sql } of files) if (REVOKING.test(name)) await database.exec(sql);
      await database.exec(REVOKE_DEFAULTS);
    };
    const hasOneConnection = !databaseUrl;
    const inTurn = hasOneConnection ? turns() : <T>(work: () => Promise<T>) => work();
    return {
      ...database,
      revokeGrants,
      foreignTables: foreign,
      hasOneConnection,
      inTurn,
      hasRealtime,
      hasStorage,
    };
  } catch (error) {
    await database.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot prepare the database: ${reason}`, { cause: error });
  }
}

/** Whether it could: the schemas of a real Supabase project are left as they are. */
async function makeSchema(
  { exec, query }: Driver,
  { isOfOthers, sql }: { isOfOthers: string; sql: string },
): Promise<boolean> {
  const [{ found }] = await query(isOfOthers);
  if (found) return false;
  await exec(sql);
  return true;
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
