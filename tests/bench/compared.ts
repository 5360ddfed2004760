/** The same in a store with few rows and in one with many. */
import { median, medianRatio, quantile } from "./statistics.ts";

/** Milliseconds of a call, at the median. */
export interface Growth {
  few: number;
  many: number;
  /** The median of the ratios, round by round. */
  ratio: number;
}

/** Makes so many calls; returns the milliseconds of each. */
export type Batch = (calls: number) => Promise<number[]>;

/** A batch in each of two stores, over and over: what disturbs the machine disturbs both. */
export async function compared(
  batches: Batch[],
  { rounds, calls }: { rounds: number; calls: number },
  signal: AbortSignal,
): Promise<Growth> {
  const p50s: number[][] = batches.map(() => []);
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted();
    // From the other one on each time, so that none has always the same place.
    for (const place of batches.keys()) {
      const store = (round + place) % batches.length;
      const times = await batches[store](calls);
      p50s[store].push(quantile(times.sort((a, b) => a - b), 0.5));
    }
  }
  const [few, many] = p50s;
  return { few: median(few), many: median(many), ratio: medianRatio(many, few) };
}
