/**
 * `deno task chaos [--calls N] [--seed S]`: real processes of the functions on a real Postgres
 * (DATABASE_URL), a platform and a database that fail, and kills; then every promise is checked.
 * The same seed replays the same calls, faults and kills. Exits with 1 when a promise is broken.
 */
import { parseArgs } from "node:util";
import { FUNCTION_NAMES } from "../../supabase/functions/_shared/wpp/contract.ts";
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { type Backend, startBackend } from "./backend.ts";
import { type Evidence, violationsOf } from "./checks.ts";
import { meetDeadSends } from "./dead_sends.ts";
import { Fleet } from "./fleet.ts";
import { Injector } from "./injector.ts";
import { readConnections, readLedger, untilLeasesEnd } from "./ledger.ts";
import { COLLECT_EARLY, MemoryWatch } from "./memory.ts";
import { makePlan, type Plan, PROCESSES } from "./plan.ts";
import { reportOf } from "./report.ts";
import { makeCall, type Outcome, runStorm, usersOf } from "./storm.ts";

/** Milliseconds for which a run may last: a thousand calls take a few seconds. */
const TIME_LIMIT = 10 * 60_000;
/** Milliseconds in which what goes on after the responses comes to its end. */
const SETTLING = 8_000;
const SHOWN = 20;

if (import.meta.main) Deno.exit(await main());

/** Returns the exit code. */
async function main(): Promise<number> {
  try {
    return await runFromOutside();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function runFromOutside(): Promise<number> {
  const databaseUrl = Deno.env.get("DATABASE_URL");
  if (!databaseUrl) {
    throw new Error("Cannot start: set DATABASE_URL to a Postgres where databases may be made");
  }
  const { calls, seed } = numbersFrom(Deno.args);
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => interrupted.abort(new Error("Interrupted")));
  }
  const ended = AbortSignal.any([interrupted.signal, AbortSignal.timeout(TIME_LIMIT)]);
  const violations = await run(makePlan(seed, calls), seed, databaseUrl, ended);
  for (const violation of violations.slice(0, SHOWN)) console.error(`BROKEN: ${violation}`);
  console.log(
    violations.length === 0
      ? `Every promise was kept (seed ${seed}).`
      : `${violations.length} broken; --seed ${seed} --calls ${calls} replays it.`,
  );
  return violations.length === 0 ? 0 : 1;
}

function numbersFrom(args: string[]): { calls: number; seed: number } {
  const { values } = parseArgs({
    args,
    options: { calls: { type: "string" }, seed: { type: "string" } },
  });
  const calls = Number(values.calls ?? 10_000);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
  if (Number.isSafeInteger(calls) && calls >= 100 && Number.isSafeInteger(seed)) {
    return { calls, seed };
  }
  throw new Error("Cannot start: --calls is a whole number from 100, --seed a whole number");
}

/** One run; returns the promises that were broken. */
async function run(plan: Plan, seed: number, databaseUrl: string, signal: AbortSignal) {
  console.log(
    `Seed ${seed}: ${plan.calls.length} calls of ${plan.organizations} organizations, ` +
      `${PROCESSES} processes of each function, ${plan.kills.length} kills`,
  );
  await using backend = await startBackend(databaseUrl, { startingFor: 0.2, scanAfter: 0.3 });
  await using fleet = new Fleet(backend);
  // One after the other: starting takes most of a processor.
  for (let i = 0; i < PROCESSES; i++) {
    for (const name of FUNCTION_NAMES) await fleet.add(name, COLLECT_EARLY);
  }
  const injector = new Injector(seed, backend.simulator);
  Object.assign(backend, { onPlatform: injector.onPlatform, onDatabase: injector.onDatabase });
  const memory = new MemoryWatch(fleet);
  const startedAt = performance.now();
  const outcomes = await runStorm(plan, fleet, backend, signal);
  const seconds = (performance.now() - startedAt) / 1000;
  injector.active = false;
  await fleet.whole();
  const pause = Math.max(SETTLING, await untilLeasesEnd(backend.database) + 500);
  console.log(`The storm is over; ${Math.ceil(pause / 1000)} s until the last lease has ended …`);
  await sleep(pause, signal);
  const finals = await createOnceMore(plan, fleet);
  const evidence: Evidence = {
    ...await stateOf(backend),
    ...{ organizations: plan.organizations, outcomes, finals, growth: memory.stop() },
    ...{ killed: fleet.killed, lostOpens: injector.lostOpens, struckCloses: injector.struckCloses },
    complaints: [...fleet.strayLines, ...fleet.internalErrors],
  };
  console.log(reportOf(evidence, injector, seconds));
  return [...violationsOf(evidence), ...await meetDeadSends(evidence.ledger, fleet, backend)];
}

async function createOnceMore(plan: Plan, fleet: Fleet): Promise<Outcome[]> {
  const users = await usersOf(plan);
  const finals: Outcome[] = [];
  for (const [organization, [{ token }]] of users.entries()) {
    const call = { ...plan.calls[0], organization, process: organization % PROCESSES };
    finals.push(await makeCall(call, fleet, token));
  }
  return finals;
}

async function stateOf({ database, simulator }: Backend) {
  return {
    clients: simulator.clients,
    sent: simulator.messages,
    connections: await readConnections(database),
    ledger: await readLedger(database),
  };
}
