import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { type FunctionProcess, startFunction } from "../../local/function_process.ts";
import { freePort } from "../../local/functions.ts";
import type { DEPLOYED_NAMES } from "../../supabase/functions/_shared/wpp/contract.ts";
import { anyDenoEnvironment } from "../deploy/deno_versions.ts";
import type { Backend } from "./backend.ts";
import { load, type Target } from "./load.ts";
import { addOrganizations, exchange, type Organization } from "./organizations.ts";

/**
 * `floor`: a call's unavoidable requests and nothing else. `ours`: what is deployed, as the README
 * advises to. `usual`: as such functions are mostly written.
 */
export const CONTESTANTS = ["floor", "ours", "usual"] as const;
export type Contestant = typeof CONTESTANTS[number];

const FOLDERS: Record<Contestant, URL> = {
  floor: new URL("floor/", import.meta.url),
  ours: new URL("../../supabase/functions/", import.meta.url),
  usual: new URL("usual/", import.meta.url),
};

/** The import map of what is not deployed. */
export const PACKAGES = new URL("../../deno.json", import.meta.url);

/** Stored secrets are encrypted, by `ours`. */
const ENCRYPTION_KEYS = "A".repeat(43);

/** The functions that are measured. */
const CALLS = {
  "wpp-create": { body: {}, good: /"session": ?"0/ },
  "wpp-qr": { body: {}, good: /"qr":./ },
  "wpp-status": { body: {}, good: /"status":"connected"/ },
  "wpp-send": { body: { to: "+79991112233", text: "Hello" }, good: /"taskId":"/ },
  "wpp-webhook": { body: {}, good: /^{}$/ },
} satisfies Partial<Record<typeof DEPLOYED_NAMES[number], Pick<Target, "body" | "good">>>;
export type MeasuredName = keyof typeof CALLS;
export const MEASURED_NAMES = Object.keys(CALLS) as MeasuredName[];

/** Over how many organizations what comes in is spread: each has a lock of its own. */
const HEARD_ORGANIZATIONS = 64;

/** A function in a process of its own, and a call of it by a user of a connected organization. */
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

/** Starts a contestant's function, for a new organization unless one is given, and warms it up. */
export async function start(
  contestant: Contestant,
  name: MeasuredName,
  { backend, deno, warmUp = 0, organization }: StartOptions & {
    /** Calls, until it is as fast as it gets. */
    warmUp?: number;
    organization?: Organization;
  },
): Promise<Running & AsyncDisposable> {
  const caller = organization ?? await addCaller(name, backend);
  const port = freePort();
  const process = startFunction(name, {
    deno,
    port,
    cwd: FOLDERS[contestant],
    env: { ...anyDenoEnvironment(), ...await environmentOf(contestant, backend, caller) },
    args: contestantArguments(contestant, name, port),
  });
  await using starting = new AsyncDisposableStack();
  starting.defer(() => process.stop());
  await process.ready;
  const target = name === "wpp-webhook"
    ? await heardTarget(backend, process.origin)
    : targetOf(name, process.origin, caller);
  await load(target, { calls: warmUp, concurrency: 8 });
  const started = starting.move();
  return { contestant, process, target, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** An organization for a function's calls: wpp-qr has a code to show only while nobody has scanned. */
export async function addCaller(name: MeasuredName, backend: Backend): Promise<Organization> {
  const [added] = await addOrganizations(backend, 1, { connected: name !== "wpp-qr" });
  return added;
}

/** A good call of a function that listens there. */
export function targetOf(name: MeasuredName, origin: string, { token }: Organization): Target {
  return { url: `${origin}/${name}`, token, ...CALLS[name] };
}

/** What the platform posts: an incoming text, in its present form, to one organization after another. */
async function heardTarget(backend: Backend, origin: string): Promise<Target> {
  const heard = await addOrganizations(backend, HEARD_ORGANIZATIONS, { connected: true });
  const variants = heard.map(({ session, webhookToken }) => ({
    url: `${origin}/wpp-webhook?token=${webhookToken}`,
    body: {
      account: session,
      from: "+79991112233",
      raw_from: "79991112233@c.us",
      text: "Hello",
      type: "chat",
    },
  }));
  return { ...CALLS["wpp-webhook"], ...variants[0], token: "", variants };
}

/** Arguments of `deno` to serve a contestant's function. */
export function contestantArguments(
  contestant: Contestant,
  name: MeasuredName,
  port: number,
): string[] {
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
  caller: Organization,
): Promise<Record<string, string>> {
  if (contestant === "ours") return { ...backend.env, WPP_ENCRYPTION_KEYS: ENCRYPTION_KEYS };
  const env = { ...backend.env, SUPABASE_SERVICE_ROLE_KEY: DEVELOPMENT_KEYS.secretKey };
  if (contestant === "usual") return env;
  const { organizationId: ORGANIZATION_ID } = caller;
  return { ...env, ORGANIZATION_ID, ACCESS_TOKEN: await exchange(backend, caller) };
}
