/** The files that no message has any more, or never had. */
import assert from "node:assert/strict";
import type { Sql } from "../support/sql.ts";
import { inStore } from "../support/in_store.ts";
import { put, stored, withStorage } from "../support/stored_media.ts";

async function unused(sql: Sql, maxRows = 100): Promise<string[]> {
  const [{ paths }] = await sql.query("select messenger_take_unused_media($1) as paths", [maxRows]);
  return (paths as string[]).sort();
}

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
