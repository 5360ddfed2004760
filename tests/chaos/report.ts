import { gapsOf } from "./checks.ts";
import { wordOf } from "./documented.ts";
import type { Evidence } from "./evidence.ts";
import { rowsAfter } from "./history.ts";
import type { Injector } from "./injector.ts";
import type { ObjectStore } from "./object_store.ts";
import { type Growth, GROWTH_BOUND, MEMORY_BOUND } from "./memory.ts";

/** The figures of a run, for a person to read. */
export function reportOf(
  evidence: Evidence,
  { injector, objects }: { injector: Injector; objects: Pick<ObjectStore, "struck"> },
  seconds: number,
): string {
  const { outcomes, growth, killed, clients, sent, ledger, writes } = evidence;
  const times = outcomes.map((one) => one.endedAt - one.startedAt).sort((a, b) => a - b);
  const at = (share: number) => Math.round(times[Math.floor((times.length - 1) * share)]);
  return [
    `${outcomes.length} calls in ${seconds.toFixed(1)} s: ` +
    `${Math.round(outcomes.length / seconds)} a second; ` +
    `half within ${at(0.5)} ms, 99 % within ${at(0.99)} ms, the longest ${at(1)} ms`,
    `${killed.size} processes killed; ${injector.databaseRequests} requests to the database; ` +
    `${clients.length} accounts and ${sent.length} messages at the platform, ` +
    `${sent.filter(({ media }) => media).length} of them pictures; ` +
    `${rowsAfter(writes).length} connections, written to ${writes.length} times; ` +
    `${ledger.length} sends`,
    "Outcomes:",
    ...counted(outcomes.map((one) => `${one.call.name} ${wordOf(one)}`)),
    "Faults:",
    ...[...injector.struck].sort().map(([kind, count]) => line(count, kind)),
    ...[...objects.struck].sort().map(([kind, count]) => line(count, `storage: ${kind}`)),
    "Rows without their end (each explained by a kill or a lost answer):",
    ...Object.entries(gapsOf(evidence)).map(([kind, count]) => line(count, kind)),
    `Memory: ${growth.length} processes judged (allowed: ${MEMORY_BOUND} MiB, and ` +
    `${GROWTH_BOUND} more for the later half of the calls than for the earlier one):`,
    ...grownMost(growth),
  ].join("\n");
}

/** A line for each of the five processes whose memory grew most. */
export function grownMost(growth: Growth[]): string[] {
  return growth.toSorted((a, b) => b.later - b.earlier - (a.later - a.earlier)).slice(0, 5)
    .map(({ process, calls, earlier, later }) =>
      line(later, `MiB: ${process} in the later half of ${calls} calls, ${earlier} before`)
    );
}

function counted(words: string[]): string[] {
  const groups = Map.groupBy(words, (word) => word);
  return [...groups].sort(([a], [b]) => a < b ? -1 : 1).map(([word, all]) =>
    line(all.length, word)
  );
}

export function line(count: number, what: string): string {
  return `${String(count).padStart(8)}  ${what}`;
}
