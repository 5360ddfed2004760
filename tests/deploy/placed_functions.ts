import { type FunctionProcess, startFunction } from "../../local/function_process.ts";
import { freePort } from "../../local/functions.ts";
import { anyDenoEnvironment } from "./deno_versions.ts";

/** A function where a deployment put it. */
export interface PlacedFunction {
  name: string;
  /** Where its process runs; absolute, as all paths here. */
  folder: string;
  entrypoint: string;
  /** That it was deployed with. */
  importMap?: string;
}

/** Placed functions, running. */
export interface RunningFunctions extends AsyncDisposable {
  /** Where each one listens, by name. */
  readonly origins: ReadonlyMap<string, string>;
}

/** How {@link startPlaced} runs them. */
export interface PlacedOptions {
  deno: string;
  /** Their whole environment, beside what Deno itself needs. */
  env: Record<string, string>;
  reach: string[];
  /** Whether Deno takes the deno.json that it finds above a function. */
  discoverConfig?: boolean;
}

/**
 * Starts each function as a process that may read no file and reach only `reach`, on the given
 * Deno, with nothing but `env` in its environment. Throws, with what it printed, if one fails.
 */
export async function startPlaced(
  functions: PlacedFunction[],
  options: PlacedOptions,
): Promise<RunningFunctions> {
  await using started = new AsyncDisposableStack();
  const processes = functions.map((placed) =>
    started.adopt(startOne(placed, options), (one) => one.stop())
  );
  await Promise.all(processes.map((one) => one.ready));
  const running = started.move();
  return {
    origins: new Map(processes.map(({ name, origin }) => [name, origin])),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function startOne(
  { name, folder, entrypoint, importMap }: PlacedFunction,
  { deno, env, reach, discoverConfig }: PlacedOptions,
): FunctionProcess {
  const port = freePort();
  return startFunction(name, {
    deno,
    port,
    cwd: new URL(`file://${folder}/`),
    env: { ...anyDenoEnvironment(), ...env },
    args: [
      "serve",
      "--quiet",
      "--no-prompt",
      "--no-lock",
      ...discoverConfig ? [] : ["--no-config"],
      ...importMap ? [`--import-map=${importMap}`] : [],
      "--host=127.0.0.1",
      `--port=${port}`,
      "--allow-env",
      `--allow-net=${reach.map((url) => new URL(url).host)}`,
      entrypoint,
    ],
    log: () => {},
  });
}
