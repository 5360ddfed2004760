import { assertServed, assertStopped } from "./served_shape.ts";
import type { Shape } from "./foreign_shape.ts";
import { type engines, migrate, reset, type Sql, withSql } from "./sql.ts";

/**
 * A test for each engine, in which the migrations serve each shape, or stop with a sentence before they
 * change anything. All shapes would take PGlite a minute: it plays a few, and a Postgres server
 * (DATABASE_URL) all.
 */
export function testShapes(
  what: string,
  shapes: Record<string, Shape>,
  on: ReturnType<typeof engines>,
): void {
  const all = Object.entries(shapes);
  const few = all.filter(([, { onPglite }]) => onPglite);
  if (!Deno.env.get("DATABASE_URL")) {
    console.log(
      `Shapes of tables: ${few.length} of ${what} on PGlite; ` +
        "the others wait for a Postgres in DATABASE_URL.",
    );
  }
  for (const { name: engine, open } of on) {
    const played = engine === "PGlite" ? few : all;
    if (played.length === 0) continue;
    Deno.test(`migrations serve or stop at ${what} on ${engine}`, async (t) => {
      await withSql(open, async (sql) => {
        for (const [name, shape] of played) await t.step(name, () => play(sql, shape));
      });
    });
  }
}

async function play(sql: Sql, shape: Shape): Promise<void> {
  await reset(sql);
  await sql.exec(shape.sql);
  if (shape.applied) await migrate(sql, shape.applied);
  if (shape.stopped) await assertStopped(sql, shape.stopped);
  else await assertServed(sql, shape);
}
