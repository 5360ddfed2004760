/** A send of media: the file that it finds, and what is known of that at its end. */
import assert from "node:assert/strict";
import { inStore } from "../support/in_store.ts";
import type { Row } from "../support/store.ts";
import { put, withStorage } from "../support/stored_media.ts";

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
