/** What the store tells Realtime, as the tests read it; it holds no test. */
import assert from "node:assert/strict";
import type { Sql } from "./sql.ts";
import { type Row, Shop } from "./store.ts";

export interface Hint {
  topic: string;
  event: string;
  payload: Row;
}

/** The hints since the last call, in the order of their commits. */
export async function hints(sql: Sql): Promise<Hint[]> {
  const rows = await sql.query(
    "select topic, event, payload, private, extension from realtime.messages order by inserted_at",
  );
  await sql.exec("truncate realtime.messages");
  return rows.map(({ topic, event, payload, ...rest }) => {
    assert.deepEqual(rest, { private: true, extension: "broadcast" });
    const { id: _, ...hint } = payload as Row; // Realtime's own
    return { topic: String(topic), event: String(event), payload: hint };
  });
}

/** Does something, and returns the hints that came of it. */
export async function hintsOf(sql: Sql, act: () => Promise<unknown>): Promise<Hint[]> {
  await hints(sql);
  await act();
  return await hints(sql);
}

export const topicOf = (shop: Shop) => `messenger:${shop.organization}`;

export const member = (organization: string, more: Row = {}) => ({
  role: "authenticated",
  sub: crypto.randomUUID(),
  app_metadata: { organization_id: organization },
  ...more,
});

/** A shop whose phone could take part in each of the writes: it has one accepted message. */
export async function busyShop(sql: Sql): Promise<Shop> {
  const shop = await Shop.create(sql);
  await shop.send("t1", { text: "first" });
  return shop;
}
