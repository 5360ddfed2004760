/** Functions that run, each in a process of its own, and calls of them. */
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { type FunctionProcess, startFunction } from "../../local/function_process.ts";
import { freePort } from "../../local/functions.ts";
import { anyDenoEnvironment } from "../deploy/deno_versions.ts";
import type { Backend } from "./backend.ts";
import { type Case, type Contestant, type MeasuredName, plainCase } from "./cases.ts";
import { load, type Target } from "./load.ts";
import { addOrganizations, exchange, type Organization } from "./organizations.ts";

const FOLDERS: Record<Contestant, URL> = {
  floor: new URL("floor/", import.meta.url),
  ours: new URL("../../supabase/functions/", import.meta.url),
  usual: new URL("usual/", import.meta.url),
};

/** The import map of what is not deployed. */
export const PACKAGES = new URL("../../deno.json", import.meta.url);

/** Stored secrets are encrypted, by `ours`. */
const ENCRYPTION_KEYS = "A".repeat(43);

/** A function in a process of its own, and its plain call. */
export interface Running {
  contestant: Contestant;
  process: FunctionProcess;
  target: Target;
}

export interface StartOptions {
  backend: Backend;
  /** The executable to run it with. */
  deno: string;
}

/** Starts a contestant's function and warms it up by its plain call. */
export async function start(
  contestant: Contestant,
  name: MeasuredName,
  { backend, deno, warmUp = 0, organization, organizations }: StartOptions & {
    /** Calls, until it is as fast as it gets. */
    warmUp?: number;
    /** Whose call it is; a new one unless this or the next is given. */
    organization?: Organization;
    /** Over which its calls are spread. */
    organizations?: Organization[];
  },
): Promise<Running & AsyncDisposable> {
  const callers = organizations ?? [organization ?? await addCaller(name, backend)];
  const env = await environmentOf(contestant, backend, callers);
  await using starting = new AsyncDisposableStack();
  const process = await startProcess(contestant, name, deno, env);
  starting.defer(() => process.stop());
  const target = targetOf(plainCase(name), contestant, process.origin, callers);
  await load(target, { calls: warmUp, concurrency: 8 });
  const started = starting.move();
  return { contestant, process, target, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Starts a contestant's function with these variables. */
export async function startProcess(
  contestant: Contestant,
  name: string,
  deno: string,
  env: Record<string, string>,
): Promise<FunctionProcess> {
  const port = freePort();
  const process = startFunction(name, {
    deno,
    port,
    cwd: FOLDERS[contestant],
    env: { ...anyDenoEnvironment(), ...env },
    args: contestantArguments(contestant, name, port),
  });
  try {
    await process.ready;
    return process;
  } catch (error) {
    await process.stop();
    throw error;
  }
}

/** An organization for a function's calls. */
export async function addCaller(name: MeasuredName, backend: Backend): Promise<Organization> {
  const [added] = await addCallers(name, backend, 1);
  return added;
}

/** So many: wpp-qr has a code to show only while nobody has scanned. */
export async function addCallers(
  name: MeasuredName,
  backend: Backend,
  count: number,
): Promise<Organization[]> {
  return await addOrganizations(backend, count, { connected: name !== "wpp-qr" });
}

/** Calls of a function that listens there, by one organization after the other. */
export function targetOf(
  { name, good, callOf }: Case,
  contestant: Contestant,
  origin: string,
  organizations: Organization[],
): Target {
  let made = 0;
  const nth = (n: number) => {
    const organization = organizations[n % organizations.length];
    const round = Math.floor(n / organizations.length);
    const { query = "", ...call } = callOf(organization, contestant, round);
    return { url: `${origin}/${name}${query}`, ...call };
  };
  return { ...nth(0), good, next: () => nth(made++) };
}

/** Arguments of `deno` to serve a contestant's function. */
export function contestantArguments(contestant: Contestant, name: string, port: number): string[] {
  const isOurs = contestant === "ours";
  const file = new URL(isOurs ? `${name}/index.ts` : `${name}.ts`, FOLDERS[contestant]);
  return serveFile(file.pathname, isOurs ? undefined : PACKAGES, port);
}

/** Arguments of `deno` to serve any file, which finds its packages by an import map if given. */
export function serveFile(path: string, importMap: URL | undefined, port = 0): string[] {
  return [
    ...["serve", "--no-config", "--no-lock", "--no-prompt", "--allow-env", "--allow-net"],
    ...[
      "--host=127.0.0.1",
      `--port=${port}`,
      ...(importMap ? [`--import-map=${importMap.pathname}`] : []),
      path,
    ],
  ];
}

/** The variables that a contestant reads. */
export async function environmentOf(
  contestant: Contestant,
  backend: Backend,
  callers: Organization[],
): Promise<Record<string, string>> {
  if (contestant === "ours") return { ...backend.env, WPP_ENCRYPTION_KEYS: ENCRYPTION_KEYS };
  const env = { ...backend.env, SUPABASE_SERVICE_ROLE_KEY: DEVELOPMENT_KEYS.secretKey };
  if (contestant === "usual") return env;
  const tokens = callers.map(async (caller) =>
    [caller.organizationId, await exchange(backend, caller)] as const
  );
  return {
    ...env,
    ACCESS_TOKENS: JSON.stringify(Object.fromEntries(await Promise.all(tokens))),
  };
}
