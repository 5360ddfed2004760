/**
 * What one call of the reconciler costs, with few connections and with many: time, and requests to the
 * database and the platform. It takes care of 100, and asks for the status of each.
 */
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { sha256 } from "../../supabase/functions/_shared/wpp/lib/sha256.ts";
import { type Backend, type Counts, grown, startBackendProcess } from "./backend.ts";
import type { Contestant } from "./cases.ts";
import { environmentOf, type StartOptions, startProcess } from "./contestants.ts";
import { load, type Target } from "./load.ts";
import { addOrganizations, exchange, type Organization } from "./organizations.ts";
import type { Size } from "./size.ts";
import { errorOfMedian, median, ratios } from "./statistics.ts";
import { fixed, table, withError } from "./table.ts";

/** What a call takes on, unless it is told otherwise. */
const CARED_FOR = 100;

export interface ReconcileFigures {
  connections: number;
  /** How many of them a call took care of. */
  caredFor: number;
  /** Milliseconds of one call. */
  ours: number;
  floor: number;
  /** The median of the ratios, pair by pair, and by how much it may be off. */
  oursOfFloor: number;
  error?: number;
  /** Of one call. */
  requests: Record<"ours" | "floor", Counts>;
}

/** On a database of its own: a run of the reconciler takes on whatever is there. */
export async function measureReconcile(
  { deno }: StartOptions,
  { reconciledConnections, reconcilerCalls }: Size,
  signal: AbortSignal,
): Promise<ReconcileFigures[]> {
  await using backend = await startBackendProcess();
  const caredFor = Math.min(CARED_FOR, ...reconciledConnections);
  const organizations = await addOrganizations(backend, caredFor, { connected: true });
  await using started = new AsyncDisposableStack();
  const startOne = async (contestant: Contestant): Promise<Target> => {
    const env = await environmentOf(contestant, backend, organizations);
    const process = await startProcess(contestant, "wpp-reconcile", deno, env);
    started.defer(() => process.stop());
    return {
      url: `${process.origin}/wpp-reconcile`,
      token: DEVELOPMENT_KEYS.secretKey,
      body: { limit: caredFor },
      good: new RegExp(`"connections":${caredFor},"registered":${caredFor},"events":0`),
    };
  };
  const floor = await startOne("floor");
  const ready = await readyMade(backend, organizations);
  const targets = {
    floor: { ...floor, body: { limit: caredFor, ready } },
    ours: await startOne("ours"),
  };
  const figures: ReconcileFigures[] = [];
  for (const connections of reconciledConnections) {
    await fillUp(backend, connections);
    const setting = { backend, organizations, targets, signal };
    figures.push({ connections, caredFor, ...await measureOn(setting, reconcilerCalls) });
  }
  return figures;
}

/** What the floor is given for each connection, by its session. */
async function readyMade(backend: Backend, organizations: Organization[]): Promise<object> {
  const entries = organizations.map(async (one) => {
    const accessToken = await exchange(backend, one);
    return [one.session, { accessToken, digest: sha256(one.webhookToken) }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

interface Setting {
  backend: Backend;
  organizations: Organization[];
  targets: Record<"ours" | "floor", Target>;
  signal: AbortSignal;
}

/** The other one first each time; the first pair warms up, and has every token exchanged. */
async function measureOn(
  { backend, organizations, targets, signal }: Setting,
  calls: number,
): Promise<Omit<ReconcileFigures, "connections" | "caredFor">> {
  const times = { ours: [] as number[], floor: [] as number[] };
  const requests = { ours: {} as Counts, floor: {} as Counts };
  for (let call = -1; call < calls; call++) {
    const names = call % 2 === 0 ? ["ours", "floor"] as const : ["floor", "ours"] as const;
    for (const name of names) {
      await makeDue(backend, organizations);
      const { counts } = await backend.order({});
      const { p50 } = await load(targets[name], { calls: 1, concurrency: 1 }, signal);
      requests[name] = grown(counts, (await backend.order({})).counts);
      if (call >= 0) times[name].push(p50);
    }
  }
  const quotients = ratios(times.ours, times.floor);
  return {
    ...{ ours: median(times.ours), floor: median(times.floor), requests },
    ...{ oursOfFloor: median(quotients), error: errorOfMedian(quotients) },
  };
}

/** Other connections, until there are so many: each is due, but later than those that are taken. */
async function fillUp(backend: Backend, connections: number): Promise<void> {
  await backend.order({
    sql: `insert into public.messenger_integrations
        (organization_id, status, wpp_primary, settings, reconciled_at, last_event_at)
      select gen_random_uuid()::text, 'connected', true,
        jsonb_build_object('apiKey', md5('key' || n), 'session', lpad(n::text, 14, '9')),
        now() - interval '1 min' - n * interval '10 ms', now()
      from generate_series(
        (select count(*) + 1 from public.messenger_integrations), $1::bigint) n`,
    parameters: [connections],
  });
  await backend.order({ sql: "vacuum analyze public.messenger_integrations" });
}

/** The longest neglected ones, of which nothing was heard. */
async function makeDue(backend: Backend, organizations: Organization[]): Promise<void> {
  await backend.order({
    sql: `update public.messenger_integrations set reconciled_at = null, last_event_at = null
      where organization_id in (select jsonb_array_elements_text(($1::text)::jsonb))`,
    parameters: [JSON.stringify(organizations.map((one) => one.organizationId))],
  });
}

export function showReconcile(figures: ReconcileFigures[]): string {
  return table(
    ["connections", "cared for", "one call", "× floor", "database", "platform", "of the floor"],
    figures.map(({ connections, caredFor, ours, oursOfFloor, error, requests }) => [
      ...[String(connections), String(caredFor), `${fixed(ours, 0)} ms`],
      withError(oursOfFloor, error),
      ...shownRequests(requests.ours),
      shownRequests(requests.floor).join(" + "),
    ]),
  );
}

function shownRequests({ rest = 0, ...platform }: Counts): string[] {
  return [rest, Object.values(platform).reduce((sum, count) => sum + count, 0)].map(String);
}
