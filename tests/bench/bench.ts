/**
 * `deno task bench [--quick] [--only calls,boot,…] [--json FILE] [--plots FOLDER]`: what the functions
 * cost, beside the least that such a call can cost and beside the usual way of writing them, all in
 * one run on one machine. On the Postgres of DATABASE_URL, or on PGlite. With `--from FILE` nothing is
 * measured: the plots are drawn from the figures of an earlier run.
 */
import { parseArgs } from "node:util";
import { denoExecutable } from "../deploy/deno_versions.ts";
import { startBackendProcess } from "./backend.ts";
import { measureBoot, showBoot } from "./boot.ts";
import { measureCalls } from "./calls.ts";
import { showCalls } from "./calls_table.ts";
import type { StartOptions } from "./contestants.ts";
import { measureGrowth, showGrowth } from "./growth.ts";
import { measureInbox, showInbox } from "./inbox.ts";
import { measureLock, showLock } from "./lock.ts";
import { describeMachine, type Machine, VERSION } from "./machine.ts";
import { measureMedia, showMedia } from "./media.ts";
import { measureMemory, showMemory } from "./memory.ts";
import { type PlottedFigures, writePlots } from "./plots.ts";
import { measurePolling, showPolling } from "./polling.ts";
import { measurePush, showPush } from "./push.ts";
import { measureReconcile, showReconcile } from "./reconcile.ts";
import { EMBEDDED, FULL, QUICK, type Size } from "./size.ts";
import { measureTokens, showTokens } from "./tokens.ts";

/** Milliseconds after which a run is given up. */
const TIME_LIMIT = 30 * 60_000;

const SECTIONS = {
  calls: section("Warm calls", measureCalls, showCalls),
  boot: section("Boot", measureBoot, showBoot),
  tokens: section("Token exchanges", measureTokens, showTokens),
  lock: section("The lock of an organization's changes", measureLock, showLock),
  memory: section("Memory", measureMemory, showMemory),
  growth: section("Growth", measureGrowth, showGrowth),
  media: section("Files", measureMedia, showMedia),
  reconcile: section("The reconciler", measureReconcile, showReconcile),
  inbox: section("The client's inbox", measureInbox, showInbox),
  polling: section("Polling", measurePolling, showPolling),
  push: section("Push", measurePush, showPush),
};

if (import.meta.main) Deno.exit(await main());

/** Returns the exit code. */
async function main(): Promise<number> {
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => interrupted.abort(new Error("Interrupted")));
  }
  const late = AbortSignal.timeout(TIME_LIMIT);
  try {
    await run(argumentsFrom(Deno.args), AbortSignal.any([interrupted.signal, late]));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

interface Arguments {
  isQuick: boolean;
  only: (keyof typeof SECTIONS)[];
  json: string;
  /** A folder for the plots. */
  plots?: string;
  /** Figures of an earlier run. */
  from?: string;
}

function argumentsFrom(args: string[]): Arguments {
  const all = Object.keys(SECTIONS) as Arguments["only"];
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean" },
      only: { type: "string" },
      json: { type: "string" },
      plots: { type: "string" },
      from: { type: "string" },
    },
  });
  const { quick = false, json = "bench.json", plots, from } = values;
  const only = (values.only?.split(",") ?? all) as Arguments["only"];
  if (!only.every((name) => all.includes(name))) {
    throw new Error(`Cannot start: --only takes some of ${all}`);
  }
  if (from !== undefined && plots === undefined) {
    throw new Error("Cannot start: --from needs --plots");
  }
  return { isQuick: quick, only, json, plots, from };
}

async function plot(folder: string, figures: PlottedFigures): Promise<void> {
  console.log(`Plotted: ${(await writePlots(folder, figures)).join(", ")}`);
}

async function run(
  { isQuick, only, json, plots, from }: Arguments,
  signal: AbortSignal,
): Promise<void> {
  if (from !== undefined) return await plot(plots!, JSON.parse(await Deno.readTextFile(from)));
  const startedAt = performance.now();
  const size: Size = isQuick ? QUICK : Deno.env.get("DATABASE_URL") ? FULL : EMBEDDED;
  const deno = await denoExecutable(VERSION);
  await using backend = await startBackendProcess();
  const machine = await describeMachine(backend);
  console.log(`${machine.text}\n`);
  const figures: { machine: Machine; [section: string]: unknown } = { machine };
  for (const name of only) {
    const { title, measure } = SECTIONS[name];
    const began = performance.now();
    console.error(`Measuring: ${title} …`);
    const { result, text } = await measure({ backend, deno }, size, signal);
    figures[name] = result;
    await Deno.writeTextFile(json, JSON.stringify(figures, null, 2) + "\n"); // should a later one fail
    console.log(`## ${title} (${seconds(began)} s)\n\n${text}\n`);
  }
  console.log(`Measured in ${seconds(startedAt)} s; all figures are in ${json}.`);
  if (plots !== undefined) await plot(plots, figures as PlottedFigures);
}

function seconds(since: number): number {
  return Math.round((performance.now() - since) / 1000);
}

function section<Result>(
  title: string,
  measure: (options: StartOptions, size: Size, signal: AbortSignal) => Promise<Result>,
  show: (result: Result) => string,
) {
  return {
    title,
    async measure(...parameters: Parameters<typeof measure>) {
      const result = await measure(...parameters);
      return { result, text: show(result) };
    },
  };
}
