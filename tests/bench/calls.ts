/** What a warm call costs: requests, time and processor time, beside the floor and the usual way. */
import { type Backend, type Counts, grown } from "./backend.ts";
import { type Case, CASES, type Contestant, CONTESTANTS, MEASURED_NAMES } from "./cases.ts";
import { callsOfRound, type Cell, measureCells, type Subject } from "./cells.ts";
import { addCallers, type Running, start, type StartOptions, targetOf } from "./contestants.ts";
import { load } from "./load.ts";
import type { Organization } from "./organizations.ts";
import type { Size } from "./size.ts";

/** Calls over which requests are counted. */
const COUNTED = 5;

export interface CallFigures {
  title: string;
  rounds: number;
  /** Requests out of one warm call, by kind. */
  requests: Partial<Record<Contestant, Counts>>;
  cells: Cell[];
}

export async function measureCalls(
  options: StartOptions,
  size: Size,
  signal: AbortSignal,
): Promise<CallFigures[]> {
  const figures: CallFigures[] = [];
  for (const name of MEASURED_NAMES) {
    const cases = CASES.filter((one) => one.name === name);
    await using started = new AsyncDisposableStack();
    const runners = await startAll(cases, options, size, started);
    for (const one of cases) {
      const taking = runners.filter(({ contestant }) => one.contestants.includes(contestant));
      figures.push(await measureCase(one, taking, options.backend, size, signal));
    }
  }
  return figures;
}

/** A contestant's process, and whose calls it gets: other organizations' than the other contestants. */
interface Runner extends Running {
  organizations: Organization[];
  /** For calls that are all of one. */
  single: Organization;
}

async function startAll(
  cases: Case[],
  { backend, deno }: StartOptions,
  size: Size,
  started: AsyncDisposableStack,
): Promise<Runner[]> {
  const [{ name }] = cases;
  const contestants = CONTESTANTS.filter((contestant) =>
    cases.some((one) => one.contestants.includes(contestant))
  );
  const starting = contestants.map(async (contestant) => {
    const callers = await addCallers(name, backend, size.organizations + 1);
    const running = await start(contestant, name, {
      ...{ backend, deno, warmUp: size.warmUp, organizations: callers },
    });
    const [single, ...organizations] = callers;
    return { ...started.use(running), organizations, single };
  });
  await Promise.allSettled(starting); // one that starts after another's failure is stopped, too
  return await Promise.all(starting);
}

async function measureCase(
  one: Case,
  runners: Runner[],
  backend: Backend,
  size: Size,
  signal: AbortSignal,
): Promise<CallFigures> {
  const subjects: Subject[] = [];
  for (const { contestant, process, organizations, single } of runners) {
    const callers = one.isOfOne ? [single] : organizations;
    await one.prepare?.(backend, callers, COUNTED + size.callRounds.most * callsOfRound(size));
    const target = targetOf(one, contestant, process.origin, callers);
    subjects.push({ contestant, pid: process.pid, target, callers });
  }
  const before = await countWritten(one, subjects, backend);
  const requests = await countRequests(subjects, backend);
  const { cells, rounds } = await measureCells(subjects, backend, size, signal);
  const calls = COUNTED + rounds * callsOfRound(size);
  const after = await countWritten(one, subjects, backend);
  after.forEach((count, index) => {
    if (count - before[index] === calls) return;
    throw new Error(`Cannot measure ${one.title}: ${calls} calls wrote ${count - before[index]}`);
  });
  return { title: one.title, rounds, requests, cells };
}

async function countRequests(
  subjects: Subject[],
  backend: Backend,
): Promise<CallFigures["requests"]> {
  const requests: CallFigures["requests"] = {};
  for (const { contestant, target } of subjects) {
    const { counts } = await backend.order({});
    await load(target, { calls: COUNTED, concurrency: 1 });
    const sent = Object.entries(grown(counts, (await backend.order({})).counts));
    requests[contestant] = Object.fromEntries(sent.map(([kind, count]) => [kind, count / COUNTED]));
  }
  return requests;
}

/** What `floor` and `ours` have written so far, where the case tells. */
async function countWritten(
  { written: sql }: Case,
  subjects: Subject[],
  backend: Backend,
): Promise<number[]> {
  if (sql === undefined) return [];
  const counts: number[] = [];
  for (const { contestant, callers } of subjects) {
    if (contestant === "usual") continue;
    const parameters = [JSON.stringify(callers.map((caller) => caller.organizationId))];
    const { rows: [{ count }] } = await backend.order({ sql, parameters });
    counts.push(Number(count));
  }
  return counts;
}
