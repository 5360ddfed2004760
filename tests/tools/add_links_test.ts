/** `deno task add` writes nothing through a symbolic link, and nothing outside the project. */
import assert from "node:assert/strict";
import { applyPlan } from "../../tools/add/apply.ts";
import { NotAProject, projectFolder } from "../../tools/add/project_folder.ts";
import { REPOSITORY } from "../../tools/add/release.ts";
import { OWN_PROJECT, scratchProject } from "../support/scratch_project.ts";

/** What is a link, and where it leads. */
const LINKS: [what: string, link: string, target: string][] = [
  ["a file of ours", "supabase/functions/_shared/wpp.ts", "../../../src/main.ts"],
  ["a dangling file", "supabase/functions/_shared/wpp.ts", "/nowhere/at/all"],
  ["a function's folder", "supabase/functions/wpp-send", "hello"],
  ["a dangling folder", "supabase/functions/_shared/wpp", "/nowhere/at/all"],
  ["the manifest", "supabase/wpp.json", "/nowhere/at/all"],
];

for (const [what, link, target] of LINKS) {
  Deno.test(`add refuses when ${what} is a symbolic link`, () => {
    using project = scratchProject();
    Deno.symlinkSync(target, `${project.dir}/${link}`);
    const before = project.all();
    const { refusals } = project.add({ replace: true });
    assert.ok(refusals.some(({ path, says }) => path === link && /symbolic link/.test(says)));
    assert.deepEqual(project.all(), before);
  });
}

for (
  const parent of [
    "supabase",
    "supabase/functions",
    "supabase/functions/_shared",
    "supabase/migrations",
    "supabase/config.toml",
  ]
) {
  Deno.test(`add refuses when ${parent} is a symbolic link`, () => {
    using project = scratchProject();
    Deno.renameSync(`${project.dir}/${parent}`, `${project.dir}/elsewhere`);
    Deno.symlinkSync(`${project.dir}/elsewhere`, `${project.dir}/${parent}`);
    const before = project.all();
    const { refusals } = project.add({ replace: true });
    assert.ok(refusals.some(({ path, says }) => path === parent && /symbolic link/.test(says)));
    assert.deepEqual(project.all(), before);
  });
}

for (const path of ["supabase/functions/_shared/wpp", "supabase/wpp.json"]) {
  Deno.test(`applyPlan stops when ${path} has become a symbolic link since the plan`, () => {
    using project = scratchProject();
    using elsewhere = scratchProject({});
    const plan = project.plan();
    Deno.symlinkSync(elsewhere.dir, `${project.dir}/${path}`);
    assert.throws(() => applyPlan(project.dir, plan), /symbolic link/);
    assert.deepEqual(elsewhere.all(), {});
  });
}

Deno.test("applyPlan writes through no link that has the name of an unfinished file", () => {
  using project = scratchProject();
  const unfinished = "supabase/functions/_shared/wpp.ts.wpp-unfinished";
  Deno.symlinkSync(`${project.dir}/src/main.ts`, `${project.dir}/${unfinished}`);
  project.add();
  assert.equal(project.read("src/main.ts"), OWN_PROJECT["src/main.ts"]);
});

Deno.test("projectFolder resolves a link to the project itself", () => {
  using project = scratchProject();
  using elsewhere = scratchProject({});
  Deno.symlinkSync(project.dir, `${elsewhere.dir}/link`);
  assert.equal(projectFolder(`${elsewhere.dir}/link`), Deno.realPathSync(project.dir));
});

Deno.test("projectFolder refuses this repository, another checkout of it, and no folder", () => {
  using copy = scratchProject({ ...OWN_PROJECT, "tools/add/add.ts": "" });
  for (const path of [REPOSITORY.pathname, copy.dir]) {
    assert.throws(() => projectFolder(path), /it is this project itself/);
  }
  assert.throws(() => projectFolder(`${copy.dir}/nothing`), NotAProject);
  assert.throws(() => projectFolder(`${copy.dir}/src/main.ts`), NotAProject);
});
