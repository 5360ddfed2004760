/** Events that messenger_receive does not take: kept for an operator, within bounds; none raises. */
import assert from "node:assert/strict";
import { inStore } from "../support/in_store.ts";
import { incoming, type Row, type Shop } from "../support/store.ts";

const quarantined = (reason: string) => ({ type: "quarantined", reason });

async function bodyOf(shop: Shop): Promise<string> {
  const { body } = (await shop.events()).at(-1)!;
  return new TextDecoder().decode(body as Uint8Array);
}

/** What the database will never take, and the reason that it is kept under. */
const REFUSED: Record<string, [Row | string, string]> = {
  "an unknown kind": [incoming({ kind: "hologram" }), "database_23514"],
  "no kind": [incoming({ kind: undefined }), "database_23502"],
  "an unknown direction": [incoming({ direction: "up" }), "database_23514"],
  "no address": [incoming({ chat: {} }), "database_23502"],
  "an unknown kind of chat": [
    incoming({ chat: { address: "1@x", phone: null, kind: "x" } }),
    "database_23514",
  ],
  "a NUL in its text": ['{"type": "message", "text": "a\\u0000b"}', "database_22P05"],
  "a lone surrogate": ['{"type": "message", "text": "\\ud800"}', "database_22P02"],
  "a number out of range": ['{"type": "message", "sentAtMs": 1e999999}', "database_22003"],
  "no JSON": ["{", "database_22P02"],
  "an unknown receipt": [
    { type: "receipt", taskId: "t", isPair: false, delivery: "eaten" },
    "database_23514",
  ],
  "a receipt of nothing": [{ type: "receipt", delivery: "read" }, "database_23502"],
  "an unknown type": [{ type: "party" }, "unknown_event"],
  "an account that is another": [incoming({ account: "another" }), "another_account"],
};

inStore(
  "messenger_receive quarantines and stores nothing of",
  Object.fromEntries(
    Object.entries(REFUSED).map(([what, [event, reason]]) => [
      what,
      async (shop) => {
        const answer = await shop.receive(event);
        assert.deepEqual([answer.outcome, answer.reason], ["quarantined", reason]);
        const [kept] = await shop.events();
        assert.deepEqual([kept.kind, kept.reason], ["quarantined", reason]);
        assert.deepEqual([await shop.messages(), await shop.chats(), await shop.change()], [
          [],
          [],
          0,
        ]);
        assert.equal((await shop.receive(incoming())).outcome, "stored", "the next one");
      },
    ]),
  ),
);

inStore("messenger_receive keeps in quarantine", {
  "the event as it was": async (shop) => {
    const event = incoming({ kind: "hologram" });
    await shop.receive(event);
    assert.deepEqual(JSON.parse(await bodyOf(shop)), event);
    const unreadable = '{"type": "message", "text": "a\\u0000b"}';
    await shop.receive(unreadable);
    assert.equal(await bodyOf(shop), unreadable);
  },
  "bytes that are no base64, with a reason": async (shop) => {
    const event = incoming({ kind: "image", media: { size: 1 } });
    const { outcome, reason } = await shop.receive(event, { bytes: "!" });
    assert.deepEqual([outcome, reason], ["quarantined", "database_22023"]);
  },
  "a media size that is no size": async (shop) => {
    for (const size of [1e30, 1.5, "many"]) {
      const event = incoming({ kind: "image", media: { size } });
      const { outcome } = await shop.receive(event, { bytes: btoa("x") });
      assert.equal(outcome, "quarantined", String(size));
    }
  },
  "the first 64 KiB of a body": async (shop) => {
    const body = "a".repeat(64 * 1024) + "b";
    const { outcome } = await shop.receive(quarantined("not_json"), { bytes: btoa(body) });
    assert.equal(outcome, "quarantined");
    assert.equal(await bodyOf(shop), body.slice(0, -1));
    assert.equal((await shop.events())[0].size, 64 * 1024);
  },
  "1,000 of a connection, for 30 days": async (shop) => {
    await shop.sql.query(
      `insert into messenger_events (organization_id, integration_id, kind, created_at)
       select $1, $2, 'quarantined', now() - interval '29 days' from generate_series(1, 999)`,
      [shop.organization, shop.connectionId],
    );
    const outcome = async () => (await shop.receive(quarantined("unknown_event"))).outcome;
    assert.equal(await outcome(), "quarantined");
    assert.equal(await outcome(), "quarantine_full");
    assert.equal((await shop.events()).length, 1000);
    await shop.sql.query(
      `update messenger_events set created_at = now() - interval '31 days' where id = (
         select min(id) from messenger_events where integration_id = $1)`,
      [shop.connectionId],
    );
    assert.equal(await outcome(), "quarantined");
    assert.equal(await outcome(), "quarantine_full");
  },
});
