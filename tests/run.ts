/**
 * Runs the tests that start no stack, in several processes at once, each of many files. Types are
 * checked by `deno task check`. `deno test --parallel` would have them in one process, where they share
 * environment variables, which many tests set. `--sql` runs the tests of what is in the database, which
 * are left out otherwise; `--each PATH…` runs each of these files in a process of its own;
 * `--together PATH…` all of them in one. With other arguments it is plain `deno test`.
 */
import { statfsSync } from "node:fs";
import { migratedImage } from "./support/database_image.ts";
import { type Batch, batches, eachOnItsOwn, joinFiles, testFiles } from "./support/test_batches.ts";

const ROOT = new URL("..", import.meta.url);

const PROCESSES = navigator.hardwareConcurrency;

// PGlite's WebAssembly runs for seconds only: optimizing it takes longer than it saves.
const FLAGS = ["-A", "--v8-flags=--liftoff-only"];
const SANITIZERS = ["--sanitize-ops", "--sanitize-resources"];

/** Linux keeps the files of this folder in memory. */
const MEMORY = "/dev/shm";
/** More than the tests' files ever take. */
const ENOUGH_BYTES = 2 * 1024 ** 3;

/** `ok | 12 passed (3 steps) | 1 failed (2s)`, the last line of `deno test`. */
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \((\d+) steps?\))? \| (\d+) failed.*\n/m;

interface Run {
  success: boolean;
  output: string;
}

async function deno(args: string[], variables: Record<string, string>): Promise<Run> {
  const env = { NO_COLOR: "1", ...variables }; // the summary is read from what is printed
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, output: decode(stdout) + decode(stderr) };
}

/** Tests write and read thousands of small files, for which a slow disk takes longer than the rest. */
function temporaryFolder(): Record<string, string> {
  if (Deno.env.has("TMPDIR") || Deno.build.os !== "linux") return {};
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > ENOUGH_BYTES ? { TMPDIR: MEMORY } : {};
  } catch {
    return {};
  }
}

/**
 * Runs batches of files, each in a process of its own, so many at once. Those that use the database
 * begin once its image is made.
 */
async function runBatches(
  waiting: Batch[],
  atOnce: number,
  variables: Record<string, string> = {},
): Promise<Run[]> {
  const image = migratedImage();
  const runs: Run[] = [];
  const work = async () => {
    for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
      if (batch.usesDatabase) await image;
      const flags = batch.sanitized ? [...FLAGS, ...SANITIZERS] : FLAGS;
      const args = ["test", "--config=deno.json", "--no-check", ...flags, ...batch.files];
      const run = await deno(args, variables);
      runs.push(run);
      if (run.success) console.log(run.output.replace(SUMMARY, "").trim());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return runs;
}

/** One more than there are processors, as some tests wait. */
const runJoined = (isSql: boolean) =>
  runAll(async (folder) =>
    await runBatches(await batches(isSql, folder), PROCESSES + 1, temporaryFolder())
  );

/** Runs each of these files in a process of its own. */
const runEach = (paths: string[]) =>
  runAll(() => runBatches(testFiles(paths).map(eachOnItsOwn), PROCESSES));

/** @param run Gets a folder for files of its own. */
async function runAll(run: (folder: string) => Promise<Run[]>): Promise<boolean> {
  const startedAt = performance.now();
  const folder = await Deno.makeTempDir();
  try {
    const runs = await run(folder);
    const failed = runs.filter(({ success }) => !success);
    for (const { output } of failed) console.log(output.replace(SUMMARY, "").trim());
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`\n${summary(runs, failed.length === 0)} (${seconds}s)`);
    return failed.length === 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function summary(runs: Run[], success: boolean): string {
  const sums = [0, 0, 0];
  for (const { output } of runs) {
    const counts = SUMMARY.exec(output)?.slice(1) ?? [];
    counts.forEach((count, i) => sums[i] += Number(count ?? 0));
  }
  const [passed, steps, failed] = sums;
  return `${success ? "ok" : "FAILED"} | ${passed} passed (${steps} steps) | ${failed} failed`;
}

async function runTogether(paths: string[]): Promise<boolean> {
  const folder = await Deno.makeTempDir();
  try {
    const file = await joinFiles(testFiles(paths), folder);
    return await runPlain("--config=deno.json", "-A", "--no-check", file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runPlain(...args: string[]): Promise<boolean> {
  const command = new Deno.Command(Deno.execPath(), { args: ["test", ...args] });
  return (await command.spawn().status).success;
}

async function isWell(option?: string, ...paths: string[]): Promise<boolean> {
  switch (option) {
    case undefined:
      return await runJoined(false);
    case "--sql":
      return await runJoined(true);
    case "--each":
      return await runEach(paths);
    case "--together":
      return await runTogether(paths);
    default:
      return await runPlain(...FLAGS, ...SANITIZERS, ...Deno.args);
  }
}

if (!await isWell(...Deno.args)) Deno.exit(1);
