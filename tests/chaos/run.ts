import { route } from "../../local/simulator/calls.ts";
import { FUNCTION_NAMES } from "../../supabase/functions/_shared/wpp/contract.ts";
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { type Backend, startBackend, type Work } from "./backend.ts";
import { Callers, WITH_SECRET } from "./callers.ts";
import { violationsOf } from "./checks.ts";
import { meetDeadSends } from "./dead_sends.ts";
import type { Evidence } from "./evidence.ts";
import { createOnceMore, disconnectTwice } from "./finals.ts";
import { Fleet } from "./fleet.ts";
import { endLeases, readWrites, recordWrites, rowsAfter } from "./history.ts";
import { Injector } from "./injector.ts";
import { readLedger } from "./ledger.ts";
import { COLLECT_EARLY, MemoryWatch } from "./memory.ts";
import { ObjectStore } from "./object_store.ts";
import { makePlan, PROCESSES } from "./plan.ts";
import { reportOf } from "./report.ts";
import { Rpc } from "./rpc.ts";
import { runStorm } from "./storm.ts";

/** In which what goes on after the responses comes to its end. */
const SETTLING_MS = 8_000;
/** Longer than the pause before a write is repeated, the first four times. */
const QUIET_MS = 2_000;

/** One run of the storm of calls; returns the promises that were broken. */
export async function runCalls(
  size: number,
  seed: number,
  databaseUrl: string,
  signal: AbortSignal,
): Promise<string[]> {
  const plan = makePlan(seed, size);
  console.log(
    `Seed ${seed}: ${size} calls of ${plan.organizations} organizations, ` +
      `${plan.kills.length} kills, ${plan.restarts.length} restarts of the database`,
  );
  await using backend = await startBackend(databaseUrl, {
    ...{ startingFor: 0.2, scanAfter: 0.3, secret: WITH_SECRET.WPP_SECRET },
    ...{ stopForgets: seed % 2 === 0, recordsRequests: false },
  });
  await recordWrites(backend.database);
  await using fleet = new Fleet(backend);
  await startAll(fleet, backend.platformUrl);
  await using objects = await ObjectStore.open(seed, backend.databaseUrl);
  await using rpc = await Rpc.open(backend.databaseUrl);
  const injector = new Injector(seed, backend.simulator);
  backend.onPlatform = (request, work) =>
    injector.onPlatform(request, (other = request) => withoutWebhooks(other, work));
  backend.onDatabase = (request, work) => {
    if (objects.isFor(request)) return objects.answer(request);
    return injector.onDatabase(request, (other = request) => rpc.answer(other, () => work(other)));
  };
  const memory = new MemoryWatch(fleet);
  const callers = new Callers(fleet, objects);
  const startedAt = performance.now();
  const outcomes = await runStorm(plan, callers, fleet, backend, signal);
  const seconds = (performance.now() - startedAt) / 1000;
  injector.active = objects.active = false;
  await fleet.whole();
  console.log("The storm is over; waiting for what still goes on …");
  await settle(injector, signal);
  await endLeases(backend.database);
  const writes = await readWrites(backend.database);
  const finals = await createOnceMore(plan, rowsAfter(writes), callers);
  const rows = rowsAfter(await readWrites(backend.database));
  const repeats = await disconnectTwice(plan, rows, callers);
  const evidence: Evidence = {
    ...await stateOf(backend),
    ...{ organizations: plan.organizations, outcomes, repeats, finals, growth: memory.stop() },
    ...{ killed: fleet.killed, lostOpens: injector.lostOpens, struckCloses: injector.struckCloses },
    ...{
      stormWrites: writes.length,
      requests: injector.requests,
      overdue: injector.overdue,
      leaks: fleet.leaks,
    },
    ...{ metAgain: [], complaints: [...fleet.strayLines, ...fleet.internalErrors] },
  };
  console.log(reportOf(evidence, { injector, objects }, seconds));
  const metAgain = await meetDeadSends(evidence, fleet, backend);
  return violationsOf({ ...evidence, metAgain });
}

/** Nothing comes in here; and the simulator looks at each webhook with each request. */
async function withoutWebhooks(request: Request, work: Work): Promise<Response> {
  const { call } = route(request.method, new URL(request.url).pathname);
  return call === "webhook" ? Response.json({ success: true }) : await work(request);
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
