/** The local Storage, as supabase-js asks it. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { BUCKET, inStorage, KEYS } from "../support/local_storage.ts";

const BYTES = crypto.getRandomValues(new Uint8Array(5000));

async function bytesOf(blob: Blob | null): Promise<Uint8Array> {
  return new Uint8Array(await blob!.arrayBuffer());
}

inStorage("Storage gives back what was uploaded byte for byte", async ({ as, database }) => {
  const acme = await as("acme");
  const uploads = {
    "acme/outgoing/1/it's a (big) picture, 1+1.png": new Blob([BYTES], { type: "image/png" }),
    "acme/outgoing/2/raw.bin": BYTES,
    "acme/outgoing/3/empty.txt": new Blob([], { type: "text/plain" }),
  };
  for (const [path, body] of Object.entries(uploads)) {
    const contentType = body instanceof Blob ? undefined : "application/x-thing";
    const { data, error } = await acme.upload(path, body, { contentType });
    assert.equal(error, null);
    assert.equal(data?.path, path);
    const { data: back } = await acme.download(path);
    assert.deepEqual(await bytesOf(back), body instanceof Blob ? await bytesOf(body) : body);
    assert.equal(back?.type, body instanceof Blob ? body.type : contentType);
  }
  const rows = await database.query(
    `select metadata ->> 'size' as size, metadata ->> 'mimetype' as mimetype
     from storage.objects order by name`,
  );
  assert.deepEqual(rows, [
    { size: "5000", mimetype: "image/png" },
    { size: "5000", mimetype: "application/x-thing" },
    { size: "0", mimetype: "text/plain" },
  ]);
});

inStorage("Storage asks the policies who may read and write", async ({ as, server, url }) => {
  const [acme, other] = [await as("acme"), await as("acme/b")];
  const write = async (path: string) => (await acme.upload(path, BYTES)).error?.message ?? "done";
  const refused = "new row violates row-level security policy";
  assert.equal(await write("acme/outgoing/1.bin"), "done");
  assert.equal(await write("acme/outgoing/1.bin"), "The resource already exists");
  assert.equal(await write("acme/1.bin"), refused);
  assert.equal(await write("other/outgoing/1.bin"), refused);
  assert.equal(await write("acme_/outgoing/1.bin"), refused);
  const path = "acme/outgoing/1.bin";
  assert.equal((await other.download(path)).error?.message, "Object not found");
  assert.equal((await other.createSignedUrl(path, 60)).error?.message, "Object not found");
  assert.deepEqual((await other.list("acme/outgoing")).data, []);
  assert.deepEqual((await acme.remove([path])).data, []);
  assert.equal((await acme.download(path)).error, null);
  const anonymous = await fetch(`${url}/storage/v1/object/${BUCKET}/${path}`, {
    headers: { apikey: KEYS.publishableKey },
  });
  assert.equal(anonymous.status, 400);
  assert.doesNotMatch(await anonymous.text(), /^.{1000}/);
  assert.equal((await server.remove([path, "acme/missing"])).data?.length, 1);
  assert.equal((await server.download(path)).error?.message, "Object not found");
});

inStorage("Storage refuses the names that Supabase Storage refuses", async ({ server, url }) => {
  for (const name of ["большая.png", "50%.png", "a~1.png", "[a].png"]) {
    const { error } = await server.upload(`acme/${encodeURIComponent(name)}`, BYTES);
    assert.equal(error?.message, `Invalid key: ${BUCKET}/acme/${name}`);
  }
  await server.upload("acme/a, b.png", BYTES);
  const encoded = await fetch(`${url}/storage/v1/object/${BUCKET}/acme/a%2C%20b.png`, {
    headers: { apikey: KEYS.secretKey, authorization: `Bearer ${KEYS.secretKey}` },
  });
  assert.deepEqual(new Uint8Array(await encoded.arrayBuffer()), BYTES);
});

inStorage("Storage lists a folder and describes an object", async ({ as, server }) => {
  const acme = await as("acme");
  for (const path of ["acme/outgoing/b.bin", "acme/in/c.bin", "acme/a.bin", "acmex/d.bin"]) {
    assert.equal((await server.upload(path, BYTES, { contentType: "a/b" })).error, null);
  }
  const { data: entries } = await acme.list("acme");
  assert.deepEqual(entries?.map(({ name, id }) => [name, id !== null]), [
    ["a.bin", true],
    ["in", false],
    ["outgoing", false],
  ]);
  assert.deepEqual(
    (await acme.list("acme", { limit: 1, offset: 1 })).data?.map(({ name }) => name),
    ["in"],
  );
  assert.deepEqual((await acme.list("a_me")).data, []);
  const { data } = await acme.info("acme/a.bin");
  assert.deepEqual([data?.size, data?.contentType, data?.bucketId], [5000, "a/b", BUCKET]);
});

inStorage("Storage refuses what is over the bucket's limit", async ({ as, database }) => {
  const acme = await as("acme");
  const tooLarge = new Blob([new Uint8Array(100_001)]);
  for (const body of [await tooLarge.bytes(), tooLarge, tooLarge.stream()]) {
    const { error } = await acme.upload("acme/outgoing/1.bin", body);
    assert.match(error?.message ?? "", /exceeded the maximum allowed size of 100000 bytes/);
  }
  assert.deepEqual(await database.query("select name from storage.objects"), []);
  assert.equal((await acme.upload("acme/outgoing/1.bin", new Uint8Array(100_000))).error, null);
});

inStorage(
  "Storage keeps nothing of an upload that breaks off, and nobody waits for it",
  async (world) => {
    const { hostname, port } = new URL(world.url);
    const socket = connect(Number(port), hostname);
    const half =
      `POST /storage/v1/object/${BUCKET}/acme/half.bin HTTP/1.1\r\nhost: ${hostname}\r\n` +
      `apikey: ${KEYS.secretKey}\r\nauthorization: Bearer ${KEYS.secretKey}\r\n` +
      "content-type: a/b\r\ncontent-length: 1000\r\n\r\nhalf";
    await new Promise((resolve) => socket.write(half, resolve)); // it is there before the other
    assert.equal((await world.server.upload("acme/whole.bin", BYTES)).error, null);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.destroy();
    await closed;
    assert.deepEqual((await world.server.list("acme")).data?.map(({ name }) => name), [
      "whole.bin",
    ]);
  },
);

inStorage("Storage is down or slow when its faults say so", async ({ storage, server }) => {
  await server.upload("acme/1.bin", BYTES);
  storage.faults.down = true;
  for (
    const { error } of [
      await server.download("acme/1.bin"),
      await server.upload("acme/2.bin", BYTES),
      await server.createSignedUrl("acme/1.bin", 60),
    ]
  ) assert.equal((error as { status?: number } | null)?.status, 503);
  storage.faults.down = false;
  assert.deepEqual((await server.list("acme")).data?.map(({ name }) => name), ["1.bin"]);
  storage.faults.slowMs = 50;
  const before = performance.now();
  await server.download("acme/1.bin");
  assert.ok(performance.now() - before >= 45);
});
