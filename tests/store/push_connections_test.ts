/** What the store tells open pages of connections, through Supabase Realtime. */
import assert from "node:assert/strict";
import { hintsOf, topicOf } from "../support/hints.ts";
import type { Sql } from "../support/sql.ts";
import { Shop } from "../support/store.ts";
import { withPush } from "../support/with_push.ts";

const CASES: Record<string, (sql: Sql) => Promise<void>> = {
  "a connection's state is told when it has changed, whoever writes it": async (sql) => {
    const shop = await Shop.create(sql);
    const state = (status: string) => () => shop.receive({ type: "state", status });
    const write = (status: string) => () =>
      sql.query("update messenger_integrations set status = $2 where id = $1", [
        shop.connectionId,
        status,
      ]);
    for (
      const [act, status] of [
        [state("qr_required"), "qr_required"],
        [state("qr_required"), "qr_required"], // another code
        [state("connected"), "connected"],
        [state("connected"), undefined],
        [write("disconnected"), "disconnected"],
        [write("disconnected"), undefined],
        [write("connected"), "connected"],
        [() =>
          shop.call(
            "messenger_disconnect(id, credentials_id) from messenger_integrations " +
              "where id = $1; --",
            [shop.connectionId],
          ), "disconnected"],
      ] as const
    ) {
      const { connectionId: integrationId, session } = shop;
      assert.deepEqual(
        await hintsOf(sql, act),
        status === undefined ? [] : [{
          topic: topicOf(shop),
          event: "connection",
          payload: { integrationId, session, status },
        }],
      );
    }
  },
  "rows of others are not told of": async (sql) => {
    const told = await hintsOf(sql, async () => {
      await sql.exec(`insert into messenger_integrations (organization_id, messenger_type, provider,
        settings) values ('o', 'telegram', 'bot', '{}')`);
      await sql.exec(
        "update messenger_integrations set status = 'connected' " +
          "where messenger_type = 'telegram'",
      );
    });
    assert.deepEqual(told, []);
    await sql.exec("delete from messenger_integrations where messenger_type = 'telegram'");
  },
};

withPush("push of connections", CASES);
