/** Media that comes in, with Storage there: it is stored before its message is. */
import assert from "node:assert/strict";
import { FakeStorage, inStorage, mediaSamples } from "../support/storage.ts";
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
import { WPP_BASE_URL } from "../support/network.ts";
import { SECRET_KEY, type World } from "../support/world.ts";

const MIB = 1024 * 1024;

/** The platform's words for what a message is, and the kinds that they become. */
const WORDS: [word: string, kind: string, sample: keyof typeof mediaSamples][] = [
  ["image", "image", "jpeg"],
  ["sticker", "sticker", "webp"],
  ["video", "video", "mp4"],
  ["audio", "audio", "mp3"],
  ["ptt", "voice", "ogg"],
  ["document", "document", "pdf"],
];

const withMedia = (session: string, media: object, type = "image") =>
  incoming(session, { type, text: "[Media] Look", media });

/** Base64 of zeros, that many bytes: a multiple of 3. */
const zeros = (bytes: number) => "AAAA".repeat(bytes / 3);

async function reconcile(world: World): Promise<Record<string, unknown>> {
  const headers = { apikey: SECRET_KEY };
  const response = await world.call("wpp-reconcile", { headers, body: {} });
  assert.equal(response.status, 200, await response.clone().text());
  return await response.json();
}

/** Lets a minute pass, after which what was tried is due again. */
const passTime = (world: World) =>
  world.database.exec("update messenger_events set due_at = due_at - interval '1 min'");

const mediaOf = async (world: World) =>
  (await messages(world)).at(-1)!.media as Record<string, unknown>;

/** What is done in the background has had its time. */
async function settled(world: World): Promise<void> {
  for (let idle = 0; idle < 10; idle = world.busy === 0 ? idle + 1 : 0) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

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

const MARKUP: Record<string, [text: string, declared: string]> = {
  "svg that is declared": ["<svg xmlns='x'><script/></svg>", "image/svg+xml"],
  "svg after a comment": ["\ufeff \n<!-- x --><svg onload='x'/>", "image/png"],
  "html that is declared": ["<html>", "text/html; charset=utf-8"],
  "html that lies": ["  <!DOCTYPE html><script>", "image/jpeg"],
  "a fragment": ["<script>alert(1)</script>", "text/plain"],
  "xml": ["<?xml version='1.0'?><x/>", "application/xml"],
  "a declared type alone": ["no markup to be seen", "text/html"],
  "xhtml": ["no markup to be seen", "application/xhtml+xml"],
  "a script": ["alert(1)", "text/javascript"],
  "a form": ["--x", "multipart/form-data; boundary=x"],
  "no type": ["words", "nonsense"],
};
inStorage("wpp-webhook stores as bytes what a browser would run", async (world, storage) => {
  const { hook, session } = await connectHooked(world);
  for (const [what, [text, mimetype]] of Object.entries(MARKUP)) {
    const base64 = new TextEncoder().encode(text).toBase64();
    await tell(hook, withMedia(session, { mimetype, base64 }));
    const { path, mimetype: stored } = await mediaOf(world);
    assert.equal(stored, "application/octet-stream", what);
    assert.equal(storage.objects.get(String(path))?.mimetype, "application/octet-stream", what);
    assert.equal((await messages(world)).at(-1)?.kind, "document", what);
  }
});

inStorage("wpp-webhook goes by the bytes where the declared type lies", async (world) => {
  const { hook, session } = await connectHooked(world);
  const cases: [
    word: string,
    declared: string,
    sample: keyof typeof mediaSamples,
    stored: string[],
  ][] = [
    ["image", "image/png", "pdf", ["document", "application/pdf"]],
    ["video", "video/mp4", "jpeg", ["document", "image/jpeg"]],
    ["document", "application/pdf", "png", ["document", "image/png"]],
    // An audio file in a container that may hold a video is not a lie.
    ["ptt", "audio/mp4", "mp4", ["voice", "audio/mp4"]],
    ["audio", "audio/webm; codecs=opus", "webm", ["audio", "audio/webm"]],
    ["document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "zip", [
      "document",
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ]],
  ];
  for (const [word, mimetype, sample, stored] of cases) {
    const base64 = mediaSamples[sample].bytes.toBase64();
    await tell(hook, withMedia(session, { mimetype, base64 }, word));
    const { kind, media } = (await messages(world)).at(-1)!;
    assert.deepEqual([kind, (media as { mimetype: string }).mimetype], stored, word);
  }
});

const NAMES: [told: string, kept: string | undefined][] = [
  ["../../etc/passwd", "passwd"],
  ["C:\\Users\\a\\bill.pdf", "bill.pdf"],
  ["gpj.\u202ecod.exe", "gpj.cod.exe"],
  ["a\u200bb\u0007\r\nc.png", "abc.png"],
  ['<b>"x":|?*.png', "_b__x_____.png"],
  ["счёт №1.pdf", "счёт №1.pdf"],
  ["...", undefined],
  ["a".repeat(300) + ".jpeg", "a".repeat(95) + ".jpeg"],
  ["😀".repeat(200) + ".png", "😀".repeat(96) + ".png"],
];
inStorage("wpp-webhook cleans the names of files", async (world) => {
  const { hook, session } = await connectHooked(world);
  const base64 = mediaSamples.png.bytes.toBase64();
  for (const [filename, kept] of NAMES) {
    await tell(hook, withMedia(session, { filename, base64 }));
    assert.equal((await mediaOf(world)).filename, kept, filename);
  }
});

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

