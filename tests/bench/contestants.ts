import { type FunctionProcess, startFunction } from "../../local/function_process.ts";
import { freePort, type FunctionName } from "../../local/functions.ts";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { denoEnvironment } from "../deploy/deno_versions.ts";
import type { Backend } from "./backend.ts";
import { exchange, type Organization } from "./organizations.ts";

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

/** With `ours`, so that what is stored is encrypted. */
const ENCRYPTION_KEYS = "A".repeat(43);

export interface StartOptions {
  name: FunctionName;
  backend: Backend;
  /** Whose calls it is to answer; only `floor` needs to know. */
  organization: Organization;
  /** The executable. */
  deno: string;
}

/** Starts a contestant's function in a process of its own and waits until it answers. */
export async function startContestant(
  contestant: Contestant,
  options: StartOptions,
): Promise<FunctionProcess> {
  const { name, backend, deno } = options;
  const port = freePort();
  const process = startFunction(name, {
    deno,
    port,
    cwd: FOLDERS[contestant],
    env: { ...denoEnvironment(), ...await environment(contestant, options) },
    args: [
      ...serveFlags(port),
      `--allow-net=${new URL(backend.supabaseUrl).host},${new URL(backend.platformUrl).host}`,
      entrypoint(contestant, name),
    ],
  });
  await process.ready.catch(async (error) => {
    await process.stop();
    throw error;
  });
  return process;
}

/** The flags of `deno serve` that every measured function is started with. */
export function serveFlags(port: number): string[] {
  return [
    ...["serve", "--no-config", "--no-lock", "--no-prompt", "--allow-env"],
    ...["--host=127.0.0.1", `--port=${port}`],
    `--import-map=${new URL("deno.json", FOLDERS.ours).pathname}`,
  ];
}

/** The file that is run. */
export function entrypoint(contestant: Contestant, name: FunctionName): string {
  const file = contestant === "ours" ? `${name}/index.ts` : `${name}.ts`;
  return new URL(file, FOLDERS[contestant]).pathname;
}

async function environment(contestant: Contestant, { backend, organization }: StartOptions) {
  const secretKey = { SUPABASE_SERVICE_ROLE_KEY: DEVELOPMENT_KEYS.secretKey };
  switch (contestant) {
    case "floor":
      return {
        ...backend.env,
        ...secretKey,
        ORGANIZATION_ID: organization.organizationId,
        ACCESS_TOKEN: await exchange(backend, organization),
      };
    case "ours":
      return { ...backend.env, WPP_ENCRYPTION_KEYS: ENCRYPTION_KEYS };
    case "usual":
      return { ...backend.env, ...secretKey };
  }
}
