/** What messenger_receive makes of receipts, deletions, reactions and edits, whenever they come. */
import assert from "node:assert/strict";
import { inStore } from "../support/in_store.ts";
import { incoming, outgoing, type Row, type Shop } from "../support/store.ts";

const DELIVERIES = ["queued", "sent", "failed", "delivered", "read"];

function permutations<T>(all: T[]): T[][] {
  if (all.length < 2) return [all];
  return all.flatMap((one, i) => permutations(all.toSpliced(i, 1)).map((rest) => [one, ...rest]));
}

const ALL = permutations(DELIVERIES);

const receipt = (changes: Row) => ({ type: "receipt", isPair: false, ...changes });

/** The send with this number has the task of this number. */
const receiptsOf = (deliveries: string[], i: number) =>
  deliveries.map((delivery) => receipt({ taskId: `task-${i}`, delivery }));

/** A send for each order, in one statement; their ids. */
async function beginAll(shop: Shop): Promise<string[]> {
  const rows = await shop.sql.query(
    `select messenger_begin_send(null, $1, null, null, '+7901', 'n' || i, null, 'f',
       gen_random_uuid(), null, 60) #>> '{message,id}' as id
     from generate_series(1, $2::int) i`,
    [shop.organization, ALL.length],
  );
  return rows.map(({ id }) => String(id));
}

async function closeAll(shop: Shop, ids: string[]): Promise<void> {
  await shop.sql.query(
    `select messenger_close_send(e.id::uuid, 1, 'accepted', 'task-' || (e.i - 1), null, false)
     from jsonb_array_elements_text($1::text::jsonb) with ordinality e (id, i)`,
    [JSON.stringify(ids)],
  );
}

async function assertDeliveries(shop: Shop, told: string[][]): Promise<void> {
  const messages = await shop.messages();
  for (const [i, order] of told.entries()) {
    const { delivery } = messages.find(({ task_id }) => task_id === `task-${i}`)!;
    assert.equal(delivery, DELIVERIES.findLast((one) => order.includes(one)), order.join());
  }
  assert.deepEqual(await shop.waiting(), []);
}

