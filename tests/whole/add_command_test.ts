/** The program itself: its exit codes and what it says, on a machine without git. */
import assert from "node:assert/strict";
import { changeLines } from "../../tools/add/report.ts";
import { nextSteps } from "../../tools/add/next_steps.ts";
import type { PlanOptions } from "../../tools/add/plan.ts";
import { readProject } from "../../tools/add/project.ts";
import { REPOSITORY } from "../../tools/add/release.ts";
import {
  OWN_PROJECT,
  RELEASE,
  type ScratchProject,
  scratchProject,
} from "../support/scratch_project.ts";

/** Runs it from within the project, as `deno task` passes on where it was called. */
async function run(cwd: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tools/add/add.ts", ...args],
    cwd: REPOSITORY,
    env: { INIT_CWD: cwd, PATH: "/nowhere", NO_COLOR: "1" },
  }).output();
  const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, text: printed + errors };
}

Deno.test("task add ends with 1, 0, 0, 3 and 2: to do, done, nothing to do, refused, called wrongly", async () => {
  using project = scratchProject();
  const before = project.all();
  const check = await run(project.dir, ".", "--check");
  assert.equal(check.code, 1, check.text);
  assert.match(check.text, /It would:\n {2}add {5}supabase\/functions\/_shared\/wpp\.ts\n/);
  assert.deepEqual(project.all(), before);
  const done = await run(project.dir, ".");
  assert.equal(done.code, 0, done.text);
  assert.match(
    done.text,
    /Done:[^]*config\.toml: with \[functions\.wpp-connections\][^]*What to do next:\n {2}1\./,
  );
  const again = await run(project.dir, ".");
  assert.deepEqual([again.code, /Nothing to do\./.test(again.text)], [0, true]);
  project.write({ "supabase/wpp.json": "{}" });
  const refused = await run(project.dir, ".", "--check");
  assert.deepEqual([refused.code, /Refused; nothing was written/.test(refused.text)], [3, true]);
  assert.equal((await run(project.dir, ".", "--chekc")).code, 2);
});

Deno.test("task add deletes the client where it was when it is asked for elsewhere", async () => {
  using project = scratchProject();
  await run(project.dir, ".", "--client");
  project.write({ "wpp-client/mine.txt": "mine" });
  const { text } = await run(project.dir, ".", "--client", "web/wpp");
  assert.match(text, /delete {2}wpp-client\/ \(2 files\)/);
  const clients = Object.keys(project.all()).filter((path) => /^(wpp-client|web)\//.test(path));
  assert.deepEqual(clients.filter((path) => !path.startsWith("web/wpp/")), ["wpp-client/mine.txt"]);
  assert.ok(clients.includes("web/wpp/dist/wpp_client.js"));
});

function stepsOf(project: ScratchProject, client?: PlanOptions["client"]): string {
  const snapshot = readProject(project.dir);
  const plan = project.add({ client });
  const situation = { plan, project: snapshot, release: RELEASE, client: client?.folder };
  return nextSteps(situation).join("\n");
}

Deno.test("nextSteps names secrets, push, deploy and doctor when it is new", () => {
  using project = scratchProject();
  const steps = stepsOf(project);
  assert.match(
    steps,
    /secrets set[^]*db push --remote {3}[^]*functions deploy --use-api wpp-[^]*task doctor/,
  );
});

Deno.test("nextSteps says --include-all when a migration of theirs stays last", () => {
  using project = scratchProject({
    ...OWN_PROJECT,
    "supabase/migrations/99999999999999_last.sql": "select 1;\n",
  });
  assert.match(stepsOf(project), /db push --remote --include-all/);
});

Deno.test("nextSteps has the client packed: React is not found from behind the link of a folder", () => {
  using project = scratchProject();
  const client = { folder: "wpp-client", files: new Map([["package.json", new Uint8Array([1])]]) };
  const steps = stepsOf(project, client);
  assert.match(
    steps,
    /npm pack <path to wpp-client>, then npm install \.\/wpp-messenger-client-\d/,
  );
});

Deno.test("nextSteps names no push when no migration is new", () => {
  using project = scratchProject();
  project.add();
  Deno.removeSync(`${project.dir}/supabase/functions/_shared/wpp.ts`);
  const steps = stepsOf(project);
  assert.doesNotMatch(steps, /db push|secrets set/);
  assert.match(steps, /functions deploy/);
});

Deno.test("changeLines names each file, or counts those of one folder of ours", () => {
  const changes = ["a", "b"].map((name) => (
    { kind: "delete" as const, path: `supabase/functions/_shared/wpp/${name}.ts` }
  ));
  assert.deepEqual(changeLines(changes, { each: false }), [
    "  delete  supabase/functions/_shared/wpp/ (2 files)",
  ]);
  assert.equal(changeLines(changes, { each: true }).length, 2);
});

const isRoot = Deno.uid() === 0; // who may read all
Deno.test("add reads past a folder that it may not read", { ignore: isRoot }, () => {
  using project = scratchProject();
  Deno.mkdirSync(`${project.dir}/volumes`, { mode: 0o000 });
  try {
    assert.deepEqual(project.add().refusals, []);
  } finally {
    Deno.chmodSync(`${project.dir}/volumes`, 0o700);
  }
});

Deno.test("add reads no other code when DIR is no project: it may be all of a disk", () => {
  using project = scratchProject({
    "src/main.ts": 'import "../supabase/functions/_shared/wpp.ts";',
  });
  assert.deepEqual(readProject(project.dir).sources, []);
  assert.match(project.plan().refusals[0].says, /^is not there\. DIR must be the folder/);
});

Deno.test("add reads past a folder that goes while it reads: a build may be running", () => {
  using project = scratchProject({ ...OWN_PROJECT, "dist/main.js": "" });
  const { readDirSync } = Deno;
  Deno.readDirSync = (path) => {
    const entries = [...readDirSync(path)];
    if (entries.some(({ name }) => name === "dist")) {
      Deno.removeSync(`${project.dir}/dist`, { recursive: true });
    }
    return entries[Symbol.iterator]();
  };
  try {
    assert.deepEqual(project.plan().refusals, []);
  } finally {
    Deno.readDirSync = readDirSync;
  }
});
