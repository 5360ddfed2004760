/** wpp-send with a file of the organization's own folder. */
import assert from "node:assert/strict";
import { message, refusalOf, send, shop, TO, withFile } from "../support/sent_media.ts";
import { inStorage, mediaSamples, PUBLIC_URL } from "../support/storage.ts";

inStorage("wpp-send sends a file of each kind, byte for byte", async (world, storage) => {
  for (const [name, sample] of Object.entries(mediaSamples)) {
    await world.database.exec("truncate messenger_messages cascade");
    // The type that its uploader declared says nothing.
    const { token, path } = await withFile(world, storage, {
      ...sample,
      mimetype: "application/x-unknown",
    });
    const { status, body } = await send(world, token, { media: { path } });
    assert.equal(status, 202, `${name}: ${JSON.stringify(body)}`);
    const { path: call, body: told, fetched } = storage.sent.at(-1)!;
    assert.equal(call, `/api/messages/${sample.sentAs === "image" ? "image" : "file"}`, name);
    assert.deepEqual(fetched?.bytes, sample.bytes, name);
    assert.equal(told.filename, sample.sentAs === "image" ? undefined : sample.filename, name);
    assert.equal(told.to, TO.slice(1));
    const row = await message(world);
    const isKnown = name !== "zip";
    assert.deepEqual([row?.kind, row?.status, row?.text, row?.media], [
      sample.sentAs,
      "accepted",
      null,
      {
        state: "stored",
        path,
        size: 600,
        mimetype: isKnown ? sample.mimetype : "application/octet-stream",
      },
    ], name);
  }
  assert.deepEqual(new Set(storage.lifetimes), new Set([24 * 60 * 60]));
});

inStorage(
  "wpp-send sends a picture with its caption, by one call more each",
  async (world, storage) => {
    const { token, path } = await withFile(world, storage);
    await send(world, token, { text: "the first, which gets a token" });
    await world.database.exec("truncate messenger_messages, messenger_chats cascade");
    const from = world.serviceCalls.length;
    const { body } = await send(world, token, {
      text: "Look",
      media: { path, filename: "b/cat.png" },
    });
    assert.deepEqual(storage.sent.at(-1)?.body.caption, "Look");
    const row = await message(world);
    assert.equal(row?.id, body.messageId);
    assert.deepEqual([row?.text, (row?.media as { filename: string }).filename], [
      "Look",
      "cat.png",
    ]);
    const chat = await world.row("select last_message from messenger_chats");
    assert.deepEqual(chat?.last_message, {
      id: row?.id,
      text: "Look",
      direction: "out",
      kind: "image",
      deleted: false,
    });
    const calls = world.serviceCalls.slice(from).map(({ service }) => service).sort();
    assert.deepEqual(calls, ["rest", "rest", "storage", "storage"]);
  },
);

inStorage("wpp-send forwards a file that came in", async (world, storage) => {
  const { app_metadata } = shop();
  const { token } = await world.connect({ app_metadata });
  const path = `${app_metadata.organization_id}/${crypto.randomUUID()}/${crypto.randomUUID()}.pdf`;
  await storage.put(path, mediaSamples.pdf.bytes, "application/pdf");
  assert.equal((await send(world, token, { media: { path } })).status, 202);
});

inStorage(
  "wpp-send goes by the bytes of a file, not by what they are called",
  async (world, storage) => {
    const html = new TextEncoder().encode("<!doctype html><script>alert(1)</script>");
    const lies = [
      { ...mediaSamples.pdf, mimetype: "image/png", filename: "cat.png" },
      { bytes: html, mimetype: "image/png", filename: "cat.png" },
      { bytes: new TextEncoder().encode("words"), mimetype: "image/png", filename: "cat.png" },
    ];
    for (const file of lies) {
      await world.database.exec("truncate messenger_messages cascade");
      const { token, path } = await withFile(world, storage, file);
      assert.deepEqual(await refusalOf(world, token, { text: "Look", media: { path } }), [
        400,
        "invalid_request",
        { text: "Only pictures have a caption" },
      ]);
      await world.database.exec("truncate messenger_messages cascade");
      assert.equal((await send(world, token, { media: { path } })).status, 202);
      assert.equal(storage.sent.at(-1)?.path, "/api/messages/file");
      assert.equal((await message(world))?.kind, "document");
    }
  },
);

inStorage("wpp-send tells nobody of a link but the platform", async (world, storage) => {
  const { token, path } = await withFile(world, storage);
  const { body } = await send(world, token, { media: { path } });
  const link = storage.sent[0].body.url;
  assert.ok(link.startsWith(`${PUBLIC_URL}/storage/v1/object/sign/messenger-media/`));
  const secret = new URL(link).searchParams.get("token")!;
  const rows = await world.database.query("select m::text from messenger_messages m");
  assert.ok(!JSON.stringify([body, rows, world.logs]).includes(secret));
});
