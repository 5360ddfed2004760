import { createPgliteConnection } from "@supabase/lite/pglite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import { quicken } from "./quick_pglite.ts";

type Connection =
  | Awaited<ReturnType<typeof createPgliteConnection>>
  | ReturnType<typeof createPostgresConnection>;

/** Runs one statement with `$1`-style parameters and returns its rows. */
export type Query = (sql: string, params?: unknown[]) => Promise<Record<string, unknown>[]>;

/** The same calls for PGlite and Postgres. */
export interface Driver {
  /** What Supabase Lite takes. */
  readonly connection: Connection;
  /** Runs statements; several, separated by semicolons, are fine. */
  exec(sql: string): Promise<void>;
  readonly query: Query;
  /** Runs `work` in a transaction that is rolled back, and returns what it returned. */
  rolledBack<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** Calls `hear` with what is notified, in the order of commits, until the function it returns is called. */
  listen(channel: string, hear: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Opens PGlite: in a directory, else from what its `dumpDataDir` gave, else empty in memory. */
export async function openPglite(
  { dataDir, image }: { dataDir?: string; image?: Blob },
): Promise<Driver> {
  const connection = await createPgliteConnection({
    url: dataDir,
    pgliteOptions: { loadDataDir: image },
  });
  const { driver } = connection;
  await driver.waitReady;
  Deno.exitCode = 0; // PGlite sets it to 99 when it starts, though nothing failed
  quicken(driver);
  return {
    connection,
    exec: async (sql) => void await driver.exec(sql),
    query: async (sql, params) => (await driver.query<Record<string, unknown>>(sql, params)).rows,
    rolledBack: (work) =>
      driver.transaction(async (transaction) => {
        const result = await work(async (sql, params) =>
          (await transaction.query<Record<string, unknown>>(sql, params)).rows
        );
        await transaction.rollback();
        return result;
      }),
    async listen(channel, hear) {
      const unlisten = await driver.listen(channel, hear);
      return () => unlisten();
    },
    close: () => connection.close(),
  };
}

/** Opens a pool of connections. */
export function openPostgres(url: string): Driver {
  // Without onnotice, Postgres.js prints a notice for every `if not exists` that has no effect.
  const connection = createPostgresConnection({ url, postgresOptions: { onnotice: () => {} } });
  const { driver } = connection;
  globalThis.addEventListener("error", ignoreLostSocket);
  return {
    connection,
    exec: async (sql) => void await driver.unsafe(sql),
    query: async (sql, params) => [...await driver.unsafe(sql, params as never[])],
    async rolledBack(work) {
      const reserved = await driver.reserve();
      try {
        await reserved.unsafe("begin");
        return await work(async (sql, params) => [
          ...await reserved.unsafe(sql, params as never[]),
        ]);
      } finally {
        await reserved.unsafe("rollback");
        reserved.release();
      }
    },
    listen: async (channel, hear) => (await driver.listen(channel, hear)).unlisten,
    async close() {
      // A connection whose socket was lost may never say that it has ended: it is waited for 2 s.
      await driver.end({ timeout: 2 });
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
