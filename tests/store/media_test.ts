/** What the database keeps of media: what waits for Storage, and what no message has any more. */
import assert from "node:assert/strict";
import { inStore } from "../support/in_store.ts";
import { incoming, type Row, type Shop } from "../support/store.ts";
import { STORAGE_SCHEMA } from "../support/storage_schema.ts";
import type { Sql } from "../support/sql.ts";

const BYTES = btoa("picture");

const picture = (media: Row = {}) =>
  incoming({ kind: "image", media: { mimetype: "image/png", size: 7, ...media } });

/** Makes Storage's tables, once for a database, and empties them. */
async function withStorage(sql: Sql): Promise<void> {
  const [{ found }] = await sql.query("select to_regclass('storage.objects') is not null as found");
  if (!found) await sql.exec(STORAGE_SCHEMA);
  await sql.exec(`select messenger_enable_media();
    truncate storage.objects, messenger_internal.unused_objects, messenger_internal.orphan_search;
    delete from messenger_messages`);
  await sql.exec("truncate messenger_internal.unused_objects");
}

async function put(sql: Sql, path: string, { hours = 0, bucket = "messenger-media" } = {}) {
  await sql.exec(
    "insert into storage.buckets (id, name) values ('other', 'other') on conflict do nothing",
  );
  await sql.query(
    `insert into storage.objects (bucket_id, name, created_at, metadata)
     values ($1, $2, now() - $3::int * interval '1 hour', '{"size": 9, "mimetype": "image/png"}')`,
    [bucket, path, hours],
  );
}

async function unused(sql: Sql, maxRows = 100): Promise<string[]> {
  const [{ paths }] = await sql.query("select messenger_take_unused_media($1) as paths", [maxRows]);
  return (paths as string[]).sort();
}

const stored = (shop: Shop, path: string, more: Row = {}) =>
  shop.receive(
    incoming({ kind: "image", media: { path, mimetype: "image/png", size: 9 }, ...more }),
  );

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

inStore("messenger_take_unused_media", {
  async "tells the files of deleted messages until they are gone"(shop) {
    const { sql } = shop;
    await withStorage(sql);
    for (const n of [1, 2]) await put(sql, `o/c/${n}.png`);
    await stored(shop, "o/c/1.png");
    await stored(shop, "o/c/2.png");
    assert.deepEqual(await unused(sql), []);
    await sql.exec("update messenger_messages set sent_at = now() - interval '3 days'");
    await sql.exec("select messenger_delete_history('2 days')");
    assert.deepEqual(await unused(sql), ["o/c/1.png", "o/c/2.png"]);
    assert.deepEqual(await unused(sql), [], "another run has them");
    await sql.exec("update messenger_internal.unused_objects set due_at = now()");
    await sql.exec(`set storage.allow_delete_query = 'true';
      delete from storage.objects where name = 'o/c/1.png'; reset storage.allow_delete_query`);
    assert.deepEqual(await unused(sql), ["o/c/2.png"]);
    const left = await sql.query("select path from messenger_internal.unused_objects");
    assert.deepEqual(left, [{ path: "o/c/2.png" }]);
  },

  async "leaves a file that another message has, to which it was forwarded"(shop) {
    const { sql } = shop;
    await withStorage(sql);
    await put(sql, "o/c/1.png");
    const { message_id } = await stored(shop, "o/c/1.png");
    await stored(shop, "o/c/1.png");
    await sql.query("delete from messenger_messages where id = $1", [message_id]);
    await sql.exec(
      "delete from messenger_chats c where not exists (select from messenger_messages m where m.chat_id = c.id)",
    );
    assert.deepEqual(await unused(sql), []);
    await sql.exec("delete from messenger_messages; delete from messenger_chats");
    assert.deepEqual(await unused(sql), ["o/c/1.png"]);
  },

  async "tells the files of an organization that was erased"(shop) {
    const { sql } = shop;
    await withStorage(sql);
    await put(sql, "o/c/1.png");
    await stored(shop, "o/c/1.png");
    await sql.query("update messenger_integrations set settings = '{}' where id = $1", [
      shop.connectionId,
    ]);
    await sql.query("select messenger_erase_organization($1)", [shop.organization]);
    assert.deepEqual(await unused(sql), ["o/c/1.png"]);
  },

  async "tells uploads that no message has after a day"(shop) {
    const { sql } = shop;
    await withStorage(sql);
    await put(sql, "o/outgoing/1/old.png", { hours: 25 });
    await put(sql, "o/outgoing/2/new.png", { hours: 23 });
    await put(sql, "o/outgoing/3/sent.png", { hours: 25 });
    await put(sql, "o/outgoing/4/foreign.png", { hours: 25, bucket: "other" });
    await stored(shop, "o/outgoing/3/sent.png");
    assert.deepEqual(await unused(sql), ["o/outgoing/1/old.png"]);
  },

  async "looks at some objects at a time, and at all in turn"(shop) {
    const { sql } = shop;
    await withStorage(sql);
    const names = Array.from({ length: 7 }, (_, n) => `o/outgoing/${n}`);
    for (const name of names) await put(sql, name, { hours: 25 });
    const search = async () => {
      const [{ paths }] = await sql.query("select messenger_internal.take_orphans(3) as paths");
      return (paths as string[]).sort();
    };
    const seen = [await search(), await search(), await search()];
    assert.deepEqual(seen.flat(), names);
    assert.deepEqual(seen.map(({ length }) => length), [3, 3, 1]);
    assert.deepEqual(await search(), names.slice(0, 3), "from the start again");
  },
});

