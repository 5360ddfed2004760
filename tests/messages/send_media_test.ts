/** wpp-send with media: a file of the organization's own folder, or an address that is handed on. */
import assert from "node:assert/strict";
import { type FakeStorage, inStorage, mediaSamples, PUBLIC_URL } from "../support/storage.ts";
import type { World } from "../support/world.ts";

const TO = "+79991112233";

const shop = (organization_id = crypto.randomUUID()) => ({ app_metadata: { organization_id } });

async function send(
  world: World,
  token: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await world.call("wpp-send", { token, body: { to: TO, ...body }, headers });
  return { status: response.status, body: await response.json() };
}

/** What an error says: its status, code and fields. */
async function refusalOf(world: World, token: string, body: object): Promise<unknown[]> {
  const { status, body: { error } } = await send(world, token, body);
  const { code, fields } = error as { code: string; fields?: object };
  return [status, code, ...(fields ? [fields] : [])];
}

const message = (world: World) => world.row("select * from messenger_messages");

/** A member whose organization has a file. */
async function withFile(
  world: World,
  storage: FakeStorage,
  { bytes, mimetype, filename }: { bytes: Uint8Array; mimetype: string; filename: string } =
    mediaSamples.png,
) {
  const { app_metadata } = shop();
  const { token } = await world.connect({ app_metadata });
  const path = `${app_metadata.organization_id}/outgoing/${crypto.randomUUID()}/${filename}`;
  await storage.put(path, bytes, mimetype);
  return { token, path, organization: app_metadata.organization_id };
}

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

inStorage("wpp-send tells nobody of a link but the platform", async (world, storage) => {
  const { token, path } = await withFile(world, storage);
  const { body } = await send(world, token, { media: { path } });
  const link = storage.sent[0].body.url;
  assert.ok(link.startsWith(`${PUBLIC_URL}/storage/v1/object/sign/messenger-media/`));
  const secret = new URL(link).searchParams.get("token")!;
  const rows = await world.database.query("select m::text from messenger_messages m");
  assert.ok(!JSON.stringify([body, rows, world.logs]).includes(secret));
});
