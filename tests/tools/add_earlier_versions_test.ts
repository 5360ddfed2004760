/** `deno task add` in projects that earlier versions were copied into by hand. */
import assert from "node:assert/strict";
import { contentHash } from "../../tools/add/content_hash.ts";
import { isKnown, isKnownMigration } from "../../tools/add/known_versions.ts";
import { EARLIER_VERSIONS, readEarlierVersion } from "../support/earlier_version.ts";
import {
  changedBy,
  OWN_PROJECT,
  pathsOf,
  RELEASE,
  scratchProject,
  textOf,
} from "../support/scratch_project.ts";

const CONFIG = "supabase/config.toml";
const SHARED = "supabase/functions/_shared";
const LATER = "supabase/migrations/20270301120059_later.sql";

/** A project with functions of its own, into which an earlier version was copied. */
function copied(version: typeof EARLIER_VERSIONS[number], more: Record<string, string> = {}) {
  const { [CONFIG]: config, ...files } = readEarlierVersion(version);
  const sections = config.slice(config.indexOf("[functions.wpp-"));
  const own = {
    [CONFIG]: `project_id = "shop"\n\n[functions.hello]\nverify_jwt = true\n\n${sections}`,
    "supabase/functions/hello/index.ts": 'import { headers } from "../_shared/headers.ts";\n',
    "supabase/functions/_shared/headers.ts": "export const headers = {};\n",
    [LATER]: OWN_PROJECT[LATER],
  };
  return scratchProject({ ...files, ...own, ...more });
}

for (const version of EARLIER_VERSIONS) {
  Deno.test(`every file of the version of ${version} is known by its hash`, () => {
    const unknown = Object.entries(readEarlierVersion(version)).filter(([path, text]) => {
      if (path === CONFIG) return false;
      const hash = contentHash(new TextEncoder().encode(text));
      return path.endsWith(".sql") ? !isKnownMigration(hash) : !isKnown(path, hash);
    });
    assert.deepEqual(unknown.map(([path]) => path), []);
  });

  Deno.test(`add updates a copy of ${version}, and keeps its migrations`, () => {
    using project = copied(version);
    const before = project.all();
    const plan = project.add();
    assert.deepEqual([plan.refusals, plan.notes, plan.isUpdate], [[], [], true]);
    const after = project.all();
    for (const [path, bytes] of RELEASE.files) assert.equal(after[path], textOf(bytes), path);
    for (const [path, text] of Object.entries(before)) {
      if (path.startsWith("supabase/migrations/")) assert.equal(after[path], text, path);
    }
    assert.deepEqual(pathsOf(plan, "replace"), []);
    assert.deepEqual(changedBy(project.plan()), []);
  });

  Deno.test(`add leaves nothing of the copy of ${version} but what is the user's`, () => {
    using project = copied(version);
    project.add();
    const left = Object.keys(project.all()).filter((path) =>
      path.startsWith("supabase/functions/") && !RELEASE.files.has(path)
    );
    assert.deepEqual(left.sort(), [`${SHARED}/headers.ts`, "supabase/functions/hello/index.ts"]);
    const config = project.read(CONFIG);
    assert.ok(!config.includes("import_map"));
    assert.match(config, /\[functions\.hello\]\nverify_jwt = true\n/);
    assert.equal(config.match(/verify_jwt = false/g)?.length, RELEASE.functions.length);
  });

  Deno.test(`add adds our set after the project's last migration when it has that of ${version}`, () => {
    using project = copied(version);
    const added = pathsOf(project.add(), "add").filter((path) => path.endsWith(".sql"));
    assert.equal(added.length, RELEASE.migrations.length);
    assert.ok(added.every((path) => path > LATER));
  });
}

