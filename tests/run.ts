/**
 * Runs the tests that start no stack, in several processes at once, each of many files. Types are
 * checked by `deno task check`. `deno test --parallel` would have them in one process, where they share
 * environment variables, which many tests set. `--sql` runs the tests of what is in the database, which
 * are left out otherwise; `--each PATH…` runs each of these files in a process of its own;
 * `--together PATH…` all of them in one. With other arguments it is plain `deno test`.
 */
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { migratedImage } from "./support/database_image.ts";

const ROOT = new URL("..", import.meta.url);

const PROCESSES = navigator.hardwareConcurrency;

// PGlite's WebAssembly runs for seconds only: optimizing it takes longer than it saves.
const FLAGS = ["-A", "--v8-flags=--liftoff-only"];
const SANITIZERS = ["--sanitize-ops", "--sanitize-resources"];

interface Kind {
  /** What the text of its files shows. */
  shows: RegExp;
  /** The number of processes that its files are dealt out to. */
  processes: number;
  /** They try SQL, on each kind of database there is. */
  isSql?: boolean;
  /** PGlite has timers of its own; what one file has left in the background would be blamed on another. */
  sanitized: boolean;
}

/**
 * Files of which a process runs many, as one: they share what is slow to begin with, a database or the
 * code that they load. Each file is of the first kind that its text shows. Those that take longest come
 * first.
 */
const KINDS: Kind[] = [
  {
    shows: /from "\.\.\/support\/(realtime|local_storage)\.ts"/,
    processes: 1,
    isSql: true,
    sanitized: false,
  },
  { shows: /\binStore\(/, processes: 1, isSql: true, sanitized: false },
  {
    shows: /\b(engines|withPush|openDatabase|migratedImage)\(|"DATABASE_URL"/,
    processes: 1,
    isSql: true,
    sanitized: false,
  },
  { shows: /\b(inWorld|inStorage)\(/, processes: PROCESSES, sanitized: false },
  { shows: /^/, processes: PROCESSES, sanitized: true },
];

/** Files that each take a process of their own, as what they test happens once in one. */
const ALONE = [
  "tests/store/encryption_test.ts",
  "tests/store/keeping_test.ts", // its functions take on whichever organization comes first
  "tests/store/backfill_test.ts",
];

/** `ok | 12 passed (3 steps) | 1 failed (2s)`, the last line of `deno test`. */
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \((\d+) steps?\))? \| (\d+) failed.*\n/m;

interface Run {
  success: boolean;
  output: string;
}

async function deno(...args: string[]): Promise<Run> {
  const env = { NO_COLOR: "1" }; // the summary is read from what is printed
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, output: decode(stdout) + decode(stderr) };
}

/** The test files of these folders and files. */
function testFiles(paths: string[]): string[] {
  const patterns = paths.map((path) => path.endsWith("/") ? `${path}**/*_test.ts` : path);
  const files = globSync(patterns, { cwd: fileURLToPath(ROOT) });
  return files.map((path) => path.replaceAll("\\", "/")).sort();
}

/** What a process runs. */
interface Batch {
  files: string[];
  sanitized: boolean;
}

/** All that is run of the tests, or of those of the SQL. */
async function batches(isSql: boolean, folder: string): Promise<Batch[]> {
  const kinds = new Map(KINDS.map((kind) => [kind, [] as string[]]));
  const sizes = new Map<string, number>();
  for (const file of testFiles(config.test.include)) {
    const text = await Deno.readTextFile(new URL(file, ROOT));
    kinds.get(KINDS.find(({ shows }) => shows.test(text))!)!.push(file);
    sizes.set(file, text.length);
  }
  const wanted = [...kinds].filter(([kind]) => (kind.isSql ?? false) === isSql);
  const joined = wanted.flatMap(([{ processes, sanitized }, files]) =>
    shares(
      files.filter((file) => !ALONE.includes(file))
        .sort((one, other) => sizes.get(other)! - sizes.get(one)!),
      processes,
    )
      .filter((share) => share.length > 0)
      .map(async (share) => ({ files: [await joinFiles(share, folder)], sanitized }))
  );
  const alone = wanted.flatMap(([, files]) => files.filter((file) => ALONE.includes(file)));
  return [...await Promise.all(joined), ...alone.map(eachOnItsOwn)];
}

const eachOnItsOwn = (file: string): Batch => ({ files: [file], sanitized: true });

/** The files, dealt out: alike shares where the largest come first. */
function shares(files: string[], count: number): string[][] {
  return Array.from({ length: count }, (_, share) => files.filter((_, i) => i % count === share));
}

/** One file that runs the tests of several. */
async function joinFiles(files: string[], folder: string): Promise<string> {
  const imports = files.map((file) => `import ${JSON.stringify(new URL(file, ROOT).href)};\n`);
  const path = `${folder}/${crypto.randomUUID()}_test.ts`;
  await Deno.writeTextFile(path, imports.join(""));
  return path;
}

/** Runs batches of files, each in a process of its own, so many at once. */
async function runBatches(waiting: Batch[], atOnce: number): Promise<Run[]> {
  const runs: Run[] = [];
  const work = async () => {
    for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
      const flags = batch.sanitized ? [...FLAGS, ...SANITIZERS] : FLAGS;
      const run = await deno("test", "--config=deno.json", "--no-check", ...flags, ...batch.files);
      runs.push(run);
      if (run.success) console.log(run.output.replace(SUMMARY, "").trim());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return runs;
}

/** One more than there are processors, as some tests wait. */
const runJoined = (isSql: boolean) =>
  runAll(async (folder) => await runBatches(await batches(isSql, folder), PROCESSES + 1));

/** Runs each of these files in a process of its own. */
const runEach = (paths: string[]) =>
  runAll(() => runBatches(testFiles(paths).map(eachOnItsOwn), PROCESSES));

/** @param run Gets a folder for files of its own. */
async function runAll(run: (folder: string) => Promise<Run[]>): Promise<boolean> {
  const startedAt = performance.now();
  const folder = await Deno.makeTempDir();
  try {
    await migratedImage();
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
