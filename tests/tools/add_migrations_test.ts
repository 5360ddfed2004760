/** How `deno task add` dates migrations, and which it adds. */
import assert from "node:assert/strict";
import { applyPlan } from "../../tools/add/apply.ts";
import { datesAfter } from "../../tools/add/migration_dates.ts";
import {
  changedBy,
  laterRelease,
  OWN_PROJECT,
  pathsOf,
  RELEASE,
  type ScratchProject,
  scratchProject,
  textOf,
} from "../support/scratch_project.ts";

const FOLDER = "supabase/migrations/";
const OUR_NAMES = RELEASE.migrations.map(({ name }) => name);

function namesIn(project: ScratchProject): string[] {
  return Object.keys(project.all()).filter((path) => path.startsWith(FOLDER))
    .map((path) => path.slice(FOLDER.length)).sort();
}

/** Our set with something new in one file. */
const CHANGED_SET = RELEASE.migrations.map((one, at) =>
  at === 2 ? { ...one, bytes: new TextEncoder().encode("select 'newer';\n") } : one
);

Deno.test("add dates our migrations after the project's last one, in their order", () => {
  using project = scratchProject();
  project.add();
  const ours = namesIn(project).filter((name) => /_messenger_/.test(name));
  assert.deepEqual(ours.map((name) => name.replace(/^\d+/, "")), [
    ...OUR_NAMES.map((name) => name.replace(/^\d+/, "")),
  ]);
  // Second by second: 12:00:59 is followed by 12:01:00.
  assert.deepEqual(ours.slice(0, 2).map((name) => name.slice(0, 14)), [
    "20270301120100",
    "20270301120101",
  ]);
  ours.forEach((name, at) => {
    assert.equal(project.read(FOLDER + name), textOf(RELEASE.migrations[at].bytes));
  });
});

Deno.test("add keeps the dates of our migrations when the project's are earlier", () => {
  const { [`${FOLDER}20270301120059_later.sql`]: _, ...earlier } = OWN_PROJECT;
  using project = scratchProject(earlier);
  project.add();
  assert.deepEqual(namesIn(project), ["20260101000000_orders.sql", ...OUR_NAMES]);
});

Deno.test("add adds the whole set under new dates when ours differs, and none when it does not", () => {
  using project = scratchProject();
  project.add();
  const before = namesIn(project);
  const same = laterRelease({ "supabase/functions/_shared/wpp.ts": "// newer" });
  assert.deepEqual(pathsOf(project.plan({ release: same }), "add"), []);
  const release = laterRelease({}, CHANGED_SET);
  project.add({ release });
  const added = namesIn(project).filter((name) => !before.includes(name));
  assert.equal(added.length, RELEASE.migrations.length);
  assert.ok(added.every((name) => name > before.at(-1)!));
  assert.deepEqual(changedBy(project.plan({ release })), []);
});

Deno.test("add completes a set of migrations that was interrupted, under its dates", () => {
  for (const count of [1, RELEASE.migrations.length - 1]) {
    using project = scratchProject();
    project.add();
    const release = laterRelease({}, CHANGED_SET);
    const plan = project.plan({ release });
    applyPlan(project.dir, { ...plan, changes: plan.changes.slice(0, count) });
    project.write({ [`${FOLDER}20280101000000_between.sql`]: "select 1;\n" });
    project.add({ release });
    const ours = namesIn(project).filter((name) => /_messenger_/.test(name));
    assert.equal(ours.length, 2 * RELEASE.migrations.length, `after ${count}`);
    assert.ok(ours.at(-1)! > "20280101000000", "the rest comes after what came between");
  }
});

Deno.test("add leaves a migration that the user changed, and takes its set for handed out", () => {
  using project = scratchProject();
  project.add();
  const name = namesIn(project).find((one) => /_messenger_access/.test(one))!;
  project.write({ [FOLDER + name]: "-- mine" });
  const plan = project.add();
  assert.deepEqual(changedBy(plan), []);
  assert.match(plan.notes[0].says, /changed by you after it was handed out/);
});

Deno.test("add does not write a migration again that was squashed, but with --replace", () => {
  using project = scratchProject();
  project.add();
  const name = namesIn(project).find((one) => /_messenger_access/.test(one))!;
  const text = project.read(FOLDER + name);
  Deno.removeSync(`${project.dir}/${FOLDER}${name}`);
  const plan = project.add();
  assert.deepEqual(changedBy(plan), []);
  assert.match(plan.notes[0].says, /is gone: not written again/);
  project.add({ replace: true });
  assert.equal(project.read(FOLDER + name), text);
});

Deno.test("add knows its migrations by their content when the user gave them other dates", () => {
  using project = scratchProject();
  project.add();
  for (const name of namesIn(project).filter((one) => /_messenger_/.test(one))) {
    const from = `${project.dir}/${FOLDER}${name}`;
    Deno.renameSync(from, from.replace("20270301", "20270401"));
  }
  const plan = project.add();
  assert.deepEqual([changedBy(plan), plan.notes], [["supabase/wpp.json"], []]);
  assert.deepEqual(changedBy(project.plan()), []);
});

/** Versions of theirs, and the first one of ours. */
const DATES: [theirs: string[], first: string][] = [
  [[], "20261126000001"],
  [["20261126000001"], "20261126000002"],
  [["20261231235959"], "20270101000000"],
  [["20270101"], "20270102000000"],
  [["2027010112"], "20270101130000"],
  [["20270101000000123"], "20270101000001"],
  [["20279999999999"], "20280000000000"],
  [["0001", "0002"], "20261126000001"],
  [["20270101000000", "20260101000000"], "20270101000001"],
];
for (const [theirs, first] of DATES) {
  Deno.test(`datesAfter begins with ${first} when theirs are ${theirs}`, () => {
    const { versions } = datesAfter(theirs, ["20261126000001", "20261126000002"]);
    assert.equal(versions[0], first);
    assert.equal(versions.length, 2);
    for (const version of versions) {
      assert.match(version, /^\d{14}$/);
      for (const one of theirs) {
        assert.ok(version > one, "as text");
        assert.ok(`${version}_b.sql` > `${one}_a.sql`, "as names of files");
      }
    }
    assert.ok(versions[1] > versions[0]);
  });
}

Deno.test("datesAfter names what no date of 14 digits comes after", () => {
  assert.deepEqual(datesAfter(["99999999999999"], ["20261126000001"]), {
    versions: ["20261126000001"],
    unsurpassed: ["99999999999999"],
  });
});
