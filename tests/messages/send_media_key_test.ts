/** wpp-send with media and an idempotency key: no file is sent twice, and none is lost. */
import assert from "node:assert/strict";
import { message, send, withFile } from "../support/sent_media.ts";
import { inStorage, mediaSamples } from "../support/storage.ts";

inStorage(
  "wpp-send answers 503 while Storage is unavailable, and its key sends later",
  async (world, storage) => {
    const { token, path } = await withFile(world, storage);
    const headers = { "idempotency-key": "one" };
    for (const fault of ["down", "silent", "lost"] as const) {
      storage.fault = fault;
      const { status, body } = await world.fastForward(() =>
        send(world, token, { media: { path } }, headers)
      );
      const { code, retryable } = body.error as { code: string; retryable: boolean };
      assert.deepEqual([status, code, retryable], [503, "storage_unavailable", true], fault);
    }
    assert.equal(storage.sent.length, 0);
    storage.fault = undefined;
    assert.equal((await send(world, token, { media: { path } }, headers)).status, 202);
    const rows = await world.database.query("select status from messenger_messages");
    assert.deepEqual(rows, [{ status: "accepted" }]);
  },
);

inStorage(
  "wpp-send gives a key the outcome of its media, and no other media",
  async (world, storage) => {
    const { token, path, organization } = await withFile(world, storage);
    const headers = { "idempotency-key": "one" };
    const first = await send(world, token, { media: { path } }, headers);
    const again = await send(world, token, { media: { path } }, headers);
    assert.deepEqual([again.status, again.body], [202, first.body]);
    assert.equal(storage.sent.length, 1);
    const otherPath = `${organization}/outgoing/other.png`;
    await storage.put(otherPath, mediaSamples.png.bytes);
    const others = [{ media: { path: otherPath } }, { media: { path }, text: "Look" }, {
      text: "x",
    }];
    for (const body of others) {
      assert.equal((await send(world, token, body, headers)).status, 422);
    }
    storage.objects.clear(); // an outcome needs no file any more
    await world.database.exec("truncate storage.objects");
    assert.equal((await send(world, token, { media: { path } }, headers)).status, 202);
    assert.equal(storage.sent.length, 1);
  },
);

inStorage("wpp-send never sends a file again whose fate is unknown", async (world, storage) => {
  const { token, path } = await withFile(world, storage);
  const headers = { "idempotency-key": "one" };
  storage.platform = () => new Response("bad gateway", { status: 502 });
  for (let n = 0; n < 2; n++) {
    const { status, body } = await send(world, token, { media: { path } }, headers);
    assert.deepEqual([status, (body.error as { code: string }).code], [504, "delivery_unknown"]);
  }
  assert.equal(storage.sent.length, 1);
  const row = await message(world);
  assert.deepEqual([row?.status, row?.kind], ["unknown", "image"]);
});
