import type { Counts } from "./backend.ts";
import type { CallFigures } from "./calls.ts";
import type { Cell } from "./cells.ts";
import { fixed, table, withError } from "./table.ts";

const HEADINGS = [
  ...["warm call", "requests", "at once", "p50, 5 ms hops", "× floor"],
  ...["p50, 0 ms hops, × floor", "calls/s, 0 ms hops", "× floor"],
  ...["CPU ms (floor, usual)", "× floor", "usual p50 ÷ ours"],
];

export function showCalls(figures: CallFigures[]): string {
  const rounds = figures.map((one) => one.rounds);
  return [
    table(HEADINGS, figures.flatMap(rowsOf)),
    `± tells how far the ratio may be off. ${Math.min(...rounds)} to ${
      Math.max(...rounds)
    } rounds.`,
  ].join("\n\n");
}

function rowsOf({ title, requests, cells }: CallFigures): string[][] {
  const late = cells.filter(({ delayMs }) => delayMs > 0);
  return late.map((cell, index) => {
    const prompt = cells.find((one) => one.delayMs === 0 && one.concurrency === cell.concurrency)!;
    const name = title.replace(/^wpp-[a-z]+/, "`$&`");
    const first = index === 0 ? [name, shownRequests(requests.ours!)] : ["", ""];
    return [...first, ...figuresOf(cell, prompt)];
  });
}

function figuresOf(late: Cell, prompt: Cell): string[] {
  const { floor, ours, usual } = prompt.results;
  const cpus = [floor, usual].filter((one) => one !== undefined).map(({ cpuMs }) => fixed(cpuMs));
  return [
    String(late.concurrency),
    `${fixed(late.results.ours!.p50, 1)} ms`,
    withError(late.oursOfFloor.p50, late.error),
    withError(prompt.oursOfFloor.p50, prompt.error),
    fixed(ours!.throughput, 0),
    fixed(prompt.oursOfFloor.throughput),
    `${fixed(ours!.cpuMs)} (${cpus.join(", ")})`,
    fixed(ours!.cpuMs && floor!.cpuMs && ours!.cpuMs / floor!.cpuMs),
    fixed(late.usualOfOurs?.p50),
  ];
}

/** All that is neither the database's nor another service's of the project is the platform's. */
function shownRequests({ rest = 0, auth = 0, storage = 0, ...platform }: Counts): string {
  const calls = Object.values(platform).reduce((sum, count) => sum + count, 0);
  const parts = { database: rest, auth, Storage: storage, platform: calls };
  return Object.entries(parts).filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`).join(", ");
}
