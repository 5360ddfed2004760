/** Media that comes in while Storage is down: its bytes are kept, or the message says why not. */
import assert from "node:assert/strict";
import { connectHooked, events, incoming, messages, post, tell } from "../support/webhook.ts";
import { inWorld } from "../support/world.ts";

const MIB = 1024 * 1024;

/** A picture in the platform's current form. */
const picture = (session: string, media: object) =>
  incoming(session, { type: "image", text: "[Image] Look", media });

/** Answers at once: Storage's own fault waits for a body to be cancelled, of which msw has a copy. */
const down = () => Promise.resolve(new Response(null, { status: 503 }));

/** Base64 of that many bytes, all of them 0; a multiple of 3 makes it exact. */
const zeros = (bytes: number) =>
  "AAAA".repeat(Math.floor(bytes / 3)) + ["", "AA==", "AAA="][bytes % 3];

inWorld("wpp-webhook keeps the bytes of a picture until Storage has them", async (world) => {
  const { hook, session } = await connectHooked(world);
  world.answerStorage = down;
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const base64 = bytes.toBase64();
  const media = { mimetype: "image/png", filename: "a.png", base64 };
  await tell(hook, picture(session, media));
  const [message] = await messages(world);
  assert.deepEqual([message.kind, message.text, message.media], ["image", "Look", {
    state: "pending",
    mimetype: "image/png",
    filename: "a.png",
    size: 60_000,
  }]);
  const [event] = await events(world);
  assert.deepEqual([event.kind, event.message_id, event.size], ["media", message.id, 60_000]);
  assert.equal(String(event.base64).replaceAll("\n", ""), base64);
});

inWorld("wpp-webhook keeps a picture of 8 MiB, and lets a larger one come again", async (world) => {
  const { hook, session } = await connectHooked(world);
  world.answerStorage = down;
  const tooLarge = picture(session, { base64: zeros(8 * MIB + 1) });
  const larger = await post(hook, tooLarge);
  assert.equal(larger.status, 503);
  assert.equal((await messages(world)).length, 0);
  await tell(hook, picture(session, { base64: zeros(8 * MIB) }));
  const [event] = await events(world);
  assert.equal(event.size, 8 * MIB);
  const media = (await messages(world)).map((one) => one.media);
  assert.deepEqual(media, [{ state: "pending", size: 8 * MIB }]);
});

const INVALID: Record<string, unknown> = {
  "holds other characters": "iVBORw0KGgo*",
  "has a length that none can have": "iVBORw0KG",
  "is empty": "",
  "is no text": 5,
};
inWorld(
  "wpp-webhook stores a message without its media when the base64 is wrong",
  async (world) => {
    const { hook, session } = await connectHooked(world);
    for (const [what, base64] of Object.entries(INVALID)) {
      await tell(hook, picture(session, { mimetype: "image/png", base64 }));
      const { kind, text, media } = (await messages(world)).at(-1)!;
      assert.deepEqual([kind, text], ["image", "Look"], what);
      assert.deepEqual(media, { state: "failed", reason: "missing", mimetype: "image/png" }, what);
    }
    assert.equal((await events(world)).length, 0);
  },
);

inWorld("wpp-webhook keeps the URL of media whose bytes did not come along", async (world) => {
  const { hook, session } = await connectHooked(world);
  const url = "http://wpp.test/media/1.pdf";
  const media = { url, mimetype: "application/pdf", filename: "bill.pdf", size: 9 };
  await tell(hook, incoming(session, { type: "document", text: "[Document]", media }));
  const [message] = await messages(world);
  assert.deepEqual([message.kind, message.text], ["document", null]);
  assert.deepEqual(message.media, {
    state: "pending",
    mimetype: "application/pdf",
    filename: "bill.pdf",
    size: 9,
  });
  const [event] = await events(world);
  assert.deepEqual([event.kind, event.url, event.base64, event.size], ["media", url, null, 0]);
});
