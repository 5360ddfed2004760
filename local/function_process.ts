import { sleep } from "../supabase/functions/_shared/wpp/lib/deadline.ts";
import { TextLineStream } from "./lines.ts";

/** How long a function may take to answer for the first time. */
const READY_TIMEOUT_MS = 30_000;
/** Pause between two attempts to reach it meanwhile. */
const READY_POLL_MS = 50;
/** How long to wait after an exit before it counts as unexpected. */
const STOP_GRACE_MS = 300;
/** How many of its last lines the error of a failed start quotes. */
const MAX_QUOTED_LINES = 10;

/** One function in a process of its own. */
export interface FunctionProcess {
  readonly name: string;
  readonly pid: number;
  /** Where it listens; without a trailing slash. */
  readonly origin: string;
  /** Resolves when it answers; rejects when it does not, with the lines that it printed last. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

/** How {@link startFunction} runs it. */
export interface FunctionProcessOptions {
  port: number;
  /** The Deno to run it with; the running one unless given. */
  deno?: string;
  /** The arguments of `deno`. */
  args: string[];
  cwd: URL;
  /** Its whole environment. */
  env: Record<string, string>;
  /** Is called with each line that it prints; left out, its log is dropped. */
  log?: (line: string) => void;
  /** Ends the wait until it is ready. */
  signal?: AbortSignal;
}

/** Starts a function. When its process ends without `stop`, the console says so. */
export function startFunction(name: string, options: FunctionProcessOptions): FunctionProcess {
  const child = spawn(options);
  const lastLines: string[] = [];
  const log = (line: string) => {
    lastLines.splice(0, lastLines.length + 1 - MAX_QUOTED_LINES, line);
    options.log?.(line);
  };
  const printed = Promise.all([
    options.log && print(child.stdout, log),
    print(child.stderr, log),
  ]);
  const exited = new AbortController();
  let stopping = false;
  const ended = child.status.then(async ({ code, signal }) => {
    exited.abort(new Error(`its process ended with ${signal ?? code}`));
    // Ctrl-C in a terminal goes to this child too, and may end it before `stop` is called.
    if (!stopping) await sleep(STOP_GRACE_MS);
    if (!stopping) console.error(`[${name}] ended with ${signal ?? code}`);
  });
  const origin = `http://127.0.0.1:${options.port}`;
  const ready = untilAnswered(origin, exited.signal, options.signal).catch((cause) => {
    throw new Error([`Cannot start ${name}: ${cause.message}`, ...lastLines].join("\n  "), {
      cause,
    });
  });
  const stop = async () => {
    stopping = true;
    // SIGTERM does not end a `deno serve --watch`; and a function has nothing to clean up.
    if (!exited.signal.aborted) child.kill("SIGKILL");
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

/** Resolves on the first answer, of any status; throws the reason of the signal that aborts. */
async function untilAnswered(
  origin: string,
  exited: AbortSignal,
  signal: AbortSignal = exited,
): Promise<void> {
  const ended = AbortSignal.any([exited, signal]);
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    ended.throwIfAborted();
    try {
      const response = await fetch(origin, { method: "OPTIONS", signal: ended });
      return await response.body?.cancel();
    } catch {
      await sleep(READY_POLL_MS);
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
