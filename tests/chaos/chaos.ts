/**
 * `deno task chaos [--calls N | --events N] [--seed S]`: real processes of the functions on a real
 * Postgres (DATABASE_URL), a platform and a database that fail, and kills; then every promise is
 * checked. With `--events` it is the platform that calls: the webhook. The same seed replays the same
 * calls, faults and kills. Exits with 1 when a promise is broken.
 */
import { parseArgs } from "node:util";
import { FUNCTION_NAMES } from "../../supabase/functions/_shared/wpp/contract.ts";
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { type Backend, startBackend } from "./backend.ts";
import { Callers, WITH_SECRET } from "./callers.ts";
import { violationsOf } from "./checks.ts";
import { meetDeadSends } from "./dead_sends.ts";
import { runEvents } from "./events/run.ts";
import type { Evidence } from "./evidence.ts";
import { createOnceMore } from "./finals.ts";
import { Fleet } from "./fleet.ts";
import { endLeases, readWrites, recordWrites, rowsAfter } from "./history.ts";
import { Injector } from "./injector.ts";
import { readLedger } from "./ledger.ts";
import { COLLECT_EARLY, MemoryWatch } from "./memory.ts";
import { makePlan, type Plan, PROCESSES } from "./plan.ts";
import { reportOf } from "./report.ts";
import { runStorm } from "./storm.ts";

/** Milliseconds for which a run may last: a thousand calls, or events, take a few seconds. */
const TIME_LIMIT = 20 * 60_000;
/** In which what goes on after the responses comes to its end. */
const SETTLING_MS = 8_000;
/** Longer than the pause before a write is repeated, the first four times. */
const QUIET_MS = 2_000;
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
  const { size, seed, isOfEvents } = numbersFrom(Deno.args);
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => interrupted.abort(new Error("Interrupted")));
  }
  const ended = AbortSignal.any([interrupted.signal, AbortSignal.timeout(TIME_LIMIT)]);
  const violations = isOfEvents
    ? await runEvents(size, seed, databaseUrl, ended)
    : await run(makePlan(seed, size), seed, databaseUrl, ended);
  for (const violation of violations.slice(0, SHOWN)) console.error(`BROKEN: ${violation}`);
  console.log(
    violations.length === 0
      ? `Every promise was kept (seed ${seed}).`
      : `${violations.length} broken; --${
        isOfEvents ? "events" : "calls"
      } ${size} --seed ${seed} replays it.`,
  );
  return violations.length === 0 ? 0 : 1;
}

function numbersFrom(args: string[]): { size: number; seed: number; isOfEvents: boolean } {
  const { values: { calls, events, ...values } } = parseArgs({
    args,
    options: { calls: { type: "string" }, events: { type: "string" }, seed: { type: "string" } },
  });
  const size = Number(events ?? calls ?? 10_000);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
  const isOne = calls === undefined || events === undefined;
  if (isOne && Number.isSafeInteger(size) && size >= 100 && Number.isSafeInteger(seed)) {
    return { size, seed, isOfEvents: events !== undefined };
  }
  throw new Error(
    "Cannot start: --calls or --events is a whole number from 100, --seed a whole number",
  );
}

/** One run; returns the promises that were broken. */
async function run(plan: Plan, seed: number, databaseUrl: string, signal: AbortSignal) {
  console.log(
    `Seed ${seed}: ${plan.calls.length} calls of ${plan.organizations} organizations, ` +
      `${plan.kills.length} kills`,
  );
  await using backend = await startBackend(databaseUrl, {
    ...{ startingFor: 0.2, scanAfter: 0.3, secret: WITH_SECRET.WPP_SECRET },
    stopForgets: seed % 2 === 0,
  });
  await recordWrites(backend.database);
  await using fleet = new Fleet(backend);
  await startAll(fleet, backend.platformUrl);
  const injector = new Injector(seed, backend.simulator);
  Object.assign(backend, { onPlatform: injector.onPlatform, onDatabase: injector.onDatabase });
  const memory = new MemoryWatch(fleet);
  const callers = new Callers(fleet);
  const startedAt = performance.now();
  const outcomes = await runStorm(plan, callers, fleet, backend, signal);
  const seconds = (performance.now() - startedAt) / 1000;
  injector.active = false;
  await fleet.whole();
  console.log("The storm is over; waiting for what still goes on …");
  await settle(injector, signal);
  await endLeases(backend.database);
  const rows = rowsAfter(await readWrites(backend.database));
  const finals = await createOnceMore(plan, rows, callers);
  const evidence: Evidence = {
    ...await stateOf(backend),
    ...{ organizations: plan.organizations, outcomes, finals, growth: memory.stop() },
    ...{ killed: fleet.killed, lostOpens: injector.lostOpens, struckCloses: injector.struckCloses },
    requests: injector.requests,
    complaints: [...fleet.strayLines, ...fleet.internalErrors],
  };
  console.log(reportOf(evidence, injector, seconds));
  return [...violationsOf(evidence), ...await meetDeadSends(evidence, fleet, backend)];
}

/** One of each function at once: starting takes a processor, and a machine has several. */
async function startAll(fleet: Fleet, platformUrl: string): Promise<void> {
  for (let i = 0; i < Math.max(...Object.values(PROCESSES)); i++) {
    await Promise.all(
      FUNCTION_NAMES.filter((name) => i < PROCESSES[name]).map((name) => {
        const hasSecret = name === "wpp-create" && i % 2 === 0;
        return fleet.add(name, {
          ...COLLECT_EARLY,
          WPP_BASE_URL: `${platformUrl}/${name}/${i}`,
          ...(hasSecret ? WITH_SECRET : {}),
        });
      }),
    );
  }
}

/** Waits until nobody has asked anything for a while. */
async function settle(injector: Injector, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + SETTLING_MS;
  while (injector.idleForMs() < QUIET_MS && performance.now() < deadline) await sleep(100, signal);
}

async function stateOf({ database, simulator }: Backend) {
  const { clients, messages: sent } = simulator;
  return {
    ...{ clients, sent },
    states: new Map(clients.map(({ session }) => [session, simulator.stateOf(session)])),
    writes: await readWrites(database),
    ledger: await readLedger(database),
  };
}
