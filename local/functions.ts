import { FUNCTION_NAMES } from "../supabase/functions/_shared/wpp/contract.ts";
import { ENV_SCHEMA } from "../supabase/functions/_shared/wpp/env.ts";
import { startFunction } from "./function_process.ts";

/** Where `deno` runs them. */
export const ROOT = new URL("..", import.meta.url);

/** What Deno itself reads: its cache, its registry and the way there. */
const DENO_VARIABLES = [
  ...["PATH", "HOME", "NO_COLOR", "DENO_DIR", "XDG_CACHE_HOME", "NPM_CONFIG_REGISTRY"],
  ...["DENO_CERT", "DENO_TLS_CA_STORE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"],
  ...["USERPROFILE", "LOCALAPPDATA", "SYSTEMROOT", "TEMP"], // on Windows
];

/** The functions, running. */
export interface Functions {
  /** Where each one listens, by name; without a trailing slash. */
  readonly origins: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

/** How {@link startFunctions} runs them. */
export interface FunctionsOptions {
  /** What the functions find in their environment, beside what Deno itself reads. */
  env: Record<string, string>;
  /** The URLs that they may connect to. */
  reach: string[];
  /** Takes each line that a function prints, its name before it. */
  log: (line: string) => void;
  /** Gives up starting. */
  signal?: AbortSignal;
}

/**
 * Starts each function as a process of its own, from the file that deploys, and waits until all
 * answer. They restart themselves when their files change. Throws when one does not start.
 */
export async function startFunctions(options: FunctionsOptions): Promise<Functions> {
  const { reach, log, signal } = options;
  const env = { ...denoEnvironment(), ...options.env };
  const started = FUNCTION_NAMES.map((name) => {
    const port = freePort();
    const args = serveArguments(name, port, reach, ["--watch", "--no-clear-screen"]);
    const logNamed = (line: string) => log(`[${name}] ${line}`);
    return startFunction(name, { port, args, cwd: ROOT, env, log: logNamed, signal });
  });
  const stop = async () => void await Promise.all(started.map((one) => one.stop()));
  try {
    await Promise.all(started.map((one) => one.ready));
  } catch (error) {
    await stop();
    throw error;
  }
  return { origins: new Map(started.map(({ name, origin }) => [name, origin])), stop };
}

/** Arguments of `deno`. Only as much as the code needs: no file, no process, no other host. */
export function serveArguments(
  name: string,
  port: number,
  reach: string[],
  more: string[] = [],
): string[] {
  return [
    "serve",
    "--quiet",
    ...more,
    "--no-prompt",
    "--host=127.0.0.1",
    `--port=${port}`,
    `--allow-env=${Object.keys(ENV_SCHEMA)}`,
    `--allow-net=${reach.map(hostAndPort)}`,
    `supabase/functions/${name}/index.ts`,
  ];
}

function hostAndPort(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}

/** What a process of Deno needs of this one's environment. */
export function denoEnvironment(): Record<string, string> {
  const set = DENO_VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(set.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** A port that was free a moment ago; a function keeps it over its restarts. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