/** What the platform answers to those who fetch a file of its own. */
function platformHas(world: World, storage: FakeStorage, answer: (request: Request) => Response) {
  const asked: (string | null)[] = [];
  world.network.serve(WPP_BASE_URL, async (request) => {
    if (!new URL(request.url).pathname.startsWith("/media/")) return await storage.wpp(request);
    asked.push(request.headers.get("authorization"));
    return answer(request);
  });
  return asked;
}

const byUrl = (session: string, url = `${WPP_BASE_URL}/media/1`) =>
  withMedia(session, { url, mimetype: "image/png", filename: "a.png" });

inStorage(
  "wpp-webhook fetches what the platform has, in the background",
  async (world, storage) => {
    const { hook, session } = await connectHooked(world);
    const asked = platformHas(world, storage, () => new Response(mediaSamples.pdf.bytes.slice()));
    await tell(hook, byUrl(session));
    await settled(world);
    const { path, ...described } = await mediaOf(world);
    assert.deepEqual(described, {
      state: "stored",
      mimetype: "application/pdf",
      filename: "a.png",
      size: 600,
    });
    assert.deepEqual(storage.objects.get(String(path))?.bytes, mediaSamples.pdf.bytes);
    assert.equal((await messages(world))[0].kind, "document");
    assert.deepEqual(asked, [null], "the token is for who asks for it");
    assert.deepEqual(await events(world), []);
  },
);

inStorage(
  "wpp-webhook shows the platform's token where that asks for it",
  async (world, storage) => {
    const { hook, session } = await connectHooked(world);
    const asked = platformHas(
      world,
      storage,
      ({ headers }) =>
        headers.has("authorization")
          ? new Response(mediaSamples.png.bytes.slice())
          : new Response("", { status: 401 }),
    );
    await tell(hook, byUrl(session));
    await settled(world);
    assert.equal((await mediaOf(world)).state, "stored");
    assert.equal(asked.length, 2);
    assert.match(String(asked[1]), /^Bearer /);
  },
);

inStorage("wpp-webhook asks no other origin for media", async (world) => {
  const { hook, session } = await connectHooked(world);
  const urls = [
    "http://10.0.0.1/a.png",
    "https://wpp.test/a.png",
    "http://wpp.test:81/a.png",
    "http://wpp.test.evil.com/a.png",
    "http://wpp.test@evil.com/a.png",
  ];
  for (const url of urls) {
    await tell(hook, byUrl(session, url));
    assert.deepEqual(await mediaOf(world), {
      state: "failed",
      reason: "foreign_url",
      mimetype: "image/png",
      filename: "a.png",
    }, url);
  }
  await settled(world);
  assert.deepEqual(await events(world), []);
});

const REFUSALS: Record<string, () => Response> = {
  "redirects": () => new Response("", { status: 302, headers: { location: "http://10.0.0.1/" } }),
  "does not have it": () => new Response("", { status: 404 }),
  "breaks": () => Response.error(),
  "refuses the token": () => new Response("", { status: 401 }),
};
for (const [what, refuse] of Object.entries(REFUSALS)) {
  inStorage(`wpp-reconcile tries for a day when the platform ${what}`, async (world, storage) => {
    const { hook, session } = await connectHooked(world);
    const asked = platformHas(world, storage, refuse);
    await tell(hook, byUrl(session));
    await settled(world);
    assert.equal((await mediaOf(world)).state, "pending");
    const first = asked.length;
    await reconcile(world);
    assert.equal(asked.length, first, "it is not due");
    await passTime(world);
    assert.equal((await reconcile(world)).events, 0);
    assert.ok(asked.length > first);
    await world.database.exec(`update messenger_events
      set due_at = now(), created_at = now() - interval '25 hours'`);
    assert.equal((await reconcile(world)).events, 1);
    const { state, reason } = await mediaOf(world);
    assert.deepEqual([state, reason], ["failed", "unavailable"]);
    assert.deepEqual(await events(world), []);
    assert.ok(!JSON.stringify(world.logs).includes("/media/1"));
  });
}

inStorage(
  "wpp-webhook takes 25 MiB of what the platform has, and no more",
  async (world, storage) => {
    const { hook, session } = await connectHooked(world);
    platformHas(world, storage, () => {
      const pieces = Array.from({ length: 26 }, () => new Uint8Array(MIB));
      return new Response(ReadableStream.from(pieces));
    });
    await tell(hook, byUrl(session));
    await settled(world);
    const { state, reason } = await mediaOf(world);
    assert.deepEqual([state, reason], ["failed", "too_large"]);
  },
);

inStorage(
  "wpp-reconcile removes the file of a message that was erased while it was stored",
  async (world, storage) => {
    const { hook, session } = await connectHooked(world);
    platformHas(world, storage, () => new Response(mediaSamples.png.bytes.slice()));
    const fetchFromStorage = world.answerStorage!;
    world.answerStorage = async (request) => {
      if (request.method === "POST") await world.database.exec("delete from messenger_messages");
      return await fetchFromStorage(request);
    };
    await tell(hook, byUrl(session));
    await settled(world);
    assert.deepEqual(storage.calls.map((call) => call.split(" ")[0]), ["POST", "DELETE"]);
    assert.deepEqual(storage.paths(), []);
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
