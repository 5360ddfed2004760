/** What a process holds resident, with the calls that it has answered. */
import { residentMemory } from "../support/process_usage.ts";
import { addCallers, start, type StartOptions } from "./contestants.ts";
import { load } from "./load.ts";
import type { Size } from "./size.ts";
import { fixed, table } from "./table.ts";

const CONCURRENCY = 64;
/** How often memory is looked at. */
const LOOKS = 10;

export interface MemoryFigures {
  /** MiB, after so many calls. */
  samples: { calls: number; mebibytes?: number }[];
}

export async function measureMemory(
  { backend, deno }: StartOptions,
  { memoryCalls, organizations: count }: Size,
  signal: AbortSignal,
): Promise<MemoryFigures> {
  const organizations = await addCallers("wpp-status", backend, count);
  await using running = await start("ours", "wpp-status", { backend, deno, organizations });
  const samples: MemoryFigures["samples"] = [];
  const calls = memoryCalls / LOOKS;
  for (let look = 1; look <= LOOKS; look++) {
    await load(running.target, { calls, concurrency: CONCURRENCY }, signal);
    samples.push({ calls: look * calls, mebibytes: residentMemory(running.process.pid) });
  }
  return { samples };
}

export function showMemory({ samples }: MemoryFigures): string {
  return table(
    ["wpp-status, calls", ...samples.map(({ calls }) => String(calls))],
    [["resident MiB", ...samples.map(({ mebibytes }) => fixed(mebibytes, 0))]],
  );
}
