import { TextLineStream } from "./lines.ts";

const READY_TIMEOUT_MS = 30_000;
const KEPT_LINES = 10;

/** One function in a process of its own. */
export interface FunctionProcess {
  readonly name: string;
  readonly pid: number;
  /** Where it listens; without a trailing slash. */
  readonly origin: string;
  /** Resolves when it answers; rejects, with what it printed last, when it does not. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

/** How {@link startFunction} runs it. */
export interface FunctionProcessOptions {
  port: number;
  /** The Deno to run it with; the running one unless given. */
  deno?: string;
  /** Of `deno`. */
  args: string[];
  cwd: URL;
  /** Its whole environment. */
  env: Record<string, string>;
  /** Takes each line that it prints; left out, its log goes nowhere. */
  log?: (line: string) => void;
  /** Gives up waiting for it. */
  signal?: AbortSignal;
}

/** Starts a function. An end that nobody asked for is reported on the console. */
export function startFunction(name: string, options: FunctionProcessOptions): FunctionProcess {
  const child = spawn(options);
  const lastLines: string[] = [];
  const log = (line: string) => {
    lastLines.splice(0, lastLines.length + 1 - KEPT_LINES, line);
    options.log?.(line);
  };
  const printed = Promise.all([
    options.log && print(child.stdout, log),
    print(child.stderr, log),
  ]);
  const over = new AbortController();
  let stopping = false;
  const ended = child.status.then(async ({ code, signal }) => {
    over.abort(new Error(`its process ended with ${signal ?? code}`));
    // A terminal sends its Ctrl-C to the children too, perhaps before we are told to stop.
    if (!stopping) await new Promise((resolve) => setTimeout(resolve, 300));
    if (!stopping) console.error(`[${name}] ended with ${signal ?? code}`);
  });
  const origin = `http://127.0.0.1:${options.port}`;
  const ready = untilAnswered(origin, over.signal, options.signal).catch((cause) => {
    throw new Error([`Cannot start ${name}: ${cause.message}`, ...lastLines].join("\n  "), {
      cause,
    });
  });
  const stop = async () => {
    stopping = true;
    // It has nothing to clean up, and `--watch` survives a SIGTERM.
    if (!over.signal.aborted) child.kill("SIGKILL");
    await Promise.all([ended, printed]);
  };
  return { name, pid: child.pid, origin, ready, stop };
}

function spawn({ deno = Deno.execPath(), args, cwd, env, log }: FunctionProcessOptions) {
  return new Deno.Command(deno, {
    args,
    cwd,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: log ? "piped" : "null",
    stderr: "piped",
  }).spawn();
}

/** Resolves when anything at all answers; throws the reason of the signal that aborts first. */
async function untilAnswered(
  origin: string,
  over: AbortSignal,
  signal: AbortSignal = over,
): Promise<void> {
  const ended = AbortSignal.any([over, signal]);
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    ended.throwIfAborted();
    try {
      const response = await fetch(origin, { method: "OPTIONS", signal: ended });
      return await response.body?.cancel();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`it did not answer for ${READY_TIMEOUT_MS / 1000} s`);
}

async function print(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  log: (line: string) => void,
): Promise<void> {
  const lines = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) log(line);
}
