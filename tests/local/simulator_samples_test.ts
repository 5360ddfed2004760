/** What the simulator's phone sends. */
import assert from "node:assert/strict";
import { control } from "../../local/simulator/control.ts";
import { SAMPLE_KINDS, SAMPLES } from "../../local/simulator/samples.ts";
import { call, connect } from "../support/simulated.ts";
import { connected, posted } from "../support/simulated_webhook.ts";

const FROM = "79991112233";

/** What each kind of file begins with, at this byte. */
const MAGIC = {
  image: [0, "\xff\xd8\xff"],
  audio: [0, "OggS"],
  ptt: [0, "OggS"],
  video: [4, "ftyp"],
  document: [0, "%PDF-"],
  sticker: [8, "WEBP"],
} as const;

Deno.test("samples are small files of their kinds", () => {
  for (const kind of SAMPLE_KINDS) {
    const [at, magic] = MAGIC[kind];
    const { bytes } = SAMPLES[kind];
    assert.equal(String.fromCharCode(...bytes.slice(at, at + magic.length)), magic, kind);
    assert.ok(bytes.length < 2000);
  }
});

Deno.test("a sample's word sends it in each form of events", async (t) => {
  for (const form of ["flat", "wrapped", "wppconnect"] as const) {
    await t.step(form, async () => {
      const bodies = await posted(form, async ({ simulator, session }) => {
        for (const media of SAMPLE_KINDS) {
          await simulator.incoming({ session, from: FROM, media, caption: "Look" });
        }
      });
      for (const [index, kind] of SAMPLE_KINDS.entries()) {
        const { bytes, mimetype, filename } = SAMPLES[kind];
        const body = bodies[index];
        const media = { wrapped: body.data?.media, flat: body.media, wppconnect: body }[form];
        assert.equal(media.mimetype, mimetype);
        assert.equal(media.filename, filename);
        const base64 = form === "wppconnect" ? body.body : media.base64;
        assert.deepEqual(Uint8Array.fromBase64(base64), bytes);
        if (form !== "wrapped") assert.equal(body.type, kind);
        if (form === "wppconnect") assert.equal(body.caption, "Look");
      }
    });
  }
});

Deno.test("media that come by a url are fetched with the session's token alone", async () => {
  const { simulator, session, webhook, account } = await connected();
  await simulator.incoming({ session, from: FROM, media: "video", by: "url" });
  const { media } = webhook.bodies[0];
  assert.deepEqual(Object.keys(media).sort(), ["filename", "mimetype", "url"]);
  const { origin, pathname } = new URL(media.url);
  assert.equal(origin, "https://wpp.test");
  const fetched = (token?: string) =>
    call(simulator, pathname, token ? { headers: { authorization: `Bearer ${token}` } } : {});
  assert.equal((await fetched()).status, 401);
  assert.equal((await fetched("wrong")).status, 401);
  assert.equal((await fetched((await connect(simulator)).token)).status, 404);
  const good = await fetched(account.token);
  assert.equal(good.headers.get("content-type"), "video/mp4");
  assert.deepEqual(new Uint8Array(await good.arrayBuffer()), SAMPLES.video.bytes);
  assert.equal(simulator.countOf("media"), 4);
});

Deno.test("only media with bytes come by a url", async () => {
  const { simulator, session } = await connected();
  const media = { mimetype: "image/png", url: "https://elsewhere.test/1.png" };
  for (const message of [{ media }, { text: "Hi" }]) {
    await assert.rejects(
      simulator.incoming({ session, from: FROM, by: "url", ...message }),
      /Only media with bytes/,
    );
  }
});

Deno.test("incoming takes a sample's word and the way that it comes", async () => {
  const { simulator, webhook } = await connected();
  const incoming = (body: object) =>
    control(
      new Request("https://wpp.test/simulator/incoming", {
        method: "POST",
        body: JSON.stringify({ from: FROM, ...body }),
      }),
      simulator,
    );
  assert.equal((await incoming({ media: "ptt", by: "url" })).status, 200);
  assert.equal(webhook.bodies[0].type, "ptt");
  assert.match(webhook.bodies[0].media.url, /\/media\//);
  assert.equal((await incoming({ media: "film" })).status, 400);
  assert.equal((await incoming({ media: "ptt", by: "post" })).status, 400);
});
