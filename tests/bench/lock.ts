/**
 * The price of the counter that each organization's changes wait for: incoming texts a second that the
 * database stores, by many connections at once, for one organization and for many.
 */
import postgres from "postgres";
import type { StartOptions } from "./contestants.ts";
import { textEvent } from "./heard_cases.ts";
import { addOrganizations, type Organization } from "./organizations.ts";
import type { Size } from "./size.ts";
import { median } from "./statistics.ts";
import { fixed, table } from "./table.ts";
import { sha256 } from "../../supabase/functions/_shared/wpp/lib/sha256.ts";

const CONNECTIONS = [1, 8, 64];
const ORGANIZATIONS = [1, 64];

export interface LockFigures {
  connections: number;
  organizations: number;
  /** Stored texts a second: each writes a message, its chat and the counter. */
  throughput: number;
}

/** Nothing on PGlite, which has one connection. */
export async function measureLock(
  { backend }: StartOptions,
  { lockCalls, rounds }: Size,
  signal: AbortSignal,
): Promise<LockFigures[]> {
  if (backend.databaseUrl === undefined) return [];
  const heard = await addOrganizations(backend, Math.max(...ORGANIZATIONS), { connected: true });
  await using connections = new Connections(backend.databaseUrl);
  const cells = CONNECTIONS.flatMap((connections) =>
    ORGANIZATIONS.map((organizations) => ({ connections, organizations, rounds: [] as number[] }))
  );
  for (let round = 0; round < rounds; round++) {
    for (const { connections: count, organizations, rounds } of cells) {
      signal.throwIfAborted();
      const bodies = heard.slice(0, organizations);
      rounds.push(await connections.throughput(count, lockCalls, bodies));
    }
  }
  return cells.map(({ rounds, ...cell }) => ({ ...cell, throughput: median(rounds) }));
}

class Connections implements AsyncDisposable {
  readonly #sql: postgres.Sql;

  constructor(url: string) {
    this.#sql = postgres(url, { max: Math.max(...CONNECTIONS) });
  }

  async throughput(connections: number, calls: number, heard: Organization[]): Promise<number> {
    let started = 0;
    const work = async () => {
      while (started < calls) await this.#receive(heard[started++ % heard.length]);
    };
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: connections }, work));
    return calls / (performance.now() - startedAt) * 1000;
  }

  async #receive({ webhookToken, session }: Organization): Promise<void> {
    const event = textEvent(session);
    const [{ answer }] = await this.#sql`select messenger_receive(
      ${sha256(webhookToken)}, gen_random_uuid(), ${JSON.stringify(event)}) as answer`;
    if (answer.outcome !== "stored") throw new Error(`Cannot measure: ${answer.outcome}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sql.end();
  }
}

export function showLock(figures: LockFigures[]): string {
  if (figures.length === 0) return "Needs DATABASE_URL: PGlite has one connection.";
  const rows = CONNECTIONS.map((connections) => [
    String(connections),
    ...ORGANIZATIONS.map((organizations) =>
      fixed(
        figures.find((one) =>
          one.connections === connections && one.organizations === organizations
        )?.throughput,
        0,
      )
    ),
  ]);
  return table(["connections", ...ORGANIZATIONS.map((n) => `texts/s in ${n}`)], rows);
}
