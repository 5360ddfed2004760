import { DEPLOYED_NAMES } from "../supabase/functions/_shared/wpp/contract.ts";
import { ENV_SCHEMA } from "../supabase/functions/_shared/wpp/env.ts";
import { startFunction } from "./function_process.ts";

/** The repository: `deno` runs the functions from here. */
export const ROOT = new URL("..", import.meta.url);

/** Variables that Deno itself needs, to find its cache and to reach the npm registry. */
const DENO_VARIABLES = [
  "PATH",
  "HOME",
  "NO_COLOR",
  "DENO_DIR",
  "XDG_CACHE_HOME",
  "NPM_CONFIG_REGISTRY",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  // On Windows:
  "USERPROFILE",
  "LOCALAPPDATA",
  "SYSTEMROOT",
  "TEMP",
];

/** The functions, running. */
export interface Functions {
  /** Where each one listens, by name; without a trailing slash. */
  readonly origins: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

/** How {@link startFunctions} runs them. */
export interface FunctionsOptions {
  /** The functions' environment, apart from the variables that Deno itself needs. */
  env: Record<string, string>;
  /** The URLs that they may connect to. */
  reach: string[];
  /** Is called with each line that a function prints, after the function's name. */
  log: (line: string) => void;
  /** Stops starting them. */
  signal?: AbortSignal;
}

/**
 * Starts each function as a process of its own, from the file that deploys, and waits until all
 * answer. They restart themselves when their files change. Throws when one does not start.
 */
export async function startFunctions(options: FunctionsOptions): Promise<Functions> {
  const { reach, log, signal } = options;
  const env = { ...denoEnvironment(), ...options.env };
  const started = DEPLOYED_NAMES.map((name) => {
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

/** The arguments of `deno`. Permissions are those that the code needs: no files, no processes. */
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

/** The part of this process's environment that another Deno needs. */
export function denoEnvironment(): Record<string, string> {
  const pairs = DENO_VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(
    pairs.filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

const givenPorts = new Set<number>();

/**
 * A port that is free now; a function is given it, so that it keeps it when it restarts. None is given
 * twice: the system may name a port again while a function that got it has not begun to listen, and
 * calls of the one would then go to the other.
 */
export function freePort(): number {
  for (;;) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    if (givenPorts.has(port)) continue;
    givenPorts.add(port);
    return port;
  }
}
