import assert from "node:assert/strict";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { DEPLOYED_NAMES } from "../../supabase/functions/_shared/wpp/contract.ts";
import { DENO_VERSIONS, type DenoVersion } from "./deno_versions.ts";
import { deploy, type Deployment, type HostedOptions, place, startHosted } from "./hosted.ts";
import { ON_THE_WAY, takeJourney } from "./journey.ts";
import type { Upload } from "./management_api.ts";
import { addTo, changes, IDLE_FUNCTIONS, makeOwnProject, OWN_FUNCTIONS } from "./own_project.ts";
import type { PlacedFunction, RunningFunctions } from "./placed_functions.ts";
import { type Project, startProject } from "./project.ts";
import { REPOSITORY } from "./repository.ts";

const OUR_CODE =
  /^supabase\/functions\/(wpp-[a-z]+\/index\.ts|_shared\/wpp\.ts|_shared\/wpp\/(\w+\/)?\w+\.ts)$/;
const OUR_MIGRATION = /^supabase\/migrations\/\d{14}_messenger_\w+\.sql$/;

/** What the CLI uploads with each function of ours because of an import map that it finds. */
const FOREIGN_FILES = {
  "deno.json": [],
  // To every function of the project it gives this map, and the files that the map names.
  "import_map.json": [
    "supabase/functions/_shared/database.ts",
    "supabase/functions/import_map.json",
  ],
};

for (const map of ["deno.json", "import_map.json"] as const) {
  Deno.test(`task add to a project that has its own functions/${map}`, async (t) => {
    await using temporary = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "own-project-" });
    temporary.defer(() => Deno.remove(folder, { recursive: true }));
    const repository = `${folder}/repository`;
    await makeOwnProject(repository, map);
    const before = await deploy(repository);
    const config = await Deno.readTextFile(`${repository}/supabase/config.toml`);
    const printed = await addTo(repository);
    const after = await deploy(repository);
    const theirs = await placeRun(before, `${folder}/before`);
    const all = await placeRun(after, `${folder}/after`);

    await t.step("adds files of ours, adds to config.toml and changes nothing else", async () => {
      await addsOnlyOurs(repository);
      assert((await Deno.readTextFile(`${repository}/supabase/config.toml`)).startsWith(config));
    });
    await t.step("says what to do next, and changes nothing when it runs again", async () => {
      assert.match(printed, /db push --remote .*\n.*functions deploy --use-api wpp-/);
      const first = await changes(repository);
      assert.match(await addTo(repository, "--check"), /Nothing to do/);
      assert.match(await addTo(repository), /Nothing to do/);
      assert.deepEqual(await changes(repository), first);
    });
    await t.step("uploads their functions as before", () => {
      const theirOwn = [...OWN_FUNCTIONS, ...IDLE_FUNCTIONS];
      assert.deepEqual(slugs(before), theirOwn.toSorted());
      assert.deepEqual(slugs(after), [...theirOwn, ...DEPLOYED_NAMES].sort());
      assert.deepEqual(after.activated.toSorted(), slugs(after));
      for (const upload of before.uploads) assert.deepEqual(uploadOf(after, upload.slug), upload);
    });
    await t.step("uploads our functions with what is ours", async () => {
      for (const name of DEPLOYED_NAMES) {
        const upload = uploadOf(after, name);
        assert.equal(upload.metadata.verify_jwt, false, name);
        assert.deepEqual(await foreignFiles(upload), FOREIGN_FILES[map], name);
        const ownMap = map === "import_map.json" ? `supabase/functions/${map}` : "";
        assert.equal(upload.metadata.import_map_path, ownMap, name);
      }
    });
    await using project = await startProject();
    for (const version of DENO_VERSIONS) {
      await t.step(`works on Deno ${version}, uploaded and where it was copied to`, async () => {
        const answers = await answersOf(theirs, version, project);
        const called = all.filter(({ name }) => [...OWN_FUNCTIONS, ...ON_THE_WAY].includes(name));
        // Each start takes a second of a processor: all of them start where they are hosted.
        await workTogether(version === "2.1.4" ? all : called, answers, { version, project });
        const copied = called.map((one) => inPlace(one, repository));
        await workTogether(copied, answers, { version, project, discoverConfig: true });
      });
    }
  });
}

