/**
 * `deno task bench:boot [--runs N]`: milliseconds from a process's start to its first answer, on
 * the Deno that the hosted runtime is compatible with, of each function and of two to compare with:
 * `empty` imports nothing, `bare` only supabase-js. One of each in turn, so that all meet the same
 * machine; without V8's code cache, which a cold start on another machine has not either.
 */
import { FUNCTION_NAMES } from "../../local/functions.ts";
import { TextLineStream } from "../../local/lines.ts";
import { denoEnvironment, denoExecutable, type DenoVersion } from "../deploy/deno_versions.ts";

const VERSION: DenoVersion = "2.1.4";
const FUNCTIONS = new URL("../../supabase/functions/", import.meta.url);
/** Enough to answer with; nothing of it is reached. */
const ENVIRONMENT = {
  SUPABASE_URL: "http://127.0.0.1:9",
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_bench"}',
  JWT_SECRET: "a-secret-of-the-benchmark-that-is-never-used",
  WPP_BASE_URL: "http://127.0.0.1:9",
};
const COMPARED = {
  empty: "export default { fetch: () => new Response() };",
  bare: `import { createClient } from "@supabase/supabase-js";
    export default { fetch: () => new Response(typeof createClient) };`,
};

interface Subject {
  name: string;
  entrypoint: string;
  /** What a call without a token must be answered with. */
  status: number;
}

if (import.meta.main) await main();

async function main(): Promise<void> {
  const deno = await denoExecutable(VERSION);
  const folder = await Deno.makeTempDir();
  try {
    const subjects = await prepare(folder);
    for (const subject of subjects) await boot(deno, subject); // fills Deno's caches
    const times = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
    for (let run = 0; run < runs(); run++) {
      for (const subject of subjects) times.get(subject.name)!.push(await boot(deno, subject));
    }
    report(times);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function runs(): number {
  const [flag, value] = Deno.args;
  if (flag === undefined) return 15;
  if (flag === "--runs" && Number(value) >= 1) return Number(value);
  throw new Error("Cannot read the arguments: they are [--runs N]");
}

async function prepare(folder: string): Promise<Subject[]> {
  const compared = Object.entries(COMPARED).map(async ([name, code]) => {
    const entrypoint = `${folder}/${name}.ts`;
    await Deno.writeTextFile(entrypoint, code);
    return { name, entrypoint, status: 200 };
  });
  const ours = FUNCTION_NAMES.map((name) => ({
    name,
    entrypoint: new URL(`${name}/index.ts`, FUNCTIONS).pathname,
    status: 401,
  }));
  return [...await Promise.all(compared), ...ours];
}

/** Starts a process, waits for its first answer and ends it. */
async function boot(deno: string, { name, entrypoint, status }: Subject): Promise<number> {
  const startedAt = performance.now();
  const child = new Deno.Command(deno, {
    args: [
      ...["serve", "--no-code-cache", "--no-config", "--no-lock", "--no-check", "--no-prompt"],
      ...["--host=127.0.0.1", "--port=0", "--allow-env", "--allow-net"],
      ...[`--import-map=${new URL("deno.json", FUNCTIONS).pathname}`, entrypoint],
    ],
    env: { ...denoEnvironment(), ...ENVIRONMENT },
    clearEnv: true,
    stdout: "null",
    stderr: "piped",
  }).spawn();
  try {
    const response = await fetch(await origin(name, child.stderr), { method: "POST" });
    const time = performance.now() - startedAt;
    await response.body?.cancel();
    if (response.status === status) return time;
    throw new Error(`Cannot measure ${name}: it answered ${response.status}`);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

/** The address that Deno prints once the module is loaded. */
async function origin(name: string, stderr: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const printed: string[] = [];
  const lines = stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) {
    const address = /Listening on (http:\S+)/.exec(line)?.[1];
    if (address) return address;
    printed.push(line);
  }
  throw new Error([`Cannot start ${name}:`, ...printed].join("\n  "));
}

function report(times: Map<string, number[]>): void {
  const bare = times.get("bare")!;
  console.log(`Deno ${VERSION}, start to first answer in ms, ${bare.length} runs each`);
  console.log(`${"".padEnd(12)}median  × bare  fastest  × bare`);
  for (const [name, values] of times) {
    const columns = [median, fastest].flatMap((take) => [
      take(values).toFixed(0).padStart(6),
      (take(values) / take(bare)).toFixed(2).padStart(6),
    ]);
    console.log(name.padEnd(12) + columns.join("  "));
  }
}

/** What the machine does meanwhile only ever adds to it. */
function fastest(values: number[]): number {
  return Math.min(...values);
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
}
