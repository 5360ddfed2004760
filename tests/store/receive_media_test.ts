/** Media of what comes in: kept until it is in Storage, within bounds. */
import assert from "node:assert/strict";
import { inStore } from "../support/in_store.ts";
import { incoming, type Row, type Shop } from "../support/store.ts";

const MIB = 1024 * 1024;
const BYTES = btoa("picture");

const picture = (media: Row = {}) =>
  incoming({ kind: "image", text: "caption", media: { mimetype: "image/png", size: 7, ...media } });

async function mediaOf(shop: Shop, event: Row, bytes: string | null = null): Promise<Row> {
  const { outcome, message_id } = await shop.receive(event, { bytes });
  assert.equal(outcome, "stored");
  return (await shop.message(message_id)).media as Row;
}

/** As if media of this size and number were kept. */
async function keep(shop: Shop, size: number, count = 1): Promise<void> {
  await shop.sql.query(
    `insert into messenger_events (organization_id, integration_id, kind, size)
     select $1, $2, 'media', $3 from generate_series(1, $4)`,
    [shop.organization, shop.connectionId, size, count],
  );
}

inStore("messenger_receive keeps media", {
  "whose bytes came along": async (shop) => {
    const media = await mediaOf(shop, picture({ filename: "a.png" }), BYTES);
    assert.deepEqual(media, {
      state: "pending",
      mimetype: "image/png",
      filename: "a.png",
      size: 7,
    });
    const [{ kind, body, size, message_id }] = await shop.events();
    const [message] = await shop.messages();
    assert.deepEqual([kind, new TextDecoder().decode(body as Uint8Array), size, message_id], [
      "media",
      "picture",
      7,
      message.id,
    ]);
  },
  "that the platform has, by its URL": async (shop) => {
    const media = await mediaOf(shop, picture({ url: "https://wpp.test/1" }));
    assert.equal(media.state, "pending");
    assert.ok(!("url" in media));
    const [{ url, body, size }] = await shop.events();
    assert.deepEqual([url, body, size], ["https://wpp.test/1", null, 0]);
  },
  "once when its message comes twice": async (shop) => {
    for (const outcome of ["stored", "duplicate"]) {
      const event = { ...picture(), eventId: "e" };
      assert.equal((await shop.receive(event, { bytes: BYTES })).outcome, outcome);
    }
    assert.equal((await shop.events()).length, 1);
  },
  "and says whether the message has the file, when the same call comes twice": async (shop) => {
    const call = (path: string) => shop.receive({ ...picture({ path }), eventId: "e" });
    const answers = [await call("o/1/a.png"), await call("o/1/a.png"), await call("o/1/b.png")];
    assert.deepEqual(answers.map(({ outcome, media }) => [outcome, media]), [
      ["stored", "stored"],
      ["duplicate", "stored"],
      ["duplicate", undefined],
    ]);
  },
  "not where it is missing, or has a problem": async (shop) => {
    assert.deepEqual(await mediaOf(shop, picture()), {
      state: "failed",
      reason: "missing",
      mimetype: "image/png",
      size: 7,
    });
    const media = await mediaOf(shop, picture({ problem: "not_base64" }), BYTES);
    assert.deepEqual([media.state, media.reason], ["failed", "not_base64"]);
    assert.deepEqual(await shop.events(), []);
    assert.equal((await shop.messages())[0].text, "caption");
  },
  "up to 256 MiB of a connection": async (shop) => {
    await keep(shop, 128 * MIB);
    await keep(shop, 128 * MIB - 14);
    const states: unknown[] = [];
    for (let i = 0; i < 3; i++) states.push((await mediaOf(shop, picture(), BYTES)).state);
    assert.deepEqual(states, ["pending", "pending", "failed"]);
    assert.equal(((await shop.messages()).at(-1)!.media as Row).reason, "too_large");
    const media = await mediaOf(shop, picture({ url: "https://wpp.test/1" }));
    assert.equal(media.state, "pending", "a URL takes no room");
    assert.equal((await shop.events()).length, 5);
  },
  "up to 10,000 of a connection": async (shop) => {
    await keep(shop, 0, 9999);
    const url = "https://wpp.test/1";
    assert.equal((await mediaOf(shop, picture({ url }))).state, "pending");
    assert.equal((await mediaOf(shop, picture({ url }))).reason, "too_large");
    assert.equal((await mediaOf(shop, picture(), BYTES)).reason, "too_large");
  },
});
