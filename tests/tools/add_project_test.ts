/** `deno task add` in a project of one's own: once, again, and when it is in the way. */
import assert from "node:assert/strict";
import { applyPlan } from "../../tools/add/apply.ts";
import type { Plan } from "../../tools/add/plan.ts";
import {
  changedBy,
  laterRelease,
  OWN_PROJECT,
  pathsOf,
  RELEASE,
  scratchProject,
  textOf,
} from "../support/scratch_project.ts";

const WPP = "supabase/functions/_shared/wpp.ts";
const CORS = "supabase/functions/_shared/wpp/http/cors.ts";

Deno.test("add puts all of ours beside ten functions and changes only config.toml", () => {
  using project = scratchProject();
  const plan = project.add();
  assert.deepEqual([plan.refusals, plan.notes, plan.isUpdate], [[], [], false]);
  const after = project.all();
  for (const [path, text] of Object.entries(OWN_PROJECT)) {
    if (path === "supabase/config.toml") assert.ok(after[path].startsWith(text));
    else assert.equal(after[path], text, path);
  }
  for (const [path, bytes] of RELEASE.files) assert.equal(after[path], textOf(bytes), path);
  const added = Object.keys(after).filter((path) => !(path in OWN_PROJECT));
  assert.equal(added.length, RELEASE.files.size + RELEASE.migrations.length + 1);
});

Deno.test("add changes nothing when it runs again", () => {
  using project = scratchProject();
  project.add();
  const after = project.all();
  assertNothingToDo(project.add());
  assert.deepEqual(project.all(), after);
});

Deno.test("add is at peace with CRLF, which git writes on some machines", () => {
  using project = scratchProject();
  project.add();
  const crlf = Object.entries(project.all()).filter(([path]) => /\.(ts|sql)$/.test(path));
  project.write(
    Object.fromEntries(crlf.map(([path, text]) => [path, text.replaceAll("\n", "\r\n")])),
  );
  assertNothingToDo(project.plan());
});

Deno.test("add updates what is as it was put there, and deletes what is gone", () => {
  using project = scratchProject();
  project.add();
  const release = laterRelease({ [CORS]: "// newer", [WPP]: undefined });
  const plan = project.add({ release });
  assert.deepEqual([pathsOf(plan, "update"), pathsOf(plan, "delete")], [[
    CORS,
    "supabase/wpp.json",
  ], [WPP]]);
  assert.equal(project.read(CORS), "// newer");
  assert.ok(!(WPP in project.all()));
  assert.deepEqual(changedBy(project.add({ release })), []);
});

Deno.test("add keeps a file that the user changed when ours is the same as before", () => {
  using project = scratchProject();
  project.add();
  project.write({ [CORS]: "// mine" });
  const plan = project.add({ release: laterRelease({ [WPP]: "// newer" }) });
  assert.deepEqual(plan.notes.map(({ path }) => path), [CORS]);
  assert.match(plan.notes[0].says, /changed by you, and is not newer/);
  assert.deepEqual([project.read(CORS), project.read(WPP)], ["// mine", "// newer"]);
});

Deno.test("add writes nothing when the user changed a file that is newer here", () => {
  using project = scratchProject();
  project.add();
  project.write({ [CORS]: "// mine" });
  const before = project.all();
  const release = laterRelease({ [CORS]: "// newer", [WPP]: "// newer" });
  const plan = project.add({ release });
  assert.deepEqual(plan.refusals.map(({ path }) => path), [CORS]);
  assert.match(plan.refusals[0].says, /changed by you, and is newer here.*--replace/);
  assert.deepEqual(project.all(), before);
  project.add({ release, replace: true });
  assert.equal(project.read(CORS), "// newer");
  const [kept] = Object.entries(project.all()).filter(([path]) => path.includes("wpp-replaced"));
  assert.match(kept[0], /^supabase\/wpp-replaced\/functions\/_shared\/wpp\/http\/cors\.ts\.\w{8}$/);
  assert.equal(kept[1], "// mine");
  assert.deepEqual(changedBy(project.plan({ release })), []);
});

