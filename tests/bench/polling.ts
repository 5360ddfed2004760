/** What users who watch a QR code with the typed client cost, each of an organization of their own. */
import { createClient } from "@supabase/supabase-js";
import { createWppClient } from "../../client/wpp_client.ts";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { type Counts, grown } from "./backend.ts";
import { type Running, start, type StartOptions } from "./contestants.ts";
import { addOrganizations, type Organization } from "./organizations.ts";
import type { Size } from "./size.ts";
import { fixed, table } from "./table.ts";

const NAMES = ["wpp-create", "wpp-qr", "wpp-status"] as const;
/** Users come so slowly that a slow machine keeps up with creating their connections. */
const ARRIVALS_PER_S = 40;
/** Until the last of them has a code. */
const SETTLING_MS = 4_000;

export interface PollingFigures {
  users: number;
  seconds: number;
  /** A minute; the platform's calls by name. */
  databaseRequests: number;
  platformCalls: Counts;
  /** Calls of the functions, a minute. */
  calls: Counts;
  /** Users whose code was being shown at the end; the others had a problem. */
  watching: number;
}

export async function measurePolling(
  { backend, deno }: StartOptions,
  { watchers, watchFor }: Size,
  signal: AbortSignal,
): Promise<PollingFigures> {
  await using started = new AsyncDisposableStack();
  const runners: Running[] = [];
  for (const name of NAMES) runners.push(started.use(await start("ours", name, { backend, deno })));
  const users = await addOrganizations(backend, watchers, { connected: false });
  const leaving = new AbortController();
  const ended = AbortSignal.any([leaving.signal, signal]);
  const calls: Counts = {};
  const watching = users.map((user, index) =>
    watch(user, runners, index * 1000 / ARRIVALS_PER_S, calls, ended)
  );
  await sleep(users.length * 1000 / ARRIVALS_PER_S + SETTLING_MS, signal);
  const before = { calls: { ...calls }, counts: (await backend.order({})).counts };
  await sleep(watchFor * 1000, signal);
  const { rest = 0, ...platform } = grown(before.counts, (await backend.order({})).counts);
  const called = grown(before.calls, calls);
  leaving.abort();
  const last = await Promise.all(watching);
  const aMinute = (count: number) => Math.round((count * 60) / watchFor);
  return {
    users: watchers,
    seconds: watchFor,
    databaseRequests: aMinute(rest),
    platformCalls: mapped(platform, aMinute),
    calls: mapped(called, aMinute),
    watching: last.filter((state) => state.step === "scan" && !state.problem).length,
  };
}

/** One user's page: from `connect()` on, until they leave. */
async function watch(
  user: Organization,
  runners: Running[],
  delay: number,
  calls: Counts,
  signal: AbortSignal,
) {
  await sleep(delay, signal);
  const supabase = createClient("http://project.test", DEVELOPMENT_KEYS.publishableKey, {
    accessToken: () => Promise.resolve(user.token),
    global: { fetch: (input, init) => fetch(urlOf(String(input), runners), init) },
  });
  const onCall = ({ name }: { name: string }) => void (calls[name] = (calls[name] ?? 0) + 1);
  return await createWppClient(supabase, { onCall }).connect({ signal });
}

/** Where a function listens that is called under the project's URL. */
function urlOf(url: string, runners: Running[]): string {
  const name = new URL(url).pathname.split("/").at(-1);
  return runners.find(({ process }) => process.name === name)!.target.url;
}

function mapped(counts: Counts, map: (count: number) => number): Counts {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, map(count)]));
}

export function showPolling(figures: PollingFigures): string {
  const { users, seconds, calls, databaseRequests, platformCalls, watching } = figures;
  const platform = Object.values(platformCalls).reduce((sum, count) => sum + count, 0);
  const rows = [
    ...Object.entries(calls).map(([name, count]) => [`calls of ${name}`, count] as const),
    ["requests to the database", databaseRequests] as const,
    ["calls of the platform", platform] as const,
  ].map(([what, count]) => [what, String(count), fixed(count / users, 1)]);
  return [
    table([`${users} users for ${seconds} s`, "a minute", "a user"], rows),
    `${watching} of them were shown a code at the end.`,
  ].join("\n\n");
}
