import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { DEPLOYED_NAMES } from "../../supabase/functions/_shared/wpp/contract.ts";
import { serve } from "../../local/http.ts";
import { DENO_VERSIONS, denoExecutable, type DenoVersion } from "./deno_versions.ts";
import { ON_THE_WAY, takeJourney } from "./journey.ts";
import { type PlacedFunction, startPlaced } from "./placed_functions.ts";
import { type Project, startProject } from "./project.ts";
import { copyFolder, REPOSITORY } from "./repository.ts";
import { type LegacyKeys, makeLegacyKeys, selfHosted } from "./self_hosted_gateway.ts";

Deno.test("supabase/functions copied to a self-hosted project's volumes/functions", async (t) => {
  await using temporary = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "self-hosted-" });
  temporary.defer(() => Deno.remove(folder, { recursive: true }));
  await copyFolder(`${REPOSITORY}/supabase/functions`, `${folder}/volumes/functions`);
  const placed = DEPLOYED_NAMES.map((name) => {
    const own = `${folder}/volumes/functions/${name}`;
    return { name, folder: own, entrypoint: `${own}/index.ts` };
  });
  await using project = await startProject();
  for (const version of DENO_VERSIONS) {
    for (const [form, pluralKeys] of Object.entries(PLURAL_KEYS)) {
      await t.step(`works on Deno ${version} when the plural keys are ${form}`, () => {
        // That each of them starts is seen once on each Deno.
        const started = form === "unset" ? placed : placed.filter(isOnTheWay);
        return works(version, started, project, pluralKeys);
      });
    }
  }
});

const isOnTheWay = ({ name }: PlacedFunction) => ON_THE_WAY.includes(name);

/** Older compose files do not have them; newer ones do, without a value until one is chosen. */
const PLURAL_KEYS = {
  unset: {},
  empty: {
    SUPABASE_PUBLISHABLE_KEYS: '{"default":""}',
    SUPABASE_SECRET_KEYS: '{"default":""}',
  },
};

async function works(
  version: DenoVersion,
  placed: PlacedFunction[],
  project: Project,
  pluralKeys: Record<string, string>,
): Promise<void> {
  const { gateway, supabase, simulator, wppBaseUrl } = project;
  await using running = new AsyncDisposableStack();
  const keys = await makeLegacyKeys();
  const services = selfHosted(keys, supabase.fetch);
  const internal = running.adopt(await serve(services), (one) => one.stop());
  const functions = running.use(
    await startPlaced(placed, {
      deno: await denoExecutable(version),
      env: { ...composeEnvironment(internal.url, wppBaseUrl, keys), ...pluralKeys },
      reach: [internal.url, wppBaseUrl],
    }),
  );
  const pages = () => new Response("No page here", { status: 404 });
  gateway.open({ supabase: services, functions: functions.origins, pages });
  await takeJourney({ url: project.url, key: keys.anonKey, simulator });
}

/** What docker-compose.yml gives the functions, and the one variable that is added to it. */
function composeEnvironment(
  internalUrl: string,
  wppBaseUrl: string,
  { anonKey, serviceRoleKey }: LegacyKeys,
): Record<string, string> {
  return {
    JWT_SECRET: DEVELOPMENT_KEYS.jwtSecret,
    SUPABASE_URL: internalUrl,
    SUPABASE_PUBLIC_URL: "https://supabase.example.com",
    SUPABASE_ANON_KEY: anonKey,
    SUPABASE_SERVICE_ROLE_KEY: serviceRoleKey,
    SUPABASE_DB_URL: "postgresql://postgres:postgres@db:5432/postgres",
    VERIFY_JWT: "true",
    WPP_BASE_URL: wppBaseUrl,
  };
}
