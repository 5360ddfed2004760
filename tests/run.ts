/**
 * Runs all tests, in several processes at once. `deno test --parallel` would have them in one, where
 * they share environment variables, which many tests set. With arguments it is plain `deno test`.
 */
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { migratedImage } from "./support/database_image.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

// PGlite's WebAssembly runs for seconds only: optimizing it takes longer than it saves.
const FLAGS = ["-A", "--sanitize-ops", "--sanitize-resources", "--v8-flags=--liftoff-only"];

/** What takes longest, which starts first: each alone, for the processes to end together. */
const SLOWEST = [
  "tests/docs/examples_test.ts",
  "tests/tenancy_test.ts",
  "tests/client/client_journey_test.ts",
  "tests/leak_test.ts",
  "tests/http/input_fuzz_test.ts",
  "tests/tools/doctor_test.ts",
  "tests/tools/doctor_stack_test.ts",
  "tests/store/migrations_test.ts",
  "tests/auth/caller_test.ts",
  "tests/messages/idempotency_test.ts",
  "tests/messages/send_ledger_test.ts",
  "tests/messages/send_test.ts",
  "tests/functions_test.ts",
  "tests/function_errors_test.ts",
  "tests/connections/create_test.ts",
  "tests/connections/create_faults_test.ts",
  "tests/connections/earlier_version_test.ts",
  "tests/connections/reconnect_test.ts",
  "tests/connections/resealing_test.ts",
  "tests/tools/openapi_test.ts",
  "tests/store/encryption_test.ts",
  "tests/auth/auth_server_test.ts",
  "tests/journey_test.ts",
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

/** The files that `deno test` would run. */
function testFiles(): string[] {
  const patterns = config.test.include.map((path) =>
    path.endsWith("/") ? `${path}**/*_test.ts` : path
  );
  return globSync(patterns, { cwd: ROOT }).map((path) => path.replaceAll("\\", "/")).sort();
}

/** Runs batches of files, each in a process of its own. */
async function runBatches(batches: string[][]): Promise<Run[]> {
  const waiting = [...batches];
  const runs: Run[] = [];
  const work = async () => {
    for (let files = waiting.shift(); files; files = waiting.shift()) {
      const run = await deno("test", "--no-check", ...FLAGS, ...files);
      runs.push(run);
      if (run.success) console.log(run.output.replace(SUMMARY, "").trim());
    }
  };
  // One more than there are processors, as some tests wait.
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency + 1 }, work));
  return runs;
}

async function runAll(): Promise<boolean> {
  const startedAt = performance.now();
  const types = deno("check", "--quiet", ".");
  await migratedImage();
  const files = testFiles();
  const slowest = SLOWEST.filter((file) => files.includes(file));
  const others = files.filter((file) => !SLOWEST.includes(file));
  const runs = await runBatches([others, ...slowest.map((file) => [file])]);
  const failed = [...runs, await types].filter(({ success }) => !success);
  for (const { output } of failed) console.log(output.replace(SUMMARY, "").trim());
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`\n${summary(runs, failed.length === 0)} (${seconds}s)`);
  return failed.length === 0;
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

if (Deno.args.length > 0) {
  const args = ["test", ...FLAGS, ...Deno.args];
  const { code } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
  Deno.exit(code);
}
if (!await runAll()) Deno.exit(1);
