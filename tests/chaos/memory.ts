import { residentMemory } from "../support/process_usage.ts";
import type { Fleet } from "./fleet.ts";

/**
 * Has V8 collect early, so that the resident memory shows what is kept, and not what waits to be
 * collected: without it a process takes some 200 MiB over its first thousand calls, and stays there.
 */
export const COLLECT_EARLY = { DENO_V8_FLAGS: "--optimize-for-size,--max-semi-space-size=1" };

/** Calls after which a process counts as warm, and after which its growth is judged. */
const WARM_AFTER = 40;
const JUDGED_AFTER = 80;
/** MiB by which the later half of a warm process's calls may need more than the earlier half. */
export const GROWTH_BOUND = 20;
/** MiB that a process may take in all; a hosted one has 256. */
export const MEMORY_BOUND = 160;

/** The most memory that a process needed, in MiB, in either half of its calls once warm. */
export interface Growth {
  process: string;
  calls: number;
  earlier: number;
  later: number;
}

/** What was broken of: a process does not need more and more memory. */
export function memoryViolations(growth: Growth[]): string[] {
  return growth
    .filter(({ earlier, later }) => later - earlier > GROWTH_BOUND || later > MEMORY_BOUND)
    .map(({ process, earlier, later }) => `${process} grew from ${earlier} to ${later} MiB`);
}

interface Sample {
  calls: number;
  mebibytes: number;
}

/** Watches the resident memory of the fleet's processes until it is stopped. */
export class MemoryWatch {
  readonly #samples = new Map<string, Sample[]>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(private readonly fleet: Fleet) {
    this.#timer = setInterval(() => this.#look(), 500);
  }

  /** Of each process that lived long enough to be judged; those that were killed included. */
  stop(): Growth[] {
    clearInterval(this.#timer);
    this.#look();
    return [...this.#samples].map(([process, samples]) => growthOf(process, samples))
      .filter((one) => one.calls >= JUDGED_AFTER);
  }

  #look(): void {
    for (const slot of this.fleet.slots) {
      if (!slot.process || slot.answered < WARM_AFTER) continue;
      const mebibytes = residentMemory(slot.process.pid);
      if (mebibytes === undefined) continue;
      const process = this.fleet.nameOf(slot);
      const samples = this.#samples.get(process) ?? [];
      samples.push({ calls: slot.answered, mebibytes });
      this.#samples.set(process, samples);
    }
  }
}

function growthOf(process: string, samples: Sample[]): Growth {
  const { calls } = samples.at(-1)!;
  const middle = (WARM_AFTER + calls) / 2;
  const peak = (half: Sample[]) => Math.max(0, ...half.map(({ mebibytes }) => mebibytes));
  const [first] = samples;
  const earlier = peak([first, ...samples.filter((one) => one.calls <= middle)]);
  return { process, calls, earlier, later: peak(samples.filter((one) => one.calls > middle)) };
}
