/** Signed links of the local Storage, which anybody who has one may fetch. */
import FakeTimers from "@sinonjs/fake-timers";
import { decodeJwt } from "jose";
import assert from "node:assert/strict";
import { inStorage, type StorageWorld } from "../support/storage.ts";
import { userToken } from "../support/jwt.ts";

const BYTES = crypto.getRandomValues(new Uint8Array(5000));
const PATH = "acme/outgoing/1/it's a (big) picture, 1+1.png";

function inOneStorage(name: string, test: (world: StorageWorld) => Promise<void>): void {
  inStorage(name, test, { onEachEngine: false });
}

async function read(url: string | URL, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes };
}

inOneStorage("a signed link is fetched without a key until it expires", async ({ as }) => {
  const acme = await as("acme");
  await acme.upload(PATH, new Blob([BYTES], { type: "image/png" }));
  const { data } = await acme.createSignedUrl(PATH, 60);
  const { status, headers, bytes } = await read(data!.signedUrl);
  assert.equal(status, 200);
  assert.deepEqual(bytes, BYTES);
  assert.equal(headers.get("content-type"), "image/png");
  assert.equal(headers.get("access-control-allow-origin"), "*");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  const clock = FakeTimers.install({ now: Date.now(), toFake: ["Date"] });
  try {
    clock.setSystemTime(Date.now() + 58_000);
    assert.equal((await read(data!.signedUrl)).status, 200);
    clock.setSystemTime(Date.now() + 4_000);
    const expired = await read(data!.signedUrl);
    assert.equal(expired.status, 400);
    assert.match(new TextDecoder().decode(expired.bytes), /"InvalidJWT".*exp/);
  } finally {
    clock.uninstall();
  }
});

inOneStorage("a signed link is for one object and cannot be altered", async ({ as, server }) => {
  const acme = await as("acme");
  await acme.upload(PATH, BYTES);
  await server.upload("acme/other.bin", BYTES);
  const good = new URL((await acme.createSignedUrl(PATH, 60)).data!.signedUrl);
  const altered = (change: (url: URL) => void) => {
    const url = new URL(good);
    change(url);
    return url;
  };
  const userJwt = await userToken({ app_metadata: { organization_id: "acme" } });
  const token = good.searchParams.get("token")!;
  const [head, , signature] = token.split(".");
  const longer = btoa(JSON.stringify({ ...decodeJwt(token), exp: 4e9 }));
  for (
    const url of [
      altered((url) => url.pathname = url.pathname.replace(/acme.*$/, "acme/other.bin")),
      altered((url) => url.searchParams.set("token", userJwt)),
      altered((url) => url.searchParams.set("token", `${head}.${longer}.${signature}`)),
      altered((url) => url.searchParams.delete("token")),
    ]
  ) {
    const { status, bytes } = await read(url);
    assert.equal(status, 400);
    assert.match(new TextDecoder().decode(bytes), /"(InvalidJWT|InvalidSignature)"/);
  }
});

inStorage(
  "createSignedUrls signs many in one request and says which it could not",
  async ({ as }) => {
    const acme = await as("acme");
    await acme.upload(PATH, BYTES);
    const { data } = await acme.createSignedUrls([PATH, "acme/missing.bin", "other/1.bin"], 60);
    assert.deepEqual(data?.map(({ path, error }) => [path, error]), [
      [PATH, null],
      ["acme/missing.bin", "Object not found"],
      ["other/1.bin", "Object not found"],
    ]);
    assert.deepEqual((await read(data![0].signedUrl!)).bytes, BYTES);
  },
);

inOneStorage("a signed link gives the parts that Range asks for", async ({ as }) => {
  const acme = await as("acme");
  await acme.upload(PATH, BYTES);
  const url = (await acme.createSignedUrl(PATH, 60)).data!.signedUrl;
  for (
    const [range, start, end] of [
      ["bytes=0-4095", 0, 4096],
      ["bytes=4096-", 4096, 5000],
      ["bytes=4990-9999", 4990, 5000],
      ["bytes=-10", 4990, 5000],
    ] as const
  ) {
    const { status, headers, bytes } = await read(url, { range });
    assert.equal(status, 206);
    assert.equal(headers.get("content-range"), `bytes ${start}-${end - 1}/5000`);
    assert.deepEqual(bytes, BYTES.slice(start, end));
  }
  const { status, headers } = await read(url, { range: "bytes=5000-" });
  assert.deepEqual([status, headers.get("content-range")], [416, "bytes */5000"]);
  assert.equal((await read(url, { range: "lines=1-2" })).status, 200);
});

inOneStorage("a signed link is saved under the name that it was signed with", async ({ as }) => {
  const acme = await as("acme");
  await acme.upload(PATH, BYTES);
  const disposition = async (download: string | true) => {
    const { data } = await acme.createSignedUrl(PATH, 60, { download });
    return (await read(data!.signedUrl)).headers.get("content-disposition");
  };
  assert.equal(await disposition(true), "attachment");
  assert.equal(await disposition("a b.png"), "attachment; filename*=UTF-8''a%20b.png");
});
