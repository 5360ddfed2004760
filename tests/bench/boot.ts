/**
 * How long a process takes from its start to its first answer: of each function, which answers 401
 * to a call without a token, beside `bare`, which only imports supabase-js, and `empty`, which
 * imports nothing; and to the first good answer, for a connection whose token is stored. Without
 * V8's code cache, which a cold start on another machine has not either.
 */
import { TextLineStream } from "../../local/lines.ts";
import { DEPLOYED_NAMES } from "../../supabase/functions/_shared/wpp/contract.ts";
import { anyDenoEnvironment } from "../deploy/deno_versions.ts";
import { CONTESTANTS, plainCase } from "./cases.ts";
import {
  addCaller,
  contestantArguments,
  environmentOf,
  PACKAGES,
  serveFile,
  start,
  type StartOptions,
  targetOf,
} from "./contestants.ts";
import { call } from "./load.ts";
import type { Size } from "./size.ts";
import { median, medianRatio } from "./statistics.ts";
import { fixed, table } from "./table.ts";

const CODE = {
  empty: "export default { fetch: () => new Response() };",
  bare: `import { createClient } from "@supabase/supabase-js";
    export default { fetch: () => new Response(typeof createClient) };`,
};

/** What is started over and over. */
interface Subject {
  name: string;
  args: string[];
  env: Record<string, string>;
  /** The first call. */
  token: string;
  body?: object;
  good: RegExp;
}

export interface BootFigures {
  name: string;
  /** Milliseconds. */
  median: number;
  fastest: number;
  /** The median of the ratios to `bare`, pair by pair. */
  ofBare: number;
}

export async function measureBoot(
  options: StartOptions,
  { boots }: Size,
  signal: AbortSignal,
): Promise<BootFigures[]> {
  const folder = await Deno.makeTempDir();
  try {
    const subjects = [...await bareSubjects(folder), ...await functionSubjects(options)];
    const times = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
    for (let run = -1; run < boots; run++) { // the first fills Deno's caches
      for (const subject of subjects) {
        signal.throwIfAborted();
        const time = await boot(options.deno, subject);
        if (run >= 0) times.get(subject.name)!.push(time);
      }
    }
    return [...times].map(([name, values]) => ({
      name,
      median: median(values),
      fastest: Math.min(...values),
      ofBare: medianRatio(values, times.get("bare")!),
    }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function bareSubjects(folder: string): Promise<Subject[]> {
  return await Promise.all(
    Object.entries(CODE).map(async ([name, code]) => {
      await Deno.writeTextFile(`${folder}/${name}.ts`, code);
      return {
        name,
        args: serveFile(`${folder}/${name}.ts`, PACKAGES),
        env: {},
        token: "",
        body: {},
        good: /^/,
      };
    }),
  );
}

async function functionSubjects({ backend, deno }: StartOptions): Promise<Subject[]> {
  const organization = await addCaller("wpp-status", backend);
  const refusals = DEPLOYED_NAMES.map(async (name) => ({
    name,
    args: contestantArguments("ours", name, 0),
    env: await environmentOf("ours", backend, [organization]),
    token: "",
    body: name === "wpp-connections" ? undefined : {}, // which takes no POST
    good: name === "wpp-webhook" ? /"integration_not_found"/ : /"unauthorized"/,
  }));
  const answers = CONTESTANTS.map(async (contestant) => {
    const caller = await addCaller("wpp-status", backend);
    const options = { backend, deno, organization: caller, warmUp: 1 };
    await using _warm = await start(contestant, "wpp-status", options); // its token is stored now
    return {
      name: `wpp-status, first good answer: ${contestant}`,
      args: contestantArguments(contestant, "wpp-status", 0),
      env: await environmentOf(contestant, backend, [caller]),
      ...targetOf(plainCase("wpp-status"), contestant, "", [caller]),
      body: {},
    };
  });
  return await Promise.all([...refusals, ...answers]);
}

/** Starts a process, waits for its first answer and ends it. */
async function boot(
  deno: string,
  { name, args, env, token, body, good }: Subject,
): Promise<number> {
  const startedAt = performance.now();
  const [command, ...rest] = args;
  const child = new Deno.Command(deno, {
    args: [command, "--no-code-cache", ...rest],
    env: { ...anyDenoEnvironment(), ...env },
    clearEnv: true,
    stdout: "null",
    stderr: "piped",
  }).spawn();
  try {
    const url = await origin(name, child.stderr);
    const { isGood, text } = await call({ url, token, body, good });
    if (isGood) return performance.now() - startedAt;
    throw new Error(`Cannot measure ${name}: it answered ${text}`);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

/** The address that Deno prints once the module is loaded. */
async function origin(name: string, stderr: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const printed: string[] = [];
  const lines = stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  // Left open: a function that logs a refusal to a closed pipe would die of it.
  for await (const line of lines.values({ preventCancel: true })) {
    const address = /Listening on (http:\S+)/.exec(line)?.[1];
    if (address) return address;
    printed.push(line);
  }
  throw new Error([`Cannot start ${name}:`, ...printed].join("\n  "));
}

export function showBoot(figures: BootFigures[]): string {
  return table(
    ["start to first answer", "median ms", "fastest", "× bare"],
    figures.map(({ name, median, fastest, ofBare }) => [
      name,
      ...[fixed(median, 0), fixed(fastest, 0), fixed(ofBare)],
    ]),
  );
}