inStore("messenger_begin_send", {
  async "finds the organization's own file, with its size and type"(shop) {
    const { sql } = shop;
    await withStorage(sql);
    const path = `${shop.organization}/outgoing/1/a.png`;
    await put(sql, path);
    const begin = (path: string, key: string | null = null) =>
      shop.call(
        "messenger_begin_send(null, $1, null, null, '+79991112233', null, $4, 'f', $2, null, 60, $3)",
        [shop.organization, crypto.randomUUID(), JSON.stringify({ path, filename: "b.png" }), key],
      );
    const { outcome, media, message } = await begin(path, "one");
    assert.deepEqual([outcome, media], ["begun", { path, size: 9, mimetype: "image/png" }]);
    const row = await shop.message(message.id);
    assert.deepEqual([row.kind, row.text, row.media], ["image", null, {
      state: "stored",
      path,
      filename: "b.png",
      size: 9,
      mimetype: "image/png",
    }]);
    const chats = (await shop.chats()).length;
    for (const wrong of [`${path}x`, "other/outgoing/1/a.png", `${shop.organization}/../${path}`]) {
      assert.equal((await begin(wrong)).outcome, "media_not_found");
    }
    assert.equal((await shop.chats()).length, chats);
    await shop.close({ outcome, message }, { taskId: "t" });
    await sql.exec("truncate storage.objects");
    assert.equal((await begin(path, "one")).outcome, "finished", "a key before its file");
  },

  async "is closed with what the bytes tell"(shop) {
    const url = "https://cdn.shop.com/a";
    const begun = await shop.call(
      "messenger_begin_send(null, $1, null, null, '+79991112233', null, null, 'f', $2, null, 60, $3)",
      [shop.organization, crypto.randomUUID(), JSON.stringify({ url, kind: "document" })],
    );
    await shop.sql.query("select messenger_close_send($1, 1, 'accepted', 't', null, false, $2)", [
      begun.message.id,
      JSON.stringify({ kind: "video", mimetype: "video/mp4", size: 5 }),
    ]);
    const { kind, media } = await shop.message(begun.message.id);
    assert.deepEqual([kind, media], ["video", {
      state: "stored",
      url,
      mimetype: "video/mp4",
      size: 5,
    }]);
    assert.equal(((await shop.chats())[0].last_message as Row).kind, "video");
  },
});