inStore("messenger_receive raises a receipt", {
  "to the highest in each order, after the send was closed": async (shop) => {
    const sends = await beginAll(shop);
    await closeAll(shop, sends);
    await shop.receiveAll(ALL.flatMap(receiptsOf));
    await assertDeliveries(shop, ALL);
  },
  "to the highest in each order, before the send was closed": async (shop) => {
    const sends = await beginAll(shop);
    const answers = await shop.receiveAll(ALL.flatMap(receiptsOf));
    assert.ok(answers.every(({ outcome }) => outcome === "waiting"));
    await closeAll(shop, sends);
    await assertDeliveries(shop, ALL);
  },
  "to the highest when the send is closed between two of them": async (shop) => {
    const sends = await beginAll(shop);
    await shop.receiveAll(ALL.flatMap((order, i) => receiptsOf(order.slice(0, 2), i)));
    await closeAll(shop, sends);
    await shop.receiveAll(ALL.flatMap((order, i) => receiptsOf(order.slice(2, 3), i)));
    await assertDeliveries(shop, ALL.map((order) => order.slice(0, 3)));
  },
  "of a message of the phone, by WhatsApp's key, before and after it": async (shop) => {
    const of = (delivery: string) => shop.receive(receipt({ providerMessageId: "K", delivery }));
    assert.equal((await of("delivered")).outcome, "waiting");
    const { message_id } = await shop.receive(outgoing({ providerMessageId: "K" }));
    assert.equal((await shop.message(message_id)).delivery, "delivered");
    assert.equal((await of("sent")).outcome, "duplicate");
    assert.equal((await of("read")).outcome, "stored");
    assert.equal((await shop.message(message_id)).delivery, "read");
  },
  "but not of a message that came in": async (shop) => {
    const { message_id } = await shop.receive(incoming({ providerMessageId: "K" }));
    const { outcome } = await shop.receive(receipt({ providerMessageId: "K", delivery: "read" }));
    assert.equal(outcome, "duplicate");
    assert.equal((await shop.message(message_id)).delivery, null);
  },
  "by either reading of one word": async (shop) => {
    const id = await shop.send("word");
    const word = { taskId: "word", providerMessageId: "word" };
    await shop.receive(receipt({ ...word, delivery: "delivered" }));
    const { delivery, provider_message_id } = await shop.message(id);
    assert.deepEqual([delivery, provider_message_id], ["delivered", null]);
  },
  "and learns WhatsApp's key from a pair, with what waited for it": async (shop) => {
    const pair = { taskId: "task", providerMessageId: "K", waMessageId: "true_K", isPair: true };
    for (const isFirst of [true, false]) {
      const ids = isFirst ? pair : { ...pair, taskId: "task-2", providerMessageId: "K2" };
      await shop.receive(receipt({ providerMessageId: ids.providerMessageId, delivery: "read" }));
      let id = "";
      if (!isFirst) id = await shop.send(ids.taskId);
      await shop.receive(receipt({ ...ids, delivery: "sent" }));
      if (isFirst) id = await shop.send(ids.taskId);
      const message = await shop.message(id);
      assert.deepEqual([message.delivery, message.provider_message_id, message.wa_message_id], [
        "read",
        ids.providerMessageId,
        "true_K",
      ]);
    }
    assert.deepEqual(await shop.waiting(), []);
  },
  "but leaves a key that another message has": async (shop) => {
    await shop.receive(outgoing({ text: "of the phone", providerMessageId: "K" }));
    const id = await shop.send("task");
    const pair = { taskId: "task", providerMessageId: "K", isPair: true, delivery: "read" };
    assert.equal((await shop.receive(receipt(pair))).outcome, "stored");
    const { delivery, provider_message_id } = await shop.message(id);
    assert.deepEqual([delivery, provider_message_id], ["read", null]);
  },
  "within its connection": async (shop) => {
    const id = await shop.send("task");
    const { sql } = shop;
    await sql.query(
      `insert into messenger_integrations (organization_id, settings, webhook_digest)
       values ($1, '{"apiKey": "k", "session": "another"}', 'd' || $1)`,
      [shop.organization],
    );
    const { outcome } = await shop.call("messenger_receive($1, null, $2)", [
      `d${shop.organization}`,
      JSON.stringify(receipt({ taskId: "task", delivery: "read" })),
    ]);
    assert.equal(outcome, "waiting");
    assert.equal((await shop.message(id)).delivery, "queued");
  },
});

inStore("what waits for its message", {
  "is kept for 7 days": async (shop) => {
    await shop.receive(receipt({ taskId: "old", delivery: "read" }));
    await shop.sql.query(
      "update messenger_receipts set received_at = now() - interval '8 days' " +
        "where integration_id = $1",
      [shop.connectionId],
    );
    await shop.receive(receipt({ taskId: "new", delivery: "read" }));
    assert.deepEqual((await shop.waiting()).map((one) => one.message_ref), ["new"]);
  },
  "is the last 10,000 of a connection": async (shop) => {
    await shop.sql.query(
      `insert into messenger_receipts (integration_id, message_ref, received_at)
       select $1, 'r' || i, now() - interval '1 day' + i * interval '1 s'
       from generate_series(1, 10000) i`,
      [shop.connectionId],
    );
    await shop.receive(receipt({ taskId: "new", delivery: "read" }));
    const refs = (await shop.waiting()).map((one) => one.message_ref);
    assert.equal(refs.length, 10_000);
    assert.ok(refs.includes("new") && !refs.includes("r1") && refs.includes("r2"));
  },
});

