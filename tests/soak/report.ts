import { fixed, table } from "../bench/table.ts";
import { latenciesOf, partMs, type ProcessGrowth, type TimedCall } from "./verdict.ts";

/** The figures of a run, for a person to read. */
export function reportOf(growth: ProcessGrowth[], calls: TimedCall[], lengthMs: number): string {
  const seconds = Math.round(partMs(lengthMs) / 1000);
  const kinds = [["all", calls] as const, ...Map.groupBy(calls, ({ kind }) => kind)];
  return [
    `Medians of the first and the last ${seconds} s`,
    table(
      ["process", "MiB", "then", "descriptors", "then", "sockets", "then"],
      growth.map(({ name, first, last }) => [
        name,
        ...[first.mebibytes, last.mebibytes, first.descriptors, last.descriptors].map((one) =>
          fixed(one, 0)
        ),
        ...[first.sockets, last.sockets].map((one) => fixed(one, 0)),
      ]),
    ),
    table(
      ["call", "made", "p50 ms", "then"],
      kinds.map(([kind, own]) => {
        const { first, last } = latenciesOf(own, lengthMs);
        return [kind, String(own.length), fixed(first, 1), fixed(last, 1)];
      }),
    ),
  ].join("\n\n");
}
