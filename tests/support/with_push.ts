import { REALTIME_SCHEMA } from "../../local/realtime/schema.ts";
import { engines, migrate, type Sql, withSql } from "./sql.ts";

/** Cases that share a migrated database in which Realtime is, on each engine. */
export function withPush(title: string, cases: Record<string, (sql: Sql) => Promise<void>>): void {
  for (const { name, open } of engines()) {
    Deno.test(`${title} on ${name}`, async (t) => {
      await withSql(open, async (sql) => {
        await sql.exec(REALTIME_SCHEMA);
        await migrate(sql);
        for (const [what, run] of Object.entries(cases)) await t.step(what, () => run(sql));
      });
    });
  }
}