inStore("messenger_receive notes that a message was deleted", {
  "before and after it came, and keeps its text": async (shop) => {
    const deleted = receipt({ providerMessageId: "K", deleted: true });
    for (const isFirst of [true, false]) {
      const event = (isFirst ? incoming : outgoing)({ providerMessageId: "K" });
      if (isFirst) assert.equal((await shop.receive(deleted)).outcome, "waiting");
      const { message_id } = await shop.receive(event);
      if (!isFirst) assert.equal((await shop.receive(deleted)).outcome, "stored");
      const { deleted_at, text } = await shop.message(message_id);
      assert.ok(deleted_at instanceof Date);
      assert.equal(text, "hello");
      assert.equal(((await shop.chats())[0].last_message as Row).deleted, true);
    }
    assert.equal((await shop.receive(deleted)).outcome, "duplicate");
  },
});

const react = (by: string, emoji: string, key = "K") => ({
  type: "reaction",
  isPair: false,
  providerMessageId: key,
  by,
  emoji,
});

async function reactionsOf(shop: Shop, id: string): Promise<string[]> {
  const { reactions } = await shop.message(id);
  return (reactions as Row[]).map(({ by, emoji }) => `${by} ${emoji}`);
}

inStore("messenger_receive notes reactions", {
  "replaced and taken back, one of each person": async (shop) => {
    const { message_id } = await shop.receive(incoming({ providerMessageId: "K" }));
    for (const one of [react("me", "👍"), react("+7901", "❤"), react("me", "😀")]) {
      assert.equal((await shop.receive(one)).outcome, "stored");
    }
    assert.deepEqual(await reactionsOf(shop, message_id), ["+7901 ❤", "me 😀"]);
    assert.equal((await shop.receive(react("me", "😀"))).outcome, "duplicate");
    assert.equal((await shop.receive(react("+7901", ""))).outcome, "stored");
    assert.equal((await shop.receive(react("+7901", ""))).outcome, "duplicate");
    assert.deepEqual(await reactionsOf(shop, message_id), ["me 😀"]);
  },
  "that come before their message": async (shop) => {
    for (
      const one of [react("me", "👍"), react("+7901", "❤"), react("me", "😀"), react("+7901", "")]
    ) assert.equal((await shop.receive(one)).outcome, "waiting");
    const { message_id } = await shop.receive(incoming({ providerMessageId: "K" }));
    assert.deepEqual(await reactionsOf(shop, message_id), ["me 😀"]);
    assert.deepEqual(await shop.waiting(), []);
  },
});

inStore("messenger_receive takes an edit", {
  "in each order, before and after the message, as the last one says": async (shop) => {
    const edits: [text: string, at: number][] = [["b", 1000], ["hello", 2000], ["c", 3000], [
      "hello",
      4000,
    ]];
    const since = Date.now() - 60_000;
    for (const [i, order] of permutations(edits).entries()) {
      const key = `K${i}`;
      let id = "";
      for (const [at, [text, ms]] of order.entries()) {
        if (at === i % 4) {
          ({ message_id: id } = await shop.receive(incoming({ providerMessageId: key })));
        }
        const ids = { isPair: false, providerMessageId: key };
        await shop.receive({ type: "edit", ...ids, text, editedAtMs: since + ms });
      }
      const { text, edited_at } = await shop.message(id);
      assert.deepEqual([text, Number(edited_at)], ["hello", since + 4000], JSON.stringify(order));
    }
  },
  "once, and shows it in the chat": async (shop) => {
    await shop.receive(incoming({ providerMessageId: "K" }));
    const edit = { type: "edit", isPair: false, providerMessageId: "K", text: "new" };
    const timed = { ...edit, editedAtMs: Date.now() - 1000 };
    assert.equal((await shop.receive(timed)).outcome, "stored");
    assert.equal((await shop.receive(timed)).outcome, "duplicate");
    assert.equal(((await shop.chats())[0].last_message as Row).text, "new");
  },
});
