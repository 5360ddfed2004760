/** Every command of the deploy page and of the README's section, as a reader would run it. */
import assert from "node:assert/strict";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { freePort } from "../../local/functions.ts";
import { DEPLOYED_NAMES } from "../../supabase/functions/_shared/wpp/contract.ts";
import { captureConsole } from "../support/console.ts";
import { type DocumentedCommand, documentedCommands } from "./documented_commands.ts";
import { place, startHosted } from "./hosted.ts";
import { makeOwnProject } from "./own_project.ts";
import { type Project, startProject } from "./project.ts";
import { projectDatabase } from "./project_database.ts";
import { copyRepository } from "./repository.ts";
import { openTerminal, type Printed, type Terminal } from "./terminal.ts";
import { PROJECT_REF } from "./supabase_cli.ts";

const DATABASE_URL = Deno.env.get("DATABASE_URL");
const THEIR_LAST = "20270301120000";

/** Where commands run, and what their placeholders stand for. */
interface Scene {
  terminal: Terminal;
  /** The copy of this repository, and a project with functions of its own. */
  repository: string;
  shop: string;
  project: Project;
  /** Serves what was deployed. */
  serve: () => Promise<void>;
}

/** How a command is run, by its beginning; what it should end with. */
const WAYS: [command: RegExp, way: (scene: Scene, command: DocumentedCommand) => Promise<void>][] =
  [
    [/^npx supabase@\S+ (login|link|secrets set) ?/, endsWell],
    [/^npx supabase@\S+ db push --remote$/, pushesToLinkedProject],
    [/^npx supabase@\S+ db push --remote="postgresql:/, pushesToUrl],
    [/^npx supabase@\S+ db push$/, pushesToLocalDatabase],
    [/^npx supabase@\S+ functions deploy /, endsWell],
    [/^npx -y deno@\S+ task doctor /, findsAllInPlace],
    [/^npx -y deno@\S+ task add /, adds],
    [/^cp docs\/\.env\.example /, endsWell],
    [/^npx supabase@\S+ (start|functions serve)$/, existsButNeedsDocker],
    [/^docker compose /, needsDocker],
  ];

Deno.test("the commands of the deploy page and the README", async (t) => {
  await using resources = new AsyncDisposableStack();
  const scene = await makeScene(resources);
  const { api } = scene.terminal;
  const seen = new Set<string>();
  for (const command of documentedCommands()) {
    const key = `${cwdOf(scene, command)} ${command.text}`;
    if (seen.has(key)) continue;
    seen.add(key);
    await t.step(command.text, async () => {
      const way = WAYS.find(([pattern]) => pattern.test(command.text))?.[1];
      assert.ok(way, `No test runs this command of ${command.fence.page}`);
      await way(scene, command);
    });
  }
  await t.step("have deployed the functions and set the secrets", () => {
    for (const name of DEPLOYED_NAMES) {
      assert.equal(api.uploads.filter(({ slug }) => slug === name).length, 2, "from both folders");
    }
    assert.deepEqual([...api.secrets.keys()], ["WPP_BASE_URL", "WPP_ENCRYPTION_KEYS"]);
    assert.match(api.secrets.get("WPP_ENCRYPTION_KEYS")!, /^[\w-]{43}$/);
  });
});

async function makeScene(resources: AsyncDisposableStack): Promise<Scene> {
  const folder = await Deno.makeTempDir({ prefix: "commands-" });
  resources.defer(() => Deno.remove(folder, { recursive: true }));
  const [repository, shop] = [`${folder}/repository`, `${folder}/shop`];
  await copyRepository(repository);
  await makeOwnProject(shop, "deno.json");
  for (const one of [repository, shop]) {
    await Deno.writeTextFile(`${one}/supabase/config.toml`, unusedPort(), { append: true });
  }
  const terminal = resources.use(await openTerminal(folder));
  const project = resources.use(await startProject());
  let isServed = false;
  const serve = async () => {
    if (isServed) return;
    isServed = true;
    const ours = terminal.api.uploads.slice(0, DEPLOYED_NAMES.length);
    const placed = await Promise.all(ours.map((one) => place(one, `${folder}/deployed`)));
    resources.use(await startHosted(placed, { version: "2.9.6", project }));
  };
  return { terminal, repository, shop, project, serve };
}

/** Where the CLI looks for the database of `supabase start`: nothing must be there. */
function unusedPort(): string {
  return `\n[db]\nport = ${freePort()}\n`;
}

/** "In your project" is the shop; all else runs in the repository. */
function cwdOf({ repository, shop }: Scene, { fence }: DocumentedCommand): string {
  return fence.code.includes("functions deploy --use-api wpp-create") ? shop : repository;
}

function filledIn({ shop, project }: Scene, text: string): string {
  return text.replaceAll("https://<ref>.supabase.co", project.url)
    .replaceAll("https://supabase.example.com", project.url)
    .replaceAll("<ref>", PROJECT_REF)
    .replaceAll(/<(publishable|anon) key>/g, DEVELOPMENT_KEYS.publishableKey)
    .replaceAll("<your project>", shop);
}

async function runIn(scene: Scene, command: DocumentedCommand, text = command.text) {
  return await scene.terminal.run(filledIn(scene, text), cwdOf(scene, command));
}

async function endsWell(scene: Scene, command: DocumentedCommand): Promise<void> {
  succeeded(await runIn(scene, command));
}

/**
 * The CLI cannot be led to a loopback database of a linked project: it takes a direct host with IPv6, or
 * a pooler below a domain. So: that it means the linked project, and the same with a URL.
 */
async function pushesToLinkedProject(scene: Scene, command: DocumentedCommand): Promise<void> {
  const cwd = cwdOf(scene, command);
  if (cwd === scene.shop) {
    // Linked as the page says, for what is deployed from it. Its target is the repository's.
    succeeded(
      await scene.terminal.run(`npx supabase@3.1.0 link --project-ref ${PROJECT_REF}`, cwd),
    );
  } else {
    const { code, text } = await runIn(scene, command);
    assert.match(text, new RegExp(`Target: project .*${PROJECT_REF}`));
    assert.equal(code, 1, text);
  }
  await pushes(scene, command, (url) => `${command.text}="${url}"`);
}

async function pushesToUrl(scene: Scene, command: DocumentedCommand): Promise<void> {
  await pushes(scene, command, (url) => command.text.replace(/"postgresql:[^"]*"/, `"${url}"`));
}

async function pushes(scene: Scene, command: DocumentedCommand, textFor: (url: string) => string) {
  if (!DATABASE_URL) return console.log(`Not run without DATABASE_URL: ${command.text}`);
  await using database = await projectDatabase(DATABASE_URL);
  succeeded(await runIn(scene, command, textFor(database.url)));
  const isShop = cwdOf(scene, command) === scene.shop;
  assert.equal((await database.pushed()).includes(THEIR_LAST), isShop);
  const [{ made }] = await database.sql`
    select to_regclass('public.messenger_integrations') is not null as made`;
  assert.ok(made);
}

/** Which `supabase start` makes with Docker: nothing is there, and the CLI says so. */
async function pushesToLocalDatabase(scene: Scene, command: DocumentedCommand): Promise<void> {
  assert.match(command.fence.code, /supabase@\S+ start\n/, "only where there is a local database");
  const { code, text } = await runIn(scene, command);
  assert.match(text, /Target: local stack/);
  assert.match(text, /supabase start/);
  assert.equal(code, 1, text);
  console.log(`Not run to its end, since it needs Docker: ${command.text}`);
}

async function findsAllInPlace(scene: Scene, command: DocumentedCommand): Promise<void> {
  await scene.serve();
  using _ = captureConsole(); // PGlite prints each statement that is denied
  const printed = await runIn(scene, command);
  Deno.exitCode = 0; // and leaves an exit code behind
  succeeded(printed);
}

async function adds(scene: Scene, command: DocumentedCommand): Promise<void> {
  const { code, text } = await runIn(scene, command);
  const isCheck = command.text.includes("--check");
  assert.equal(code, isCheck ? 1 : 0, text);
  assert.match(text, isCheck ? /It would:/ : /What to do next:/);
}

async function existsButNeedsDocker(scene: Scene, command: DocumentedCommand): Promise<void> {
  const help = succeeded(await runIn(scene, command, `${command.text} --help`));
  assert.match(help, /USAGE\s+supabase (start|functions serve)/);
  await needsDocker(scene, command);
}

function needsDocker(_: Scene, { text }: DocumentedCommand): Promise<void> {
  console.log(`Not run, since it needs Docker: ${text}`);
  return Promise.resolve();
}

function succeeded({ code, text }: Printed): string {
  assert.equal(code, 0, text);
  return text;
}
