/** What a messenger shows, as a member reads it: how long with few rows and with many. */
import { fillStore, READS } from "../support/filled_store.ts";
import { engines, migrate, type Sql } from "../support/sql.ts";
import type { StartOptions } from "./contestants.ts";
import type { Size } from "./size.ts";
import { quantile } from "./statistics.ts";
import { fixed, table } from "./table.ts";

const CHATS_OF_SMALLEST = 10;
const MESSAGES_PER_CHAT = 100;
const TIMES = 200;

/** A read that is no single query of a table. */
const CALLS = {
  "changes after a number":
    "select messenger_changes_since((messenger_changes_since() ->> 'change')::bigint - 50)",
  "search by name": "select * from messenger_search_chats('contact 0000003')",
  "search by number": "select * from messenger_search_chats('+7 000 0000003')",
};

const CLAIMS = JSON.stringify({
  role: "authenticated",
  sub: "u",
  app_metadata: { organization_id: "shop" },
});

export interface ReadingFigures {
  messages: number;
  /** Milliseconds at the median, by what is read. */
  p50: Record<string, number>;
}

/** Nothing on PGlite, where filling takes minutes. */
export async function measureReading(
  _: StartOptions,
  { storedMessages }: Size,
  signal: AbortSignal,
): Promise<ReadingFigures[]> {
  const postgres = engines().find(({ name }) => name === "Postgres");
  if (!postgres) return [];
  const figures: ReadingFigures[] = [];
  for (const messages of [CHATS_OF_SMALLEST * MESSAGES_PER_CHAT, storedMessages]) {
    signal.throwIfAborted();
    const sql = await postgres.open();
    try {
      await migrate(sql);
      const chats = messages / MESSAGES_PER_CHAT;
      await fillStore(sql, { chats, messagesPerChat: MESSAGES_PER_CHAT });
      figures.push({ messages, p50: await measureOn(sql, signal) });
    } finally {
      await sql.close();
    }
  }
  return figures;
}

async function measureOn(sql: Sql, signal: AbortSignal): Promise<Record<string, number>> {
  const queries = Object.entries(READS).map(([what, { query }]) => [what, query]);
  const p50: Record<string, number> = {};
  await sql.exec("begin; set local role authenticated");
  await sql.query("select set_config('request.jwt.claims', $1, true)", [CLAIMS]);
  for (const [what, query] of [...queries, ...Object.entries(CALLS)]) {
    const times: number[] = [];
    for (let n = 0; n < TIMES; n++) {
      signal.throwIfAborted();
      const startedAt = performance.now();
      await sql.query(query);
      times.push(performance.now() - startedAt);
    }
    p50[what] = quantile(times.sort((a, b) => a - b), 0.5);
  }
  await sql.exec("rollback");
  return p50;
}

export function showReading(figures: ReadingFigures[]): string {
  if (figures.length === 0) return "Needs DATABASE_URL.";
  const [few, many] = figures;
  return table(
    ["p50 ms", `${few.messages} messages`, `${many.messages} messages`, "×"],
    Object.keys(few.p50).map((what) => [
      what,
      fixed(few.p50[what]),
      fixed(many.p50[what]),
      fixed(many.p50[what] / few.p50[what]),
    ]),
  );
}
