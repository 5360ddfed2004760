/** What a warm call costs: requests, time and processor time, beside the floor and the usual way. */
import { processorTime } from "../support/process_usage.ts";
import { type Counts, grown } from "./backend.ts";
import {
  type Contestant,
  CONTESTANTS,
  type MeasuredName,
  type Running,
  start,
  type StartOptions,
} from "./contestants.ts";
import { type Batch, load } from "./load.ts";
import type { Size } from "./size.ts";
import { median, medianRatio } from "./statistics.ts";
import { fixed, table } from "./table.ts";

/** Milliseconds by which each hop is late. */
const DELAYS = [0, 5];
/** Calls over which requests are counted. */
const COUNTED = 10;

type Of<T> = Record<Contestant, T>;

export interface CallFigures {
  name: MeasuredName;
  /** Requests out of one warm call, by kind. */
  requests: Of<Counts>;
  cells: Cell[];
}

/** One load on all contestants; milliseconds and calls a second are medians over the rounds. */
export interface Cell {
  delay: number;
  concurrency: number;
  results: Of<Batch & { cpu?: number }>;
  /** Medians of the ratios, pair by pair. */
  oursOfFloor: Batch;
  usualOfOurs: Batch;
}

export async function measureCalls(
  options: StartOptions,
  size: Size,
  signal: AbortSignal,
): Promise<CallFigures[]> {
  const figures: CallFigures[] = [];
  for (const name of size.functions) {
    figures.push(await measureFunction(name, options, size, signal));
  }
  return figures;
}

async function measureFunction(
  name: MeasuredName,
  { backend, deno }: StartOptions,
  size: Size,
  signal: AbortSignal,
): Promise<CallFigures> {
  await using started = new AsyncDisposableStack();
  const runners: Running[] = [];
  for (const contestant of CONTESTANTS) {
    const options = { backend, deno, warmUp: size.warmUp };
    runners.push(started.use(await start(contestant, name, options)));
  }
  const requests = {} as Of<Counts>;
  for (const { contestant, target } of runners) {
    const { counts } = await backend.order({});
    await load(target, { calls: COUNTED, concurrency: 1 });
    const sent = Object.entries(grown(counts, (await backend.order({})).counts));
    requests[contestant] = Object.fromEntries(sent.map(([kind, count]) => [kind, count / COUNTED]));
  }
  const cells: Cell[] = [];
  for (const delay of DELAYS) {
    await backend.order({ delay });
    for (const [concurrency, calls] of size.batches) {
      const rounds = await measureRounds(runners, { concurrency, calls }, size.rounds, signal);
      cells.push({ delay, concurrency, ...summary(rounds, calls) });
    }
  }
  await backend.order({ delay: 0 });
  return { name, requests, cells };
}

type Round = Batch & { cpu?: number };

/** A batch of each in turn, over and over: what disturbs the machine disturbs all. */
async function measureRounds(
  runners: Running[],
  batch: { calls: number; concurrency: number },
  rounds: number,
  signal: AbortSignal,
): Promise<Of<Round[]>> {
  const measured: Of<Round[]> = { floor: [], ours: [], usual: [] };
  for (let round = 0; round < rounds; round++) {
    for (const { contestant, process: { pid }, target } of runners) {
      const before = processorTime(pid);
      const result = await load(target, batch, signal);
      const after = processorTime(pid);
      const cpu = before === undefined || after === undefined ? undefined : after - before;
      measured[contestant].push({ ...result, cpu });
    }
  }
  return measured;
}

function summary(rounds: Of<Round[]>, calls: number): Omit<Cell, "delay" | "concurrency"> {
  const results = {} as Cell["results"];
  for (const contestant of CONTESTANTS) {
    const own = rounds[contestant];
    const times = own.map(({ cpu }) => cpu);
    const cpu = times.includes(undefined)
      ? undefined
      : times.reduce((sum: number, time) => sum + time!, 0) / (calls * own.length);
    results[contestant] = { ...each((key) => median(own.map((one) => one[key]))), cpu };
  }
  const ratios = (some: Round[], base: Round[]) =>
    each((key) => medianRatio(some.map((one) => one[key]), base.map((one) => one[key])));
  return {
    results,
    oursOfFloor: ratios(rounds.ours, rounds.floor),
    usualOfOurs: ratios(rounds.usual, rounds.ours),
  };
}

function each(value: (key: keyof Batch) => number): Batch {
  return { p50: value("p50"), p99: value("p99"), throughput: value("throughput") };
}

export function showCalls(figures: CallFigures[]): string {
  return figures.map(({ name, requests, cells }) =>
    [
      `${name}: requests of a warm call: ` + CONTESTANTS.map((one) =>
        `${one} ${Object.entries(requests[one]).map(([kind, n]) => `${n} ${kind}`).join(" + ")}`
      ).join("; "),
      table(HEADINGS, cells.map(row)),
    ].join("\n")
  ).join("\n\n");
}

const HEADINGS = [
  ...["hop ms", "at once", "floor p50", "ours p50", "p50 × floor", "p99 × floor"],
  ...["calls/s × floor", "CPU ms floor", "ours", "usual", "usual p50", "p50 × ours"],
];

function row({ delay, concurrency, results, oursOfFloor, usualOfOurs }: Cell): string[] {
  const { floor, ours, usual } = results;
  return [
    ...[String(delay), String(concurrency), fixed(floor.p50, 1), fixed(ours.p50, 1)],
    ...[fixed(oursOfFloor.p50), fixed(oursOfFloor.p99), fixed(oursOfFloor.throughput)],
    ...[fixed(floor.cpu), fixed(ours.cpu), fixed(usual.cpu)],
    ...[fixed(usual.p50, 1), fixed(usualOfOurs.p50)],
  ];
}
