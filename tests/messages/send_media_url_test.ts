/** wpp-send with a URL of media, which is handed on as it is. */
import assert from "node:assert/strict";
import { message, refusalOf, send, TO } from "../support/sent_media.ts";
import { inStorage } from "../support/storage.ts";

inStorage("wpp-send hands a url on as it is, and never fetches it", async (world, storage) => {
  const { token } = await world.connect();
  const cases: [media: object, kind: string, told: object][] = [
    [{ url: "https://cdn.shop.com/a%20cat.png?v=2" }, "image", {}],
    [{ url: "https://cdn.shop.com/x", mimetype: "image/JPEG" }, "image", {}],
    [{ url: "https://cdn.shop.com/a.mp4" }, "video", { filename: "a.mp4" }],
    [{ url: "https://cdn.shop.com/x", filename: "song.mp3" }, "audio", { filename: "song.mp3" }],
    [{ url: "https://cdn.shop.com/" }, "document", { filename: "file" }],
    [{ url: "https://cdn.shop.com/page.svg" }, "document", { filename: "page.svg" }],
  ];
  for (const [media, kind, told] of cases) {
    await world.database.exec("truncate messenger_messages cascade");
    assert.equal((await send(world, token, { media })).status, 202);
    const { type, account: _, to, ...more } = storage.sent.at(-1)!.body;
    const { url } = media as { url: string };
    assert.deepEqual([type, to, more], [kind === "image" ? "image" : "file", TO.slice(1), {
      url,
      ...told,
    }]);
    const row = await message(world);
    assert.deepEqual([row?.kind, (row?.media as { url: string }).url], [kind, url]);
  }
  assert.deepEqual(storage.calls, []);
});

const PRIVATE_URLS = [
  "http://cdn.shop.com/a.png",
  "https://cdn.shop.com:8443/a.png",
  "https://user@cdn.shop.com/a.png",
  "https://127.0.0.1/a.png",
  "https://2130706433/a.png",
  "https://[::1]/a.png",
  "https://[::ffff:10.0.0.1]/a.png",
  "https://localhost/a.png",
  "https://nas/a.png",
  "https://nas./a.png",
  "https://printer.local/a.png",
  "https://printer.LOCAL./a.png",
  "https://metadata.google.internal/a",
  "data:image/png;base64,AAAA",
  "https://cdn.sho\tp.com/a.png",
  "https://cdn.shop.com/a.png ",
  "file:///etc/passwd",
  "no url",
];
inStorage("wpp-send refuses a url that not everybody can fetch", async (world, storage) => {
  const { token } = await world.connect();
  for (const url of PRIVATE_URLS) {
    assert.deepEqual(await refusalOf(world, token, { media: { url } }), [400, "invalid_request", {
      "media.url": "Must be https, on port 443, of a public host name",
    }], url);
  }
  assert.deepEqual([storage.sent.length, await message(world)], [0, undefined]);
});
