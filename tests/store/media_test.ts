/** What the database keeps of media that waits for Storage, until it is there or never will be. */
import assert from "node:assert/strict";
import { inStore } from "../support/in_store.ts";
import { incoming, type Row, type Shop } from "../support/store.ts";
import { stored } from "../support/stored_media.ts";

const BYTES = btoa("picture");

const picture = (media: Row = {}) =>
  incoming({ kind: "image", media: { mimetype: "image/png", size: 7, ...media } });

/** What a run takes, of this shop alone: others share the database. */
async function take(shop: Shop): Promise<Row[]> {
  const [{ taken }] = await shop.sql.query("select messenger_take_media(1000) as taken");
  return (taken as Row[]).filter(({ integration_id }) => integration_id === shop.connectionId);
}

const passTime = (shop: Shop, time = "1 min") =>
  shop.sql.query(
    "update messenger_events set due_at = due_at - $2::interval where organization_id = $1",
    [shop.organization, time],
  );

inStore("messenger_receive", {
  async "stores media with its path, and keeps nothing"(shop) {
    const { media, pending, message_id } = await stored(shop, "o/c/1.png");
    assert.deepEqual([media, pending], ["stored", undefined]);
    assert.deepEqual((await shop.message(message_id)).media, {
      state: "stored",
      path: "o/c/1.png",
      mimetype: "image/png",
      size: 9,
    });
    assert.deepEqual(await shop.events(), []);
  },

  async "says of a duplicate that it has no use for its file"(shop) {
    await stored(shop, "o/c/1.png", { providerMessageId: "3EB0" });
    const { outcome, media } = await stored(shop, "o/c/2.png", { providerMessageId: "3EB0" });
    assert.deepEqual([outcome, media], ["duplicate", undefined]);
    assert.equal(((await shop.messages())[0].media as Row).path, "o/c/1.png");
  },

  async "says that a message has its file when the same call comes again"(shop) {
    for (const outcome of ["stored", "duplicate"]) {
      const answer = await stored(shop, "o/c/1.png", { eventId: "e" });
      assert.deepEqual([answer.outcome, answer.media], [outcome, "stored"]);
    }
  },

  async "tells what is still to be stored"(shop) {
    const { media, pending } = await shop.receive(picture({ url: "http://wpp.test/1" }));
    assert.equal(media, "pending");
    const { event_id, integration, ...told } = pending;
    assert.ok(event_id > 0 && integration.id === shop.connectionId);
    assert.deepEqual(told, {
      folder: shop.organization,
      integration_id: shop.connectionId,
      kind: "image",
      mimetype: "image/png",
      filename: null,
      url: "http://wpp.test/1",
      has_bytes: false,
      is_last_try: false,
    });
  },

  async "knows an echo of media without a text by its kind"(shop) {
    const url = "https://cdn.shop.com/a.png";
    const answer = await shop.call(
      "messenger_begin_send(null, $1, null, null, '+79991112233', null, null, 'f', $2, null, 60, $3)",
      [shop.organization, crypto.randomUUID(), JSON.stringify({ url, kind: "image" })],
    );
    await shop.close(answer);
    const echo = { direction: "out", kind: "document", media: { url: "http://wpp.test/1" } };
    assert.notEqual(
      (await shop.receive(incoming({ ...echo, text: null }))).message_id,
      answer.message.id,
    );
    const same = incoming({ ...echo, kind: "image", text: null });
    assert.equal((await shop.receive(same)).message_id, answer.message.id);
  },
});

inStore("messenger_take_media", {
  async "takes what is due, once"(shop) {
    await shop.receive(picture(), { bytes: BYTES });
    assert.deepEqual(await take(shop), [], "whoever received it tries first");
    await passTime(shop);
    const [{ has_bytes, event_id }] = await take(shop);
    assert.equal(has_bytes, true);
    assert.deepEqual(await take(shop), []);
    const [{ base64 }] = await shop.sql.query("select messenger_media_bytes($1) as base64", [
      event_id,
    ]);
    assert.equal(base64, BYTES);
  },

  async "waits longer for what is older, and says when a day is over"(shop) {
    await shop.receive(picture({ url: "http://wpp.test/1" }));
    const waits: number[] = [];
    for (const age of ["0 s", "20 min", "2 h", "25 h"]) {
      await shop.sql.query(
        "update messenger_events set due_at = now(), created_at = now() - $2::interval where organization_id = $1",
        [shop.organization, age],
      );
      const [{ is_last_try }] = await take(shop);
      assert.equal(is_last_try, age === "25 h");
      const [{ minutes }] = await shop.sql.query(
        "select round(extract(epoch from due_at - now()) / 60)::int as minutes from messenger_events where organization_id = $1",
        [shop.organization],
      );
      waits.push(Number(minutes));
    }
    assert.deepEqual(waits, [1, 5, 15, 15]);
  },
});

inStore("messenger_media_stored and messenger_media_failed", {
  async "change the message under a number of its own, once"(shop) {
    const { message_id, pending } = await shop.receive(picture(), { bytes: BYTES });
    const before = await shop.change();
    const finish = (path = "o/c/1.pdf") =>
      shop.call("messenger_media_stored($1, $2)", [
        pending.event_id,
        JSON.stringify({
          path,
          mimetype: "application/pdf",
          size: 7,
          kind: "document",
        }),
      ]);
    assert.deepEqual([await finish(), await finish("o/c/2.pdf")], [true, false]);
    assert.equal(await finish() as unknown, true, "the same call again");
    const { media, kind, change } = await shop.message(message_id);
    assert.deepEqual([kind, media], ["document", {
      state: "stored",
      path: "o/c/1.pdf",
      mimetype: "application/pdf",
      size: 7,
    }]);
    assert.ok(Number(change) > before);
    const failed = await shop.call("messenger_media_failed($1, 'x')", [pending.event_id]);
    assert.equal(failed as unknown, false);
  },

  async "say why media will never be there"(shop) {
    const { message_id, pending } = await shop.receive(picture(), { bytes: BYTES });
    await shop.call("messenger_media_failed($1, 'unavailable')", [pending.event_id]);
    assert.deepEqual((await shop.message(message_id)).media, {
      state: "failed",
      reason: "unavailable",
      mimetype: "image/png",
      size: 7,
    });
    assert.deepEqual(await shop.events(), []);
  },

  async "do nothing for a message that was erased"(shop) {
    const { pending } = await shop.receive(picture(), { bytes: BYTES });
    await shop.sql.query("delete from messenger_messages where organization_id = $1", [
      shop.organization,
    ]);
    await shop.sql.query("delete from messenger_chats where organization_id = $1", [
      shop.organization,
    ]);
    assert.equal(
      await shop.call("messenger_media_stored($1, '{}')", [pending.event_id]) as unknown,
      false,
    );
  },
});
