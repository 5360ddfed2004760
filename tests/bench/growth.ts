/** What a call costs when the tables have grown: its latency, and the plans of its queries. */
import { type Backend, startBackendProcess } from "./backend.ts";
import { addCaller, type Running, start, type StartOptions } from "./contestants.ts";
import { load } from "./load.ts";
import type { Organization } from "./organizations.ts";
import type { Size } from "./size.ts";
import { median, medianRatio } from "./statistics.ts";
import { fixed, table } from "./table.ts";

const CALLS = 60;
const NAMES = ["wpp-status", "wpp-send"] as const;
type Name = typeof NAMES[number];

/** What a call asks the database for; the names that the queries are known by. */
const QUERIES = {
  "primary connection": `select * from public.messenger_integrations
    where organization_id = any (array[$1]) and messenger_type = 'whatsapp' and provider = 'wpp'
      and is_active is not false and is_enabled is not false and session is not null
    order by wpp_primary desc, created_at, id limit 1`,
  "connection by session": `select * from public.messenger_integrations
    where organization_id = any (array[$1]) and messenger_type = 'whatsapp' and provider = 'wpp'
      and is_active is not false and is_enabled is not false and session is not null
      and session = any (array['1'])
    order by wpp_primary desc, created_at, id limit 1`,
  "send by idempotency key": `select * from public.messenger_sends
    where organization_id = $1 and idempotency_key = 'key'`,
  "message by its task": `select * from public.messenger_messages
    where integration_id = (select id from public.messenger_integrations where session = '1' limit 1)
      and task_id = 'task'`,
};

export interface GrowthFigures {
  /** In each of the two tables. */
  rows: number;
  /** The index that each query uses, or how else it finds its row. */
  plans: Record<string, string>;
  latencies: Record<Name, {
    /** Milliseconds. */
    p50: number;
    /** The median of the ratios to the smallest tables, pair by pair. */
    ofSmallest: number;
  }>;
}

/** One size, before anything runs on it. */
interface Filled {
  backend: Backend;
  organization: Organization;
  rows: number;
  plans: Record<string, string>;
}

/** One size, with both functions running on it. */
interface Grown {
  rows: number;
  plans: Record<string, string>;
  runners: Record<Name, Running>;
  p50: Record<Name, number[]>;
}

export async function measureGrowth(
  { deno }: StartOptions,
  size: Size,
  signal: AbortSignal,
): Promise<GrowthFigures[]> {
  await using started = new AsyncDisposableStack();
  const filled: Filled[] = [];
  for (const rows of size.rows) {
    signal.throwIfAborted();
    const backend = started.use(await startBackendProcess());
    filled.push(await fillOne(backend, rows));
  }
  // Warmed up when all are filled: a process that is idle meanwhile forgets its compiled code.
  const grown: Grown[] = [];
  for (const one of filled) grown.push(await startOn(one, deno, size.warmUp, started));
  await measureRounds(grown, size.rounds * 2, signal);
  const [smallest] = grown;
  return grown.map(({ rows, plans, p50 }) => {
    const of = (name: Name) => ({
      p50: median(p50[name]),
      ofSmallest: medianRatio(p50[name], smallest.p50[name]),
    });
    return {
      rows,
      plans,
      latencies: { "wpp-status": of("wpp-status"), "wpp-send": of("wpp-send") },
    };
  });
}

/** A batch of each in turn, from another one on each time, so that no size has always the same place. */
async function measureRounds(grown: Grown[], rounds: number, signal: AbortSignal): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const first = round % grown.length;
    for (const name of NAMES) {
      for (const { runners, p50 } of [...grown.slice(first), ...grown.slice(0, first)]) {
        const batch = await load(runners[name].target, { calls: CALLS, concurrency: 1 }, signal);
        p50[name].push(batch.p50);
      }
    }
  }
}

async function fillOne(backend: Backend, rows: number): Promise<Filled> {
  const organization = await addCaller("wpp-status", backend);
  await fill(backend, rows);
  const plans: Record<string, string> = {};
  for (const [name, query] of Object.entries(QUERIES)) {
    plans[name] = await planOf(backend, query, organization.organizationId);
  }
  return { backend, organization, rows, plans };
}

async function startOn(
  { backend, organization, rows, plans }: Filled,
  deno: string,
  warmUp: number,
  started: AsyncDisposableStack,
): Promise<Grown> {
  const run = async (name: Name) =>
    started.use(await start("ours", name, { backend, deno, organization, warmUp }));
  const runners = { "wpp-status": await run("wpp-status"), "wpp-send": await run("wpp-send") };
  return { rows, plans, runners, p50: { "wpp-status": [], "wpp-send": [] } };
}

/** Other organizations' rows, a connection and a message each, in no order of their names. */
async function fill(backend: Backend, rows: number): Promise<void> {
  await backend.order({
    sql: `insert into public.messenger_integrations (organization_id, status, wpp_primary, settings)
      select md5(n::text), 'connected', true,
        jsonb_build_object('apiKey', md5('key' || n), 'session', lpad(n::text, 14, '9'))
      from generate_series(1, $1::int) n`,
    parameters: [rows],
  });
  await backend.order({
    sql: `with chats as (
        insert into public.messenger_chats
          (integration_id, organization_id, address, phone, kind, change)
        select id, organization_id, '79991112233@c.us', '+79991112233', 'person', 1
        from public.messenger_integrations where session like '9%'
        returning *
      ), messages as (
        insert into public.messenger_messages (integration_id, organization_id, chat_id, recipient,
          text, status, task_id, arrived, change)
        select integration_id, organization_id, id, phone, 'Hello', 'accepted', id::text, 2, 2 from chats
        returning *
      )
      insert into public.messenger_sends
        (message_id, organization_id, idempotency_key, request_fingerprint)
      select id, organization_id, 'key', '' from messages`,
  });
  const filled = ["integrations", "chats", "messages", "sends"].map((name) => `messenger_${name}`);
  for (const name of filled) {
    await backend.order({ sql: `vacuum analyze public.${name}` });
  }
}

async function planOf(backend: Backend, query: string, organizationId: string): Promise<string> {
  const sql = `explain (format json) ${query.replaceAll("$1", `'${organizationId}'`)}`;
  const { rows: [plan] } = await backend.order({ sql });
  const text = JSON.stringify(plan).replaceAll("\\", ""); // one driver gives the plan as text
  const index = /"Index Name":\s*"([^"]+)"/.exec(text)?.[1];
  return index ?? /"Node Type":\s*"(\w+ Scan)"/.exec(text)?.[1] ?? text;
}

export function showGrowth(figures: GrowthFigures[]): string {
  const rows = figures.map(({ rows, latencies, plans }) => [
    String(rows),
    ...NAMES.flatMap((name) => [fixed(latencies[name].p50), fixed(latencies[name].ofSmallest)]),
    ...Object.values(plans),
  ]);
  const headings = NAMES.flatMap((name) => [`${name} p50 ms`, "× smallest"]);
  return table(["rows", ...headings, ...Object.keys(QUERIES)], rows);
}
