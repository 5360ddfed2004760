/** Loads of one case on all of its contestants, in rounds: each gets a batch of calls in turn. */
import { processorTime } from "../support/process_usage.ts";
import type { Backend } from "./backend.ts";
import type { Contestant } from "./cases.ts";
import { type Batch, load, type Target } from "./load.ts";
import type { Organization } from "./organizations.ts";
import type { Size } from "./size.ts";
import { errorOfMedian, median, ratios } from "./statistics.ts";

/** Milliseconds by which each hop is late. */
const DELAYS_MS = [0, 5];

type Of<T> = Partial<Record<Contestant, T>>;

export interface Subject {
  contestant: Contestant;
  pid: number;
  target: Target;
  callers: Organization[];
}

/** One load; milliseconds and calls a second are medians over the rounds. */
export interface Cell {
  delayMs: number;
  concurrency: number;
  results: Of<Batch & { cpuMs?: number }>;
  /** Medians of the ratios, pair by pair. */
  oursOfFloor: Batch;
  /** By how much that of p50 may be off, as the rounds differ among themselves. */
  error?: number;
  usualOfOurs?: Batch;
}

type Round = Batch & { cpuMs?: number };

interface Load {
  delayMs: number;
  concurrency: number;
  calls: number;
  rounds: Of<Round[]>;
}

/** How many calls a contestant gets in one round. */
export function callsOfRound({ batches }: Pick<Size, "batches">): number {
  return DELAYS_MS.length * [...batches.values()].reduce((sum, calls) => sum + calls, 0);
}

/** As many rounds as the time allows: many short ones tell more on a noisy machine than few long ones. */
export async function measureCells(
  subjects: Subject[],
  backend: Backend,
  { batches, callRounds: { least, most, seconds } }: Size,
  signal: AbortSignal,
): Promise<{ cells: Cell[]; rounds: number }> {
  const loads = DELAYS_MS.flatMap((delayMs) =>
    [...batches].map(([concurrency, calls]): Load => ({ delayMs, concurrency, calls, rounds: {} }))
  );
  const endsAt = performance.now() + seconds * 1000;
  let rounds = 0;
  for (; rounds < least || (rounds < most && performance.now() < endsAt); rounds++) {
    const first = rounds % subjects.length; // none has always the same place
    const inTurn = [...subjects.slice(first), ...subjects.slice(0, first)];
    for (const one of loads) {
      await backend.order({ delay: one.delayMs });
      for (const subject of inTurn) {
        (one.rounds[subject.contestant] ??= []).push(await measureBatch(subject, one, signal));
      }
    }
  }
  await backend.order({ delay: 0 });
  return { cells: loads.map(cellOf), rounds };
}

async function measureBatch(
  { pid, target }: Subject,
  { concurrency, calls }: Load,
  signal: AbortSignal,
): Promise<Round> {
  const before = processorTime(pid);
  const batch = await load(target, { calls, concurrency }, signal);
  const after = processorTime(pid);
  return {
    ...batch,
    cpuMs: before === undefined || after === undefined ? undefined : (after - before) / calls,
  };
}

function cellOf({ delayMs, concurrency, rounds }: Load): Cell {
  const { floor = [], ours = [], usual } = rounds;
  const results = Object.fromEntries(
    Object.entries(rounds).map(([contestant, own]) => [contestant, summary(own)]),
  );
  return {
    delayMs,
    concurrency,
    results,
    oursOfFloor: each((key) => median(ratios(column(ours, key), column(floor, key)))),
    error: errorOfMedian(ratios(column(ours, "p50"), column(floor, "p50"))),
    usualOfOurs: usual && each((key) => median(ratios(column(usual, key), column(ours, key)))),
  };
}

function summary(rounds: Round[]): Round {
  const times = rounds.map(({ cpuMs }) => cpuMs);
  // The mean: a single batch takes few of the ticks that the system counts in.
  const cpuMs = times.includes(undefined)
    ? undefined
    : times.reduce((sum: number, time) => sum + time!, 0) / times.length;
  return { ...each((key) => median(column(rounds, key))), cpuMs };
}

function column(rounds: Round[], key: keyof Batch): number[] {
  return rounds.map((round) => round[key]);
}

function each(value: (key: keyof Batch) => number): Batch {
  return { p50: value("p50"), p99: value("p99"), throughput: value("throughput") };
}
