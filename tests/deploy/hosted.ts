import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { denoExecutable, type DenoVersion } from "./deno_versions.ts";
import { startManagementApi, type Upload } from "./management_api.ts";
import { type PlacedFunction, type RunningFunctions, startPlaced } from "./placed_functions.ts";
import type { Project } from "./project.ts";
import { deployFunctions } from "./supabase_cli.ts";

/** What came to the Management API. */
export interface Deployment {
  uploads: readonly Upload[];
  /** The functions that the final call put in place. */
  activated: readonly string[];
}

/** Deploys all functions of the repository in this folder with the Supabase CLI. */
export async function deploy(repository: string): Promise<Deployment> {
  await using temporary = new AsyncDisposableStack();
  const home = await Deno.makeTempDir({ prefix: "deploy-home-" });
  temporary.defer(() => Deno.remove(home, { recursive: true }));
  const api = temporary.use(await startManagementApi());
  await deployFunctions({ repository, apiUrl: api.url, home });
  return { uploads: api.uploads, activated: api.activated };
}

/** Writes an upload to a folder of its own. */
export async function place(
  { slug, metadata, files }: Upload,
  root: string,
): Promise<PlacedFunction> {
  const folder = `${root}/${slug}`;
  for (const [path, content] of files) {
    const target = `${folder}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(target, content);
  }
  const { entrypoint_path, import_map_path } = metadata;
  return {
    name: slug,
    folder,
    entrypoint: `${folder}/${entrypoint_path}`,
    importMap: import_map_path && `${folder}/${import_map_path}`,
  };
}

/** How {@link startHosted} runs them. */
export interface HostedOptions {
  version: DenoVersion;
  project: Project;
  /** Whether Deno takes the deno.json that it finds above a function. */
  discoverConfig?: boolean;
}

/** Runs placed functions as a hosted project's, behind its gateway. */
export async function startHosted(
  placed: PlacedFunction[],
  { version, project, discoverConfig }: HostedOptions,
): Promise<RunningFunctions> {
  const functions = await startPlaced(placed, {
    deno: await denoExecutable(version),
    env: hostedEnvironment(project),
    reach: [project.url, project.wppBaseUrl],
    discoverConfig,
  });
  project.gateway.open({
    supabase: project.supabase.fetch,
    functions: functions.origins,
    pages: () => new Response("No page here", { status: 404 }),
  });
  return functions;
}

/** What a hosted project gives its functions, and the one secret that its owner sets. */
function hostedEnvironment({ url, wppBaseUrl }: Project): Record<string, string> {
  const { publishableKey, secretKey } = DEVELOPMENT_KEYS;
  return {
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: secretKey }),
    SUPABASE_JWKS: JSON.stringify({ keys: [] }),
    SUPABASE_ANON_KEY: "a legacy key that must not be taken while there is a new one",
    SUPABASE_SERVICE_ROLE_KEY: "another",
    SB_REGION: "eu-central-1",
    SB_EXECUTION_ID: crypto.randomUUID(),
    WPP_BASE_URL: wppBaseUrl,
  };
}
