/** Media that comes in while Storage is down, or takes no such file. */
import assert from "node:assert/strict";
import { mediaOf, passTime, reconcile, withMedia, zeros } from "../support/received_media.ts";
import { inStorage, mediaSamples } from "../support/storage.ts";
import { connectHooked, databaseCalls, events, messages, post, tell } from "../support/webhook.ts";

const MIB = 1024 * 1024;

for (const fault of ["down", "silent", "lost", "no_bucket"] as const) {
  inStorage(
    `wpp-webhook loses nothing while Storage is ${fault}, and wpp-reconcile stores it then`,
    async (world, storage) => {
      const { hook, session } = await connectHooked(world);
      const { bytes } = mediaSamples.png;
      storage.fault = fault;
      const body = withMedia(session, { filename: "a.png", base64: bytes.toBase64() });
      const response = await world.fastForward(() => post(hook, body));
      assert.equal(response.status, 200);
      assert.deepEqual(await mediaOf(world), { state: "pending", filename: "a.png", size: 600 });
      for (let minute = 0; minute < 3; minute++) {
        await passTime(world);
        assert.equal((await world.fastForward(() => reconcile(world))).events, 0);
        assert.equal((await mediaOf(world)).state, "pending");
      }
      storage.fault = undefined;
      const [before] = await world.database.query("select change from messenger_changes");
      await passTime(world);
      assert.equal((await reconcile(world)).events, 1);
      const { path, ...described } = await mediaOf(world);
      assert.deepEqual(described, {
        state: "stored",
        mimetype: "image/png",
        filename: "a.png",
        size: 600,
      });
      assert.deepEqual(storage.objects.get(String(path))?.bytes, bytes);
      assert.deepEqual(await events(world), []);
      const [after] = await world.database.query("select change from messenger_changes");
      assert.ok(Number(after.change) > Number(before.change), "pages are told");
    },
  );
}

inStorage(
  "wpp-webhook answers 503 to media that is too large for the database",
  async (world, storage) => {
    const { hook, session } = await connectHooked(world);
    storage.fault = "down";
    const body = withMedia(session, { base64: zeros(8 * MIB + 2 - (8 * MIB + 2) % 3 + 3) });
    const calls = databaseCalls(world);
    assert.equal((await post(hook, body)).status, 503);
    assert.deepEqual(calls(), ["messenger_knows_webhook"]);
    assert.deepEqual(await messages(world), []);
    storage.fault = undefined;
    await tell(hook, body);
    assert.equal((await mediaOf(world)).state, "stored");
  },
);

inStorage("wpp-webhook notes media that Storage will never take", async (world, storage) => {
  const { hook, session } = await connectHooked(world);
  storage.fault = "too_large";
  await tell(hook, withMedia(session, { base64: mediaSamples.png.bytes.toBase64() }));
  assert.deepEqual(await mediaOf(world), { state: "failed", reason: "too_large", size: 600 });
  assert.deepEqual(await events(world), []);
});

inStorage("wpp-reconcile asks Storage once in a run while it is down", async (world, storage) => {
  const { hook, session } = await connectHooked(world);
  storage.fault = "down";
  const base64 = mediaSamples.png.bytes.toBase64();
  for (let n = 0; n < 12; n++) await tell(hook, withMedia(session, { base64 }));
  await passTime(world);
  storage.calls.length = 0;
  await reconcile(world);
  assert.equal(storage.calls.length, 1);
  storage.fault = undefined;
  await passTime(world);
  await passTime(world);
  const runs = await Promise.all([reconcile(world), reconcile(world)]);
  assert.equal(runs.reduce((sum, { events }) => sum + Number(events), 0), 12);
  assert.equal(storage.objects.size, 12);
});