Deno.test("add brings a copy that only sent what receives, with sections of their own", () => {
  using project = copied("2026-11-27");
  const plan = project.add();
  const [added, deleted] = [pathsOf(plan, "add"), pathsOf(plan, "delete")];
  for (const name of ["wpp-react", "wpp-webhook"]) {
    assert.ok(added.includes(`supabase/functions/${name}/index.ts`), name);
    assert.match(
      project.read(CONFIG),
      new RegExp(`\\[functions\\.${name}\\]\nverify_jwt = false\n`),
    );
  }
  assert.ok(added.some((path) => path.endsWith("_messenger_inbound.sql")));
  assert.ok(deleted.includes(`${SHARED}/wpp/messages/sent_messages.ts`));
});

Deno.test("add keeps a flat file that a function of the user's imports, and what that one imports", () => {
  using project = copied("2026-11-25", {
    "supabase/functions/hello/index.ts": 'import { verify } from "../_shared/auth.ts";\n',
  });
  const { notes } = project.add();
  const kept = notes.map(({ path }) => path);
  assert.ok(kept.includes(`${SHARED}/auth.ts`) && kept.includes(`${SHARED}/errors.ts`));
  assert.match(
    notes.find(({ path }) => path.endsWith("/auth.ts"))!.says,
    /hello\/index\.ts uses it/,
  );
  const after = project.all();
  for (const path of kept) assert.ok(path in after, path);
  assert.ok(!(`${SHARED}/phone.ts` in after), "what nobody uses goes");
  assert.deepEqual(changedBy(project.plan()), []);
});

Deno.test("add keeps the flat contract while code outside supabase/ imports it", () => {
  using project = copied("2026-11-25", {
    "client/wpp_client.ts": 'import type { A } from "../supabase/functions/_shared/contract.ts";\n',
  });
  const { notes } = project.add();
  const about = notes.find(({ path }) => path === `${SHARED}/contract.ts`);
  assert.match(about!.says, /client\/wpp_client\.ts uses it/);
});

Deno.test("add leaves a flat file that the user changed, and our import map with entries of theirs", () => {
  using project = copied("2026-11-25", {
    [`${SHARED}/cors.ts`]: "export const mine = 1;\n",
    "supabase/functions/deno.json": '{ "imports": { "mine": "./_shared/cors.ts" } }',
  });
  const { notes, refusals } = project.add();
  assert.deepEqual(refusals, []);
  const says = Object.fromEntries(notes.map(({ path, says }) => [path, says]));
  assert.match(says[`${SHARED}/cors.ts`], /yours, or changed by you/);
  assert.match(says["supabase/functions/deno.json"], /holds more than our import map/);
  assert.equal(project.read(`${SHARED}/cors.ts`), "export const mine = 1;\n");
});

Deno.test("add keeps our import map while a function of the user's needs it", () => {
  const map = "supabase/functions/deno.json";
  const config = `${
    readEarlierVersion("2026-11-25")[CONFIG]
  }\n[functions.hello]\nimport_map = "./functions/deno.json"\n`;
  using named = copied("2026-11-25", { [CONFIG]: config });
  assert.match(
    named.add().notes.find(({ path }) => path === map)!.says,
    /\[functions\.hello\] uses/,
  );
  using bare = copied("2026-11-25", {
    "supabase/functions/hello/index.ts": 'import { z } from "zod";\n',
  });
  assert.match(bare.add().notes.find(({ path }) => path === map)!.says, /hello\/index\.ts uses/);
});

Deno.test("add refuses a copied function that the user changed, and keeps it with --replace", () => {
  const path = "supabase/functions/wpp-send/index.ts";
  using project = copied("2026-11-25", { [path]: 'import "../_shared/endpoint.ts"; // mine\n' });
  const before = project.all();
  assert.deepEqual(project.add().refusals.map(({ path }) => path), [path]);
  assert.deepEqual(project.all(), before);
  project.add({ replace: true });
  const after = project.all();
  assert.equal(after[path], textOf(RELEASE.files.get(path)));
  assert.ok(Object.values(after).includes('import "../_shared/endpoint.ts"; // mine\n'));
});
