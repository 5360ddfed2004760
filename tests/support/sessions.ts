import assert from "node:assert/strict";
import postgres from "postgres";
import { openDatabase } from "../../local/database.ts";
import { freshDatabase } from "./fresh_database.ts";
import type { Sql } from "./sql.ts";

const databaseUrl = Deno.env.get("DATABASE_URL");

/** A test of two sessions on a real Postgres, which is skipped where DATABASE_URL names none. */
export function inTwoSessions(
  name: string,
  test: (
    sessions: { first: postgres.Sql; second: postgres.Sql; database: Pick<Sql, "exec" | "query"> },
  ) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: !databaseUrl,
    async fn() {
      await using fresh = await freshDatabase(databaseUrl!);
      const database = await openDatabase({ databaseUrl: fresh.url });
      const [first, second] = [1, 2].map(() => postgres(fresh.url, { max: 1 }));
      try {
        await test({ first, second, database });
      } finally {
        await Promise.all([first, second].map((session) => session.end()));
        await database.close();
      }
    },
  });
}

/** Waits until another session waits for a lock. */
export async function untilBlocked(sql: Pick<Sql, "query">): Promise<void> {
  const end = Date.now() + 5_000;
  const blocked = `select from pg_stat_activity
    where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`;
  while ((await sql.query(blocked)).length === 0) {
    assert.ok(Date.now() < end, "the second session did not wait for the first");
  }
}
