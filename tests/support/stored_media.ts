/** Objects of Storage, and messages that have them, as the tests of the store make them. */
import type { Sql } from "./sql.ts";
import { STORAGE_SCHEMA } from "./storage_schema.ts";
import { incoming, type Row, type Shop } from "./store.ts";

/** Makes Storage's tables, once for a database, and empties them. */
export async function withStorage(sql: Sql): Promise<void> {
  const [{ found }] = await sql.query("select to_regclass('storage.objects') is not null as found");
  if (!found) await sql.exec(STORAGE_SCHEMA);
  await sql.exec(`select messenger_enable_media();
    truncate storage.objects, messenger_internal.unused_objects, messenger_internal.orphan_search;
    delete from messenger_messages`);
  await sql.exec("truncate messenger_internal.unused_objects");
}

export async function put(sql: Sql, path: string, { hours = 0, bucket = "messenger-media" } = {}) {
  await sql.exec(
    "insert into storage.buckets (id, name) values ('other', 'other') on conflict do nothing",
  );
  await sql.query(
    `insert into storage.objects (bucket_id, name, created_at, metadata)
     values ($1, $2, now() - $3::int * interval '1 hour', '{"size": 9, "mimetype": "image/png"}')`,
    [bucket, path, hours],
  );
}

export const stored = (shop: Shop, path: string, more: Row = {}) =>
  shop.receive(
    incoming({ kind: "image", media: { path, mimetype: "image/png", size: 9 }, ...more }),
  );
