/** The figures of a run as plots, which docs/performance.md shows. */
import type { BootFigures } from "./boot.ts";
import type { CallFigures } from "./calls.ts";
import type { Cell } from "./cells.ts";
import type { GrowthFigures } from "./growth.ts";
import { type Plot, plotSvg } from "./plot.ts";

/** As many as a run has taken, of all that bench.json holds. */
export interface PlottedFigures {
  machine: { date: string; processor: string; cores: number };
  calls?: CallFigures[];
  boot?: BootFigures[];
  growth?: GrowthFigures;
}

/** At once, in the plot of calls a second. */
const CONCURRENCY = 8;

/** Writes a file for each plot that there are figures for, and returns their names. */
export async function writePlots(folder: string, figures: PlottedFigures): Promise<string[]> {
  const written: string[] = [];
  for (const [name, plot] of Object.entries(plotsOf(figures))) {
    if (!plot) continue;
    const path = `${folder.replace(/\/$/, "")}/performance-${name}.svg`;
    await Deno.writeTextFile(path, plotSvg(plot));
    written.push(path);
  }
  return written;
}

function plotsOf({ machine, calls, boot, growth }: PlottedFigures) {
  const { date, cores, processor } = machine;
  const note = `${date}, ${cores} cores of ${processor}`;
  return {
    latency: calls && latencyPlot(calls, note),
    throughput: calls && throughputPlot(calls, note),
    boot: boot && bootPlot(boot, note),
    growth: growth && growthPlot(growth, note),
  };
}

function latencyPlot(calls: CallFigures[], note: string): Plot {
  const late = (cells: Cell[]) => cells.filter(({ delayMs }) => delayMs > 0);
  return {
    title: "How long a warm call takes, beside its bare requests",
    axis: "median latency of ours ÷ of the floor, with 5 ms for each request",
    mark: "dot",
    from: 1,
    decimals: 2,
    series: late(calls[0].cells).map(({ concurrency }) => `${concurrency} at once`),
    rows: calls.map(({ title, cells }) => ({
      name: title,
      values: late(cells).map(({ oursOfFloor }) => oursOfFloor.p50),
    })),
    lines: [{ at: 1, label: "the floor" }, { at: 1.1, label: "goal" }],
    note,
  };
}

function throughputPlot(calls: CallFigures[], note: string): Plot {
  return {
    title: `Warm calls a second, ${CONCURRENCY} at once`,
    axis: "calls a second; database and platform share the machine",
    mark: "bar",
    decimals: 0,
    series: ["bare requests (floor)", "ours", "the usual way"],
    rows: calls.map(({ title, cells }) => {
      const { floor, ours, usual } = cells.find(({ delayMs, concurrency }) =>
        delayMs === 0 && concurrency === CONCURRENCY
      )!.results;
      return { name: title, values: [floor, ours, usual].map((one) => one?.throughput) };
    }),
    note,
  };
}

function bootPlot(boot: BootFigures[], note: string): Plot {
  return {
    title: "From a process's start to its first answer",
    axis: "median ÷ that of a function that only imports supabase-js",
    mark: "dot",
    from: 1,
    decimals: 2,
    series: ["first answer"],
    rows: boot.filter(({ name }) => /^wpp-[\w-]+$/.test(name))
      .map(({ name, ofBare }) => ({ name, values: [ofBare] })),
    lines: [{ at: 1, label: "supabase-js" }, { at: 1.3, label: "goal" }],
    note,
  };
}

function growthPlot({ few, many, calls }: GrowthFigures, note: string): Plot {
  const [less, more] = [few, many].map(({ messages }) => messages.toLocaleString("en"));
  return {
    title: `What each call takes with ${more} messages stored`,
    axis: `median ÷ that with ${less} messages`,
    mark: "dot",
    from: 0.5,
    decimals: 2,
    series: ["ratio"],
    rows: Object.entries(calls).map(([name, { ratio }]) => ({ name, values: [ratio] })),
    lines: [{ at: 1, label: "no growth" }, { at: 1.2, label: "goal" }],
    note,
  };
}
