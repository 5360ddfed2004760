import assert from "node:assert/strict";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { DEPLOYED_NAMES } from "../../supabase/functions/_shared/wpp/contract.ts";
import { VERSION } from "../../supabase/functions/_shared/wpp/version.ts";
import { DENO_VERSIONS, type DenoVersion } from "./deno_versions.ts";
import { deploy, type Deployment, place, startHosted } from "./hosted.ts";
import { takeJourney } from "./journey.ts";
import type { Upload } from "./management_api.ts";
import { moduleGraph } from "./module_graph.ts";
import type { PlacedFunction } from "./placed_functions.ts";
import { type Project, startProject } from "./project.ts";
import { copyRepository, MARKED_SECRET, plantSecrets, REPOSITORY } from "./repository.ts";

/** What a function may grow to: today's size and a quarter. Bytes, npm packages whole. */
const DEFAULT_BUDGET = { unpacked: 18.5e6, packed: 1.9e6 };
const BUDGET: Record<string, { unpacked: number; packed: number }> = {
  "wpp-send": { unpacked: 31e6, packed: 3e6 },
};

Deno.test("supabase functions deploy", async (t) => {
  await using temporary = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "deploy-" });
  temporary.defer(() => Deno.remove(folder, { recursive: true }));
  const { uploads, activated } = await deployCopy(folder);
  const placed = await Promise.all(uploads.map((upload) => place(upload, `${folder}/deployed`)));

  await t.step("puts every function in place", () => {
    assert.deepEqual(uploads.map(({ slug }) => slug).sort(), DEPLOYED_NAMES.toSorted());
    assert.deepEqual(activated.toSorted(), DEPLOYED_NAMES.toSorted());
  });
  await t.step("uploads only the code of the functions, as it is, and no secret", async () => {
    for (const upload of uploads) await holdsOnlyItsCode(upload);
  });
  await t.step("uploads what a function loads only once it is needed", () => {
    const send = uploads.find(({ slug }) => slug === "wpp-send")!;
    assert.ok([...send.files.keys()].some((path) => path.endsWith("/outgoing_media.ts")));
  });
  await t.step("leaves the check of callers to the functions, as config.toml says", async () => {
    for (const { slug, metadata } of uploads) {
      assert.equal(await verifyJwt(slug), "false", slug);
      assert.equal(metadata.verify_jwt, false, slug);
    }
  });
  await t.step("uploads what stays within its budget", async () => {
    for (const one of placed) await staysWithinBudget(one);
  });
  await using project = await startProject();
  for (const version of DENO_VERSIONS) {
    await t.step(`uploads what works alone on Deno ${version}`, () => {
      return worksAlone(version, placed, project);
    });
  }
});

/** Deploys a copy of the repository in which secrets lie about. */
async function deployCopy(folder: string): Promise<Deployment> {
  const repository = await copyRepository(`${folder}/repository`);
  await plantSecrets(repository);
  return await deploy(repository);
}

async function holdsOnlyItsCode({ slug, metadata, files }: Upload): Promise<void> {
  const own = new RegExp(
    `^supabase/functions/(_shared/wpp\\.ts|_shared/wpp/(\\w+/)?\\w+\\.ts|${slug}/index\\.ts)$`,
  );
  for (const [path, content] of files) {
    assert.match(path, own);
    assert.deepEqual(content, await Deno.readFile(`${REPOSITORY}/${path}`), path);
    assert(!new TextDecoder().decode(content).includes(MARKED_SECRET), path);
  }
  assert.deepEqual(metadata.static_patterns, []);
  assert(!JSON.stringify(metadata).includes(MARKED_SECRET));
}

async function verifyJwt(name: string): Promise<string | undefined> {
  const config = await Deno.readTextFile(`${REPOSITORY}/supabase/config.toml`);
  const section = config.split(/^(?=\[)/m).find((text) => text.startsWith(`[functions.${name}]`));
  return /^verify_jwt\s*=\s*(\w+)/m.exec(section ?? "")?.[1];
}

async function staysWithinBudget(placed: PlacedFunction): Promise<void> {
  const graph = await moduleGraph(placed);
  const outside = graph.files.filter((path) => !path.startsWith(`${placed.folder}/`));
  assert.deepEqual(outside, [], `${placed.name} reaches out of its folder`);
  const { unpacked, packed } = BUDGET[placed.name] ?? DEFAULT_BUDGET;
  const size = `${placed.name}: ${graph.unpacked} bytes of modules, ${graph.packed} compressed`;
  assert(graph.unpacked <= unpacked, `${size}: more than ${unpacked}`);
  assert(graph.packed <= packed, `${size}: more than ${packed}`);
  console.log(size);
}

async function worksAlone(version: DenoVersion, placed: PlacedFunction[], project: Project) {
  const { url, simulator } = project;
  await using _ = await startHosted(placed, { version, project });
  await takeJourney({ url, key: DEVELOPMENT_KEYS.publishableKey, simulator });
  const userAgent = simulator.requests.at(-1)?.headers["user-agent"];
  assert.equal(userAgent, `wpp-messenger/${VERSION} Deno/${version}`);
}
