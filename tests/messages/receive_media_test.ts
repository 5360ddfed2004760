/** Media that comes in, with Storage there: it is stored before its message is. */
import assert from "node:assert/strict";
import { mediaOf, settled, withMedia, zeros } from "../support/received_media.ts";
import { inStorage, mediaSamples } from "../support/storage.ts";
import {
  connectHooked,
  databaseCalls,
  events,
  giveWebhook,
  incoming,
  messages,
  post,
  tell,
  withId,
} from "../support/webhook.ts";

/** The platform's words for what a message is, and the kinds that they become. */
const WORDS: [word: string, kind: string, sample: keyof typeof mediaSamples][] = [
  ["image", "image", "jpeg"],
  ["sticker", "sticker", "webp"],
  ["video", "video", "mp4"],
  ["audio", "audio", "mp3"],
  ["ptt", "voice", "ogg"],
  ["document", "document", "pdf"],
];

inStorage("wpp-webhook stores a file of each kind, byte for byte", async (world, storage) => {
  const organization_id = crypto.randomUUID();
  const { hook, session } = await connectHooked(world, { app_metadata: { organization_id } });
  const { id } = (await world.row("select id from messenger_integrations"))!;
  for (const [word, kind, name] of WORDS) {
    const { bytes, mimetype, filename } = mediaSamples[name];
    const media = { mimetype: "application/x-unknown", filename, base64: bytes.toBase64() };
    await tell(hook, withMedia(session, media, word));
    const message = (await messages(world)).at(-1)!;
    const { path, ...described } = message.media as Record<string, string>;
    assert.deepEqual([message.kind, message.text, described], [kind, "Look", {
      state: "stored",
      mimetype,
      filename,
      size: bytes.length,
    }]);
    assert.match(
      path,
      new RegExp(`^${organization_id}/${id}/[0-9a-f-]{36}\\.${filename.slice(5)}$`),
    );
    assert.deepEqual(storage.objects.get(path), { bytes, mimetype });
  }
  assert.deepEqual(await events(world), []);
});

inStorage(
  "wpp-webhook needs one call of Storage and one of the database when warm",
  async (world, storage) => {
    const { hook, session } = await connectHooked(world);
    const base64 = mediaSamples.png.bytes.toBase64();
    await tell(hook, withMedia(session, { base64 }));
    const calls = databaseCalls(world);
    storage.calls.length = 0;
    await tell(hook, withMedia(session, { base64 }));
    assert.deepEqual(calls(), ["messenger_receive"]);
    assert.equal(storage.calls.length, 1);
    await tell(hook, incoming(session));
    assert.deepEqual(calls().slice(1), ["messenger_receive"], "a text");
    assert.equal(storage.calls.length, 1);
  },
);

inStorage(
  "wpp-webhook stores what is too large for the database, and keeps the caption",
  async (world, storage) => {
    const { hook, session } = await connectHooked(world);
    await tell(
      hook,
      withMedia(session, { mimetype: "video/mp4", base64: zeros(9_000_000) }, "video"),
    );
    const { state, path, size } = await mediaOf(world);
    assert.deepEqual([state, size], ["stored", 9_000_000]);
    const { bytes } = storage.objects.get(String(path))!;
    assert.equal(bytes.length, 9_000_000);
    assert.ok(bytes.every((byte) => byte === 0));
  },
);

inStorage("wpp-webhook removes the file of an event that came twice", async (world, storage) => {
  const { hook, session } = await connectHooked(world);
  const event = withId(session, "evt_1");
  const media = { base64: mediaSamples.png.bytes.toBase64() };
  const body = { ...event, data: { ...event.data, type: "image", media } };
  await tell(hook, body);
  const kept = storage.paths();
  await tell(hook, body);
  await settled(world);
  assert.deepEqual(storage.paths(), kept);
  assert.deepEqual(storage.calls.map((call) => call.split(" ")[0]), ["POST", "POST", "DELETE"]);
  assert.equal((await messages(world)).length, 1);
});

inStorage(
  "wpp-webhook keeps the file when the answer of the database is lost",
  async (world, storage) => {
    const { hook, session } = await connectHooked(world);
    await tell(hook, incoming(session));
    world.intercept = async (request) => {
      if (!request.url.endsWith("messenger_receive")) return undefined;
      await world.reach(request);
      return Response.error();
    };
    const base64 = mediaSamples.png.bytes.toBase64();
    const response = await world.fastForward(() => post(hook, withMedia(session, { base64 })));
    assert.equal(response.status, 503);
    world.intercept = undefined;
    const { path, state } = await mediaOf(world);
    assert.equal(state, "stored");
    assert.ok(storage.objects.has(String(path)));
  },
);

inStorage(
  "wpp-webhook stores in the folder of the connection that was called",
  async (world, storage) => {
    for (const organization_id of ["a", "acme_1", "Организация"]) {
      const { session } = await world.connect({ app_metadata: { organization_id } });
      const hook = await giveWebhook(world, session);
      await tell(hook, withMedia(session, { base64: mediaSamples.png.bytes.toBase64() }));
      const [{ folder }] = await world.database.query("select messenger_folder($1) as folder", [
        organization_id,
      ]);
      const path = storage.calls.at(-1)!.split("messenger-media/")[1];
      assert.equal(path.split("/")[0], folder);
    }
  },
);
