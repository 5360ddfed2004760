import { median } from "../bench/statistics.ts";
import type { ProcessSample } from "./samples.ts";

/** By how much more memory and latency may be at the end. */
const MEMORY_FACTOR = 1.05;
const LATENCY_FACTOR = 1.1;
/** Handles by which the same load may need more at one time than at another. */
const HANDLES_MORE = 2;

/** Of a thousand calls: what a machine may be too slow for, at times. */
const FAILURES = 1;

/** A call that was made in the measured time. */
export interface TimedCall {
  kind: string;
  /** Milliseconds since the measurement began. */
  at: number;
  ms: number;
}

/** Medians of a part of the run. */
export interface Part {
  mebibytes: number;
  descriptors: number;
  sockets: number;
}

/** A process in the first and in the last part. */
export interface ProcessGrowth {
  name: string;
  first: Part;
  last: Part;
}

/** The first and the last minute, or fourth of a shorter run. */
export function partMs(lengthMs: number): number {
  return Math.min(60_000, lengthMs / 4);
}

export function growthOf(samples: ProcessSample[], lengthMs: number): ProcessGrowth[] {
  const part = partMs(lengthMs);
  return [...Map.groupBy(samples, ({ name }) => name)].map(([name, all]) => ({
    name,
    first: mediansOf(all.filter(({ at }) => at <= part)),
    last: mediansOf(all.filter(({ at }) => at >= lengthMs - part)),
  }));
}

function mediansOf(samples: ProcessSample[]): Part {
  const of = (key: keyof Part) => median(samples.map((one) => one[key]));
  return {
    mebibytes: of("mebibytes"),
    descriptors: of("descriptors"),
    sockets: of("sockets"),
  };
}

/** The medians of the calls in the first and in the last part. */
export function latenciesOf(calls: TimedCall[], lengthMs: number): { first: number; last: number } {
  const part = partMs(lengthMs);
  const timesOf = (holds: (at: number) => boolean) =>
    calls.filter(({ at }) => holds(at)).map(({ ms }) => ms);
  return {
    first: median(timesOf((at) => at <= part)),
    last: median(timesOf((at) => at >= lengthMs - part)),
  };
}

/** What is wrong with answers that were not good. */
export function failuresOf(failures: string[], calls: number): string[] {
  if (failures.length <= calls * FAILURES / 1000) return [];
  return [`${failures.length} calls failed, the first one: ${failures[0]}`];
}

/** What is not as it was, in sentences. */
export function problemsOf(
  growth: ProcessGrowth[],
  latency: { first: number; last: number },
): string[] {
  const grown = growth.flatMap(({ name, first, last }) => {
    const say = (what: string, key: keyof Part) =>
      `${name}: ${what} grew from ${first[key]} to ${last[key]}`;
    return [
      ...last.mebibytes > first.mebibytes * MEMORY_FACTOR ? [say("memory (MiB)", "mebibytes")] : [],
      ...last.descriptors > first.descriptors + HANDLES_MORE
        ? [say("file descriptors", "descriptors")]
        : [],
      ...last.sockets > first.sockets + HANDLES_MORE ? [say("sockets", "sockets")] : [],
    ];
  });
  if (latency.last <= latency.first * LATENCY_FACTOR) return grown;
  return [...grown, `p50 rose from ${latency.first.toFixed(1)} to ${latency.last.toFixed(1)} ms`];
}
