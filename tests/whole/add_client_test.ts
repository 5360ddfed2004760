/** The client's package in a project. */
import assert from "node:assert/strict";
import { clientFiles } from "../../tools/add/client.ts";
import { changedBy, OWN_PROJECT, pathsOf, scratchProject } from "../support/scratch_project.ts";

Deno.test("add puts the client where it was asked to, and updates it with the rest", () => {
  using project = scratchProject();
  const client = (text: string) => (
    { folder: "web/wpp", files: new Map([["dist/a.js", new TextEncoder().encode(text)]]) }
  );
  project.add({ client: client("one") });
  assert.equal(project.read("web/wpp/dist/a.js"), "one");
  assert.match(project.read("supabase/wpp.json"), /"client": "web\/wpp"/);
  assert.deepEqual(changedBy(project.plan({ client: client("one") })), []);
  project.add({ client: client("two") });
  assert.equal(project.read("web/wpp/dist/a.js"), "two");
  assert.deepEqual(changedBy(project.plan({ client: client("two") })), []);
});

Deno.test("add refuses a client's folder that holds files of others", () => {
  using project = scratchProject({ ...OWN_PROJECT, "wpp-client/package.json": "{}" });
  const files = new Map([["package.json", new Uint8Array([1])]]);
  const { refusals } = project.add({ client: { folder: "wpp-client", files } });
  assert.deepEqual(refusals.map(({ path }) => path), ["wpp-client/package.json"]);
});

Deno.test("add deletes a file of the client's that is gone from it", () => {
  using project = scratchProject();
  const bytes = new Uint8Array([1]);
  const client = (...names: string[]) => (
    { folder: "wpp-client", files: new Map(names.map((name) => [name, bytes])) }
  );
  project.add({ client: client("a.js", "b.js") });
  assert.deepEqual(pathsOf(project.add({ client: client("a.js") }), "delete"), ["wpp-client/b.js"]);
});

Deno.test("clientFiles are those of a package, the same each time", async () => {
  const files = await clientFiles();
  assert.ok(files.has("package.json") && files.has("README.md"));
  assert.ok([...files.keys()].some((path) => path.endsWith(".d.ts")));
  assert.deepEqual([...await clientFiles()], [...files]);
});
