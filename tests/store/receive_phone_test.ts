/** Messages of ours that the platform tells of: sends, known again, and what the phone itself wrote. */
import assert from "node:assert/strict";
import { inStore } from "../support/in_store.ts";
import { incoming, outgoing, type Shop } from "../support/store.ts";

/** Whether an event was taken for a message that was there. */
async function isEcho(shop: Shop, id: string, event: Record<string, unknown>): Promise<boolean> {
  const before = (await shop.messages()).length;
  const answer = await shop.receive(event);
  const after = await shop.messages();
  if (answer.message_id === id) assert.equal(after.length, before);
  else assert.deepEqual([after.length, after.at(-1)!.source], [before + 1, "phone"]);
  return answer.message_id === id;
}

inStore("messenger_receive knows a send again", {
  "by its task": async (shop) => {
    const id = await shop.send("task");
    await shop.send("another");
    assert.ok(await isEcho(shop, id, outgoing({ taskId: "task", providerMessageId: "K" })));
    const { delivery, provider_message_id, wa_message_id, source } = await shop.message(id);
    assert.deepEqual([delivery, provider_message_id, wa_message_id, source], [
      "sent",
      "K",
      "K",
      "api",
    ]);
  },
  "by WhatsApp's key": async (shop) => {
    const id = await shop.send("task");
    await shop.receive({
      type: "receipt",
      taskId: "task",
      providerMessageId: "K",
      isPair: true,
      delivery: "delivered",
    });
    const event = outgoing({ text: "other words", providerMessageId: "K" });
    assert.ok(await isEcho(shop, id, event));
    assert.equal((await shop.message(id)).delivery, "delivered");
  },
  "by chat and text, where exactly one is open": async (shop) => {
    const id = await shop.send("task");
    assert.ok(await isEcho(shop, id, outgoing({ providerMessageId: "K" })));
  },
  "while it is still running, and its close keeps the task that was told": async (shop) => {
    const begun = await shop.begin();
    const event = outgoing({ taskId: "task", providerMessageId: "K" });
    assert.ok(await isEcho(shop, begun.message.id, event));
    await shop.close(begun, { status: "unknown", error: "delivery_unknown" });
    const { status, task_id, delivery } = await shop.message(begun.message.id);
    assert.deepEqual([status, task_id, delivery], ["unknown", "task", "sent"]);
  },
  "but never guesses between two": async (shop) => {
    const ids = [await shop.send("task-1"), await shop.send("task-2")];
    const event = outgoing({ providerMessageId: "K" });
    assert.ok(!await isEcho(shop, ids[0], event));
    for (const id of ids) assert.equal((await shop.message(id)).provider_message_id, null);
  },
  "but not by the text where both name tasks": async (shop) => {
    const id = await shop.send("task");
    assert.ok(!await isEcho(shop, id, outgoing({ taskId: "another" })));
  },
  "but not one of another chat, of other words, failed, or an hour old": async (shop) => {
    const text = "in another chat";
    const other = await shop.send("task-1", { to: "+7901", text });
    assert.ok(!await isEcho(shop, other, outgoing({ text })));
    const id = await shop.send("task-2");
    assert.ok(!await isEcho(shop, id, outgoing({ text: "Hello" })));
    const failed = await shop.begin({ text: "failed" });
    await shop.close(failed, { status: "failed", error: "gateway_error" });
    assert.ok(!await isEcho(shop, failed.message.id, outgoing({ text: "failed" })));
    const old = await shop.send("task-3", { text: "old" });
    await shop.sql.query(
      "update messenger_messages set sent_at = now() - interval '61 minutes' where id = $1",
      [old],
    );
    assert.ok(!await isEcho(shop, old, outgoing({ text: "old" })));
  },
  "once when its echo comes twice": async (shop) => {
    const id = await shop.send("task");
    for (const event of [outgoing({ eventId: "e" }), outgoing({ providerMessageId: "K" })]) {
      assert.equal(await isEcho(shop, id, event), event.eventId === "e");
      const change = await shop.change();
      assert.equal((await shop.receive(event)).outcome, "duplicate");
      assert.equal(await shop.change(), change);
    }
  },
});

inStore("messenger_receive stores what the phone itself wrote", {
  "beside a send of the same words that was told of before": async (shop) => {
    const id = await shop.send("task", { text: "ok" });
    assert.ok(await isEcho(shop, id, outgoing({ text: "ok" })));
    assert.ok(!await isEcho(shop, id, outgoing({ text: "ok" })));
    assert.deepEqual((await shop.messages()).map(({ source, delivery }) => [source, delivery]), [
      ["api", "sent"],
      ["phone", "sent"],
    ]);
  },
  "and the chat is read by it": async (shop) => {
    for (let i = 0; i < 3; i++) await shop.receive(incoming());
    assert.equal((await shop.chats())[0].unread_count, 3);
    await shop.receive(outgoing());
    const [chat] = await shop.chats();
    assert.deepEqual([chat.unread_count, Number(chat.read_up_to)], [0, 8]);
    await shop.receive(incoming());
    assert.equal((await shop.chats())[0].unread_count, 1);
  },
  "while a send of wpp-send does not read the chat": async (shop) => {
    await shop.receive(incoming());
    const id = await shop.send("task");
    assert.ok(await isEcho(shop, id, outgoing({ taskId: "task" })));
    assert.equal((await shop.chats())[0].unread_count, 1);
  },
});