async function addsOnlyOurs(repository: string): Promise<void> {
  const changed = await changes(repository);
  assert.deepEqual(changed.filter((line) => !line.startsWith("?? ")), [" M supabase/config.toml"]);
  const added = changed.filter((line) => line.startsWith("?? ")).map((line) => line.slice(3));
  const migrations = added.filter((path) => OUR_MIGRATION.test(path));
  for (const path of added.filter((path) => !migrations.includes(path))) {
    assert(OUR_CODE.test(path) || path === "supabase/wpp.json", path);
    if (OUR_CODE.test(path)) {
      assert.equal(await read(repository, path), await read(REPOSITORY, path));
    }
  }
  // Dated after the project's last one, they are in the same order as here.
  const names = Array.from(
    Deno.readDirSync(`${REPOSITORY}/supabase/migrations`),
    (one) => one.name,
  );
  const [there, here] = await Promise.all([
    Promise.all(migrations.sort().map((path) => read(repository, path))),
    Promise.all(names.sort().map((name) => read(REPOSITORY, `supabase/migrations/${name}`))),
  ]);
  assert.deepEqual(there, here);
  assert(migrations[0] > "supabase/migrations/20270301120000_later.sql");
}

async function read(folder: string, path: string): Promise<string> {
  return await Deno.readTextFile(`${folder}/${path}`);
}

/** Writes out what is run here. */
async function placeRun({ uploads }: Deployment, folder: string): Promise<PlacedFunction[]> {
  const run = uploads.filter(({ slug }) => !IDLE_FUNCTIONS.includes(slug));
  return await Promise.all(run.map((one) => place(one, folder)));
}

function slugs({ uploads }: Deployment): string[] {
  return uploads.map(({ slug }) => slug).sort();
}

function uploadOf({ uploads }: Deployment, name: string): Upload {
  return uploads.find(({ slug }) => slug === name)!;
}

/** The paths that are not ours; what has a path of ours must be as it is here. */
async function foreignFiles({ files }: Upload): Promise<string[]> {
  const ours = [...files].filter(([path]) => OUR_CODE.test(path));
  for (const [path, content] of ours) {
    assert.deepEqual(content, await Deno.readFile(`${REPOSITORY}/${path}`), path);
  }
  return [...files.keys()].filter((path) => !OUR_CODE.test(path)).sort();
}

/** The same function, in the project itself. */
function inPlace({ name, folder, entrypoint, importMap }: PlacedFunction, repository: string) {
  const [own, ownMap] = [entrypoint, importMap].map((path) => path?.replace(folder, repository));
  return { name, folder: repository, entrypoint: own!, importMap: ownMap };
}

async function answersOf(theirs: PlacedFunction[], version: DenoVersion, project: Project) {
  await using running = await startHosted(theirs, { version, project });
  return await theirAnswers(running);
}

/** Theirs answer as before, and a user of ours connects and sends. */
async function workTogether(
  placed: PlacedFunction[],
  answers: Awaited<ReturnType<typeof theirAnswers>>,
  options: HostedOptions,
): Promise<void> {
  const { url, simulator } = options.project;
  await using running = await startHosted(placed, options);
  assert.deepEqual(await theirAnswers(running), answers);
  await takeJourney({ url, key: DEVELOPMENT_KEYS.publishableKey, simulator });
}

/** What each of their functions says to a preflight and to a call. */
async function theirAnswers({ origins }: RunningFunctions) {
  const answers: { status: number; headers: Record<string, string>; body: string }[] = [];
  for (const name of OWN_FUNCTIONS) {
    for (const method of ["OPTIONS", "POST"]) {
      const response = await fetch(origins.get(name)!, { method });
      const { date: _, ...headers } = Object.fromEntries(response.headers);
      answers.push({ status: response.status, headers, body: await response.text() });
    }
  }
  const [preflight, hello, , orders] = answers;
  for (const { headers } of [preflight, hello]) {
    assert.equal(headers["access-control-allow-origin"], "https://shop.example.com");
  }
  assert.equal(orders.body, '[{"id":1,"total":990}]');
  return answers;
}
