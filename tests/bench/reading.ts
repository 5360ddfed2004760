/** What is asked of the database with no function before it, in a store with few rows and with many. */
import postgres from "postgres";
import { sha256 } from "../../supabase/functions/_shared/wpp/lib/sha256.ts";
import { memberReads } from "../support/member_reads.ts";
import { type Batch, compared, type Growth } from "./compared.ts";
import type { Store } from "./stores.ts";

/** What the cron and the webhook ask, as they are allowed to. */
const SERVER_QUERIES: Record<string, (store: Store, n: number) => string> = {
  "a receipt, stored": ({ owner, places }, n) => {
    const { taskId } = places[n % places.length];
    const event = { type: "receipt", taskId, isPair: false, delivery: "read" };
    return `select messenger_receive('${sha256(owner.webhookToken)}', gen_random_uuid(),
      '${JSON.stringify(event)}')`;
  },
  "due connections": () => "select messenger_take_neglected(5)",
  "due media": () => "select messenger_take_media(10)",
  "unused media": () => "select messenger_take_unused_media(10)",
  "dead sends": () => "select messenger_expire_messages()",
  "what was kept long enough": () => "select messenger_expire_events()",
  "sends without a chat": () => "select messenger_backfill(100)",
};

/** Each query in both stores. Nothing on PGlite, where a query cannot be timed from here. */
export async function measureReading(
  stores: Store[],
  load: { rounds: number; calls: number },
  signal: AbortSignal,
): Promise<Record<string, Growth>> {
  const queries = { ...memberQueries(stores[0]), ...SERVER_QUERIES };
  const growths: Record<string, Growth> = {};
  await using opened = new AsyncDisposableStack();
  const sessions: postgres.Sql[] = [];
  for (const { backend: { databaseUrl } } of stores) {
    if (databaseUrl === undefined) return {};
    sessions.push(opened.adopt(postgres(databaseUrl, { max: 1 }), (sql) => sql.end()));
  }
  for (const [what, queryOf] of Object.entries(queries)) {
    const isMember = !(what in SERVER_QUERIES);
    const batches = stores.map((store, index) =>
      batchOf(sessions[index], (n) => queryOf(store, n), isMember ? store : undefined)
    );
    for (const batch of batches) await batch(5); // plans are made, and what is read is in memory
    growths[what] = await compared(batches, load, signal);
  }
  return growths;
}

function memberQueries({ places }: Store): typeof SERVER_QUERIES {
  const names = Object.keys(memberReads(places[0]));
  return Object.fromEntries(names.map((name) => [
    name,
    ({ places }, n) => memberReads(places[n % places.length])[name],
  ]));
}

/** What a query writes is taken back, so that each finds the same. */
function batchOf(sql: postgres.Sql, queryOf: (n: number) => string, member?: Store): Batch {
  let made = 0;
  return async (calls) => {
    const times: number[] = [];
    while (times.length < calls) {
      const query = queryOf(made++);
      await sql.unsafe(`begin; ${member ? asMember(member) : "set local role service_role"}`);
      const startedAt = performance.now();
      await sql.unsafe(query);
      times.push(performance.now() - startedAt);
      await sql.unsafe("rollback");
    }
    return times;
  };
}

function asMember({ owner: { organizationId } }: Store): string {
  const claims = { role: "authenticated", app_metadata: { organization_id: organizationId } };
  return `set local role authenticated;
    select set_config('request.jwt.claims', '${JSON.stringify(claims)}', true)`;
}
