/** wpp-reconcile removes files that no message has. */
import assert from "node:assert/strict";
import { inStorage, mediaSamples } from "../support/storage.ts";
import { connectHooked, incoming, messages, tell } from "../support/webhook.ts";
import { SECRET_KEY, type World } from "../support/world.ts";

async function reconcile(world: World): Promise<Record<string, unknown>> {
  const headers = { apikey: SECRET_KEY };
  const response = await world.call("wpp-reconcile", { headers, body: {} });
  assert.equal(response.status, 200, await response.clone().text());
  return await response.json();
}

const picture = (session: string) =>
  incoming(session, { type: "image", media: { base64: mediaSamples.png.bytes.toBase64() } });

inStorage(
  "wpp-reconcile removes the files of erased messages, and no others",
  async (world, storage) => {
    const { hook, session } = await connectHooked(world);
    await tell(hook, picture(session));
    await tell(hook, picture(session));
    const [erased, kept] = await messages(world);
    await world.database.query("delete from messenger_messages where id = $1", [erased.id]);
    assert.equal((await reconcile(world)).events, 1);
    assert.deepEqual(storage.paths(), [(kept.media as { path: string }).path]);
    assert.equal((await reconcile(world)).events, 0);
  },
);

inStorage("wpp-reconcile removes files once Storage is available again", async (world, storage) => {
  const { hook, session } = await connectHooked(world);
  await tell(hook, picture(session));
  await world.database.exec("delete from messenger_messages");
  storage.fault = "down";
  assert.equal((await reconcile(world)).events, 0);
  assert.deepEqual(world.logs.at(-1)?.warnings, ["media_not_removed"]);
  storage.fault = undefined;
  await world.database.exec("update messenger_internal.unused_objects set due_at = now()");
  assert.equal((await reconcile(world)).events, 1);
  assert.deepEqual(storage.paths(), []);
});

inStorage(
  "wpp-reconcile removes uploads that no message has a day later, 100 by a call",
  async (world, storage) => {
    for (let n = 0; n < 150; n++) {
      await storage.put(`acme/outgoing/${n}/a.png`, mediaSamples.png.bytes, "image/png", 25);
    }
    await storage.put("acme/outgoing/new/a.png", mediaSamples.png.bytes, "image/png", 23);
    assert.equal((await reconcile(world)).events, 150);
    assert.deepEqual(storage.paths(), ["acme/outgoing/new/a.png"]);
    assert.deepEqual(storage.calls, Array(2).fill("DELETE /object/messenger-media"));
  },
);
