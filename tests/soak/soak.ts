/**
 * `deno task soak [--minutes N]`: real processes of the functions on a real Postgres (DATABASE_URL), at
 * a third of the load that they can bear, with pages that are open. Then memory, handles and latency
 * must be as they were at the beginning. Exits with 1 where one is not.
 */
import { parseArgs } from "node:util";
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { Load } from "./load.ts";
import { reportOf } from "./report.ts";
import { type ProcessSample, sampleOf } from "./samples.ts";
import { failuresOf, growthOf, latenciesOf, problemsOf } from "./verdict.ts";
import { startWorld, type World } from "./world.ts";

/** Of the load at the top, which tells what is a third of it. */
const TOP_MS = 10_000;
const TOP_WORKERS = 32;
/**
 * Of the load at the top, before the load that is measured: caches fill, connections are made, and V8's
 * heap grows over thousands of calls to what it then keeps.
 */
const WARM_UP_MS = 120_000;
const WORKERS = 16;
const SAMPLE_EVERY_MS = 1_000;
/** How often a project's cron calls wpp-reconcile. */
const RECONCILE_EVERY_MS = 60_000;
/** So often that it is as warm as the others. */
const RECONCILE_AT_FIRST_MS = 1_000;
/** A load for longer than that with no end is a fault of this program. */
const SLACK_MS = 5 * 60_000;

if (import.meta.main) Deno.exit(await main());

/** Returns the exit code. */
async function main(): Promise<number> {
  try {
    const { values } = parseArgs({ options: { minutes: { type: "string" } } });
    const minutes = Number(values.minutes ?? 30);
    const databaseUrl = Deno.env.get("DATABASE_URL");
    if (!databaseUrl || !(minutes > 0)) {
      throw new Error(
        "Cannot start: set DATABASE_URL to a Postgres where databases may be made; --minutes is a number",
      );
    }
    return await run(minutes, databaseUrl);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function run(minutes: number, databaseUrl: string): Promise<number> {
  const lengthMs = minutes * 60_000;
  const signal = AbortSignal.timeout(lengthMs + SLACK_MS);
  await using world = await startWorld(databaseUrl);
  const load = new Load(world);
  const top = await load.run({ workers: TOP_WORKERS, ms: TOP_MS, signal });
  const rate = top.calls / (TOP_MS / 1000) / 3;
  console.log(
    `${Math.round(3 * rate)} calls a second at the top; now ${Math.round(rate)} a second ` +
      `for ${minutes} minutes, with ${world.pages.length} pages open`,
  );
  const warming = setInterval(() => void world.reconcile(), RECONCILE_AT_FIRST_MS);
  await load.run({ workers: TOP_WORKERS, ms: WARM_UP_MS, signal });
  clearInterval(warming);
  const samples: ProcessSample[] = [];
  const startedAt = performance.now();
  const look = setInterval(
    () => samples.push(...samplesOf(world, performance.now() - startedAt)),
    SAMPLE_EVERY_MS,
  );
  const cron = setInterval(() => void world.reconcile(), RECONCILE_EVERY_MS);
  await load.run({ workers: WORKERS, ms: lengthMs, rate, signal });
  clearInterval(look);
  clearInterval(cron);
  await sleep(SAMPLE_EVERY_MS); // what runs in the background ends
  const growth = growthOf(samples, lengthMs);
  const problems = [
    ...failuresOf(load.failures, load.timed.length),
    ...problemsOf(growth, latenciesOf(load.timed, lengthMs)),
  ];
  console.log(reportOf(growth, load.timed, lengthMs));
  for (const problem of problems) console.error(`BROKEN: ${problem}`);
  console.log(problems.length === 0 ? "Nothing grew." : `${problems.length} broken.`);
  return problems.length === 0 ? 0 : 1;
}

function samplesOf({ fleet }: World, at: number): ProcessSample[] {
  return fleet.slots.flatMap(({ name, process }) => sampleOf(name, process!.pid, at) ?? []);
}