Deno.test("add leaves a file that is gone from ours when the user changed or imports it", () => {
  using project = scratchProject();
  project.add();
  const [changed, imported] = [`${WPP}`, CORS];
  project.write({
    [changed]: "// mine",
    "supabase/functions/hello/index.ts": 'import "../_shared/wpp/http/cors.ts";\n',
  });
  const release = laterRelease({ [changed]: undefined, [imported]: undefined });
  const plan = project.add({ release });
  assert.deepEqual(pathsOf(plan, "delete"), []);
  assert.deepEqual(plan.notes.map(({ path }) => path).sort(), [changed, imported]);
  assert.match(
    plan.notes.find(({ path }) => path === imported)!.says,
    /supabase\/functions\/hello\/index\.ts uses it/,
  );
  assert.equal(project.read(changed), "// mine");
});

Deno.test("add tells which wpp-* functions and wpp.ts are the project's own, and replaces them with --replace", () => {
  const own = {
    [WPP]: "export class WppClient {}\n",
    "supabase/functions/wpp-create/index.ts": 'import "../_shared/wpp.ts";\n',
    "supabase/functions/wpp-auth/index.ts": 'import "../_shared/wpp.ts";\n',
  };
  using project = scratchProject({ ...OWN_PROJECT, ...own });
  const before = project.all();
  const { refusals, notes } = project.add();
  assert.deepEqual(
    refusals.map(({ path, says }) => [path, /not of this project.*--replace/.test(says)]),
    [[WPP, true], ["supabase/functions/wpp-create/index.ts", true]],
  );
  assert.deepEqual(notes.map(({ path }) => path), ["supabase/functions/wpp-auth/index.ts"]);
  assert.deepEqual(project.all(), before);

  const plan = project.add({ replace: true });
  assert.equal(pathsOf(plan, "replace").length, 2);
  assert.equal(project.read(WPP), textOf(RELEASE.files.get(WPP)));
  assert.equal(
    project.read("supabase/functions/wpp-auth/index.ts"),
    'import "../_shared/wpp.ts";\n',
  );
  const kept = Object.entries(project.all()).filter(([path]) => path.includes("wpp-replaced"));
  assert.deepEqual(
    kept.map(([, text]) => text).sort(),
    [
      own[WPP],
      own["supabase/functions/wpp-create/index.ts"],
    ].sort(),
  );
  assert.deepEqual(changedBy(project.plan()), []);
});

Deno.test("add completes a run that was interrupted, wherever it was", () => {
  using whole = scratchProject();
  const { length } = whole.add().changes;
  const wanted = whole.all();
  for (let count = 0; count < length; count += 9) {
    using project = scratchProject();
    const plan = project.plan();
    applyPlan(project.dir, { ...plan, changes: plan.changes.slice(0, count) });
    assert.equal(project.add().isUpdate, false, "what to do next is that of the first time");
    assert.deepEqual(project.all(), wanted, `after ${count} changes`);
  }
});

Deno.test("add finishes a file that an interrupted run left unfinished", () => {
  using project = scratchProject();
  project.write({ [`${WPP}.wpp-unfinished`]: "half" });
  project.add();
  assert.equal(project.read(WPP), textOf(RELEASE.files.get(WPP)));
  assert.ok(!Object.keys(project.all()).some((path) => path.endsWith("unfinished")));
});

Deno.test("add refuses a file in its place that is too large to be kept, also with --replace", () => {
  using project = scratchProject({ ...OWN_PROJECT, [WPP]: "/".repeat(1024 * 1024 + 1) });
  const { refusals } = project.add({ replace: true });
  assert.deepEqual(refusals, [
    { path: WPP, says: "is too large, or may not be read: move it away." },
  ]);
});

Deno.test("add refuses a folder without config.toml, and says how to make a project", () => {
  using project = scratchProject({ "src/main.ts": "" });
  const { changes, refusals } = project.add();
  assert.deepEqual(changes.length, 0);
  assert.match(refusals[0].says, /holds your supabase\/.*supabase@3\.1\.0 init/);
});

Deno.test("add refuses a manifest of a later version, and one that it did not write", () => {
  using project = scratchProject();
  project.add({ release: laterRelease({}) });
  assert.match(project.plan().refusals[0].says, /version 99\.1\.0, which is later/);
  project.write({ "supabase/wpp.json": "{}" });
  assert.match(project.plan().refusals[0].says, /not what `task add` wrote/);
});

function assertNothingToDo(plan: Plan): void {
  assert.deepEqual({ ...plan, changes: changedBy(plan) }, {
    changes: [],
    refusals: [],
    notes: [],
    isUpdate: true,
  });
}
