/** wpp-send refuses media that it cannot send, before anything is sent. */
import assert from "node:assert/strict";
import { message, refusalOf, send, withFile } from "../support/sent_media.ts";
import { inStorage, mediaSamples } from "../support/storage.ts";

inStorage(
  "wpp-send refuses what is neither text nor media, or both of path and url",
  async (world) => {
    const { token } = await world.connect();
    const url = "https://cdn.shop.com/a.pdf";
    const cases: [body: object, fields: object][] = [
      [{}, { text: "Give text or media" }],
      [{ media: {} }, { media: "Give exactly one of path and url" }],
      [{ media: { path: "a", url } }, { media: "Give exactly one of path and url" }],
      [{ media: { path: "a\0" } }, { "media.path": "Must not hold control characters" }],
      [{ media: { url, mimetype: "image/png; x" } }, {
        "media.mimetype": "Must be like image/png",
      }],
      [{ text: "Look", media: { url } }, { text: "Only pictures have a caption" }],
    ];
    for (const [body, fields] of cases) {
      assert.deepEqual(await refusalOf(world, token, body), [400, "invalid_request", fields]);
    }
    assert.equal(await message(world), undefined);
  },
);

inStorage(
  "wpp-send answers 404 to every path that is not the organization's file",
  async (world, storage) => {
    const { token, path, organization } = await withFile(world, storage);
    const other = await withFile(world, storage);
    const name = path.split("/").at(-1)!;
    const paths = [
      other.path,
      `${organization}/outgoing/missing.png`,
      `${organization}/../${other.path}`,
      `${organization}/outgoing/../../${other.path}`,
      `/${path}`,
      `${path}/`,
      path.toUpperCase(),
      `${organization}%2Foutgoing%2F${name}`,
      `${organization.slice(0, -1)}_/outgoing/${name}`,
      `%/outgoing/${name}`,
      ".",
    ];
    for (const path of paths) {
      const [status, code] = await refusalOf(world, token, { media: { path } });
      assert.deepEqual([status, code], [404, "media_not_found"], path);
    }
    assert.deepEqual([storage.calls, storage.sent, await message(world)], [[], [], undefined]);
    const chats = await world.database.query("select from messenger_chats");
    assert.equal(chats.length, 0);
  },
);

inStorage("wpp-send refuses an empty file, and one over 64 MiB", async (world, storage) => {
  const { token, path } = await withFile(world, storage, {
    ...mediaSamples.png,
    bytes: new Uint8Array(),
  });
  assert.deepEqual(await refusalOf(world, token, { media: { path } }), [400, "invalid_request", {
    media: "Is empty",
  }]);
  const large = await withFile(world, storage);
  for (const [over, status] of [[0, 202], [1, 400]]) {
    await world.database.query(
      "update storage.objects set metadata = jsonb_build_object('size', $2::bigint) where name = $1",
      [large.path, 64 * 1024 * 1024 + over],
    );
    const answer = await send(world, large.token, { media: { path: large.path } });
    assert.equal(answer.status, status);
  }
  assert.equal(storage.sent.length, 1);
});

inStorage(
  "wpp-send answers 404 when the file has gone from Storage meanwhile",
  async (world, storage) => {
    const { token, path } = await withFile(world, storage);
    storage.objects.delete(path);
    assert.deepEqual(await refusalOf(world, token, { media: { path } }), [404, "media_not_found"]);
  },
);

inStorage(
  "wpp-send names SUPABASE_PUBLIC_URL where SUPABASE_URL is internal",
  async (world, storage) => {
    const { token, path } = await withFile(world, storage);
    const { status, body } = await send(world, token, { media: { path } });
    const { code, message: says } = body.error as { code: string; message: string };
    assert.deepEqual([status, code], [500, "misconfigured"]);
    assert.match(says, /SUPABASE_PUBLIC_URL/);
    assert.equal(await message(world), undefined);
    const url = "https://cdn.shop.com/a.pdf";
    assert.equal((await send(world, token, { media: { url } })).status, 202);
  },
  { env: { SUPABASE_PUBLIC_URL: undefined } },
);
