import assert from "node:assert/strict";
import { DirectoryFiles, MemoryFiles } from "../../local/storage/files.ts";
import { MAX_OBJECT_BYTES, readUpload } from "../../local/storage/uploads.ts";

const FILE = {
  bytes: new Uint8Array([10, 0, 255, 10]),
  mimetype: "a/b",
  cacheControl: "no-cache",
  lastModified: new Date(5000),
};
const NAMES = ["b/a/1", "b/../../up", "b/" + "long".repeat(300), "b/Ж \n\0"];

Deno.test("MemoryFiles keep, replace and delete files", async () => {
  const files = new MemoryFiles();
  for (const name of NAMES) await files.put(name, FILE);
  await files.put("b/a/1", { ...FILE, mimetype: "c/d" });
  await files.delete(NAMES[1]);
  await files.delete("missing");
  assert.equal((await files.get("b/a/1"))?.mimetype, "c/d");
  assert.equal(await files.get(NAMES[1]), undefined);
  assert.deepEqual(await files.get(NAMES[2]), FILE);
});

Deno.test("DirectoryFiles keep files for the next process, and within their directory", async () => {
  const parent = await Deno.makeTempDir();
  try {
    const directory = `${parent}/data/storage`;
    const files = new DirectoryFiles(directory);
    assert.equal(await files.get("b/a/1"), undefined);
    for (const name of NAMES) await files.put(name, FILE);
    await files.put("b/a/1", { ...FILE, mimetype: "c/d" });
    const next = new DirectoryFiles(directory);
    for (const name of NAMES.slice(1)) assert.deepEqual(await next.get(name), FILE);
    assert.equal((await next.get("b/a/1"))?.mimetype, "c/d");
    assert.deepEqual((await Array.fromAsync(Deno.readDir(parent))).map(({ name }) => name), [
      "data",
    ]);
    for (const name of [...NAMES, "missing"]) await next.delete(name);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(directory)), []);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("readUpload stops reading when a body without a length is over the limit", async () => {
  const chunk = new Uint8Array(1024 * 1024);
  let pulled = 0;
  const body = new ReadableStream({
    pull(controller) {
      pulled += chunk.length;
      controller.enqueue(chunk);
    },
  }, { highWaterMark: 0 });
  const url = "http://127.0.0.1/storage/v1/object/b/1";
  const refused = await readUpload(new Request(url, { method: "POST", body }));
  assert.ok(refused instanceof Response);
  assert.equal((await refused.json()).statusCode, "413");
  assert.ok(pulled <= MAX_OBJECT_BYTES + 2 * chunk.length);
});
