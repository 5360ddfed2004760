/** Media that comes in as a URL of the platform, from which it is fetched in the background. */
import assert from "node:assert/strict";
import { WPP_BASE_URL } from "../support/network.ts";
import { mediaOf, passTime, reconcile, settled, withMedia } from "../support/received_media.ts";
import { FakeStorage, inStorage, mediaSamples } from "../support/storage.ts";
import { connectHooked, events, messages, tell } from "../support/webhook.ts";
import type { World } from "../support/world.ts";

const MIB = 1024 * 1024;

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
