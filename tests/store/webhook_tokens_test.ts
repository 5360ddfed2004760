/** By which tokens of the webhook's URL an event is taken. */
import assert from "node:assert/strict";
import { inStore } from "../support/in_store.ts";
import { incoming, type Row, type Shop } from "../support/store.ts";

const URL = "https://shop.test/functions/v1/wpp-webhook";

async function outcomeOf(shop: Shop, digest: string | null): Promise<string> {
  const { outcome } = await shop.call("messenger_receive($1, gen_random_uuid(), $2)", [
    digest,
    JSON.stringify(incoming()),
  ]);
  const [{ knows }] = await shop.sql.query("select messenger_knows_webhook($1) as knows", [digest]);
  const place = {
    organization: shop.organization,
    folder: shop.organization,
    integration_id: shop.connectionId,
  };
  assert.deepEqual(knows, outcome === "unknown_token" ? null : place);
  return outcome;
}

const set = (shop: Shop, what: string) =>
  shop.sql.query(`update messenger_integrations set ${what} where id = $1`, [shop.connectionId]);

async function connection(shop: Shop): Promise<Row> {
  const [row] = await shop.sql.query("select * from messenger_integrations where id = $1", [
    shop.connectionId,
  ]);
  return row;
}

async function claim(shop: Shop, url = URL, digest = "new"): Promise<unknown> {
  const { credentials_id } = await connection(shop);
  const [{ token }] = await shop.sql.query(
    "select messenger_claim_webhook($1, $2, $3, $4, $5, false) as token",
    [shop.connectionId, credentials_id, url, `${digest} ${shop.organization}`, `token ${digest}`],
  );
  return token;
}

inStore("messenger_receive", {
  "takes the present token, and no other": async (shop) => {
    assert.equal(await outcomeOf(shop, shop.digest), "stored");
    for (const digest of ["another", "", null]) {
      assert.equal(await outcomeOf(shop, digest), "unknown_token");
    }
    assert.equal((await shop.messages()).length, 1);
  },
  "takes a rotated token for 10 minutes": async (shop) => {
    const rotate = () =>
      shop.sql.query("select messenger_rotate_webhook($1) as was_there", [shop.connectionId]);
    assert.deepEqual(await rotate(), [{ was_there: true }]);
    assert.equal(await outcomeOf(shop, shop.digest), "stored");
    assert.deepEqual(await rotate(), [{ was_there: false }]);
    assert.equal(await claim(shop), "token new");
    assert.equal(await outcomeOf(shop, `new ${shop.organization}`), "stored");
    await set(shop, "webhook_former_until = webhook_former_until - interval '9 minutes 50 s'");
    assert.equal(await outcomeOf(shop, shop.digest), "stored");
    await set(shop, "webhook_former_until = webhook_former_until - interval '10 s'");
    assert.equal(await outcomeOf(shop, shop.digest), "unknown_token");
  },
  "takes none of a connection that is disconnected": async (shop) => {
    const { credentials_id } = await connection(shop);
    await shop.sql.query("select messenger_rotate_webhook($1)", [shop.connectionId]);
    await claim(shop);
    await shop.sql.query("select messenger_disconnect($1, $2)", [
      shop.connectionId,
      credentials_id,
    ]);
    for (const digest of [shop.digest, `new ${shop.organization}`]) {
      assert.equal(await outcomeOf(shop, digest), "unknown_token");
    }
    assert.equal(((await connection(shop)).settings as Row).webhookToken, undefined);
  },
  "takes none of a connection that is inactive, or another's": async (shop) => {
    for (
      const [off, on] of [
        ["is_active = false", "is_active = true"],
        ["is_enabled = false", "is_enabled = null"],
        ["provider = 'another'", "provider = 'wpp'"],
        ["settings = settings - 'apiKey'", `settings = settings || '{"apiKey": "k"}'`],
      ]
    ) {
      await set(shop, off);
      assert.equal(await outcomeOf(shop, shop.digest), "unknown_token", off);
      await set(shop, on);
      assert.equal(await outcomeOf(shop, shop.digest), "stored", on);
    }
  },
  "takes an account that is absent or its own": async (shop) => {
    for (const account of [undefined, shop.session]) {
      assert.equal((await shop.receive(incoming({ account }))).outcome, "stored");
    }
    const other = await shop.receive(incoming({ account: "another" }));
    assert.deepEqual([other.outcome, other.reason], ["quarantined", "another_account"]);
    assert.equal((await shop.messages()).length, 2);
  },
});

inStore("messenger_claim_webhook", {
  "answers the token that is there, once a minute": async (shop) => {
    await set(shop, "webhook_digest = null");
    assert.equal(await claim(shop), "token new");
    assert.equal(await claim(shop), null);
    await set(shop, "webhook_due_at = now()");
    assert.equal(await claim(shop, URL, "newer"), "token new");
    assert.equal((await connection(shop)).webhook_digest, `new ${shop.organization}`);
  },
  "is due at once for another URL": async (shop) => {
    await set(shop, "webhook_digest = null");
    await claim(shop);
    assert.equal(await claim(shop, `${URL}-2`), "token new");
  },
  "leaves when it was registered first, until its URL changes": async (shop) => {
    await set(shop, "webhook_digest = null");
    const note = () =>
      shop.sql.query("select messenger_note_webhook($1, $2, true, 'sealed anew')", [
        shop.connectionId,
        `new ${shop.organization}`,
      ]);
    await claim(shop);
    await note();
    await set(shop, "webhook_registered_at = '2026-01-01', webhook_due_at = now()");
    assert.equal(await claim(shop), "sealed anew");
    await note();
    const { webhook_registered_at, webhook_due_at } = await connection(shop);
    assert.equal(Date.parse(String(webhook_registered_at)), Date.UTC(2026, 0, 1));
    assert.ok(Date.parse(String(webhook_due_at)) > Date.now() + 59 * 60_000);
    await claim(shop, `${URL}-2`);
    assert.equal((await connection(shop)).webhook_registered_at, null);
  },
});
