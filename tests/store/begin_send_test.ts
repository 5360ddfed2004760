/** messenger_begin_send and messenger_close_send: the chat that a send goes to, and its outcome. */
import assert from "node:assert/strict";
import { inStore } from "../support/in_store.ts";
import { incoming, person, Shop } from "../support/store.ts";

inStore("messenger_begin_send", {
  "makes the chat of a number, and finds it again": async (shop) => {
    const first = await shop.begin();
    const again = await shop.begin({ text: "again" });
    assert.equal(again.message.chat_id, first.message.chat_id);
    const [chat] = await shop.chats();
    assert.deepEqual([chat.id, chat.address, chat.phone, chat.kind, chat.unread_count], [
      first.message.chat_id,
      "79991112233@c.us",
      "+79991112233",
      "person",
      0,
    ]);
    assert.equal((chat.last_message as { text: string }).text, "again");
    assert.equal(await shop.change(), 4);
  },
  "answers the address that was last heard from": async (shop) => {
    const { chat_id } = await shop.receive(incoming({
      chat: { ...person("+525512345678"), address: "5215512345678@c.us" },
    }));
    const begun = await shop.begin({ chatId: chat_id });
    assert.deepEqual([begun.outcome, begun.address, begun.message.recipient], [
      "begun",
      "+5215512345678",
      "+525512345678",
    ]);
  },
  "answers the number where the address hides it": async (shop) => {
    const chat = { address: "1@lid", phone: "+7901", kind: "person" };
    const { chat_id } = await shop.receive(incoming({ chat }));
    assert.equal((await shop.begin({ chatId: chat_id })).address, "+7901");
  },
  "does not find a chat of another organization, or none": async (shop) => {
    const other = await Shop.create(shop.sql);
    const { chat_id } = await other.receive(incoming());
    for (const chatId of [chat_id, crypto.randomUUID()]) {
      assert.equal((await shop.begin({ chatId })).outcome, "chat_not_found");
    }
    assert.deepEqual(await shop.messages(), []);
  },
  "does not write to a group or a hidden number": async (shop) => {
    for (const [address, kind] of [["1@g.us", "group"], ["1@lid", "unknown"]]) {
      const { chat_id } = await shop.receive(incoming({ chat: { address, kind, phone: null } }));
      assert.equal((await shop.begin({ chatId: chat_id })).outcome, "not_addressable");
    }
    assert.equal((await shop.messages()).length, 2);
  },
  "does not find a chat under another session, nor its connection once ended": async (shop) => {
    const { chat_id } = await shop.receive(incoming());
    const { outcome } = await shop.begin({ chatId: chat_id, session: "another" });
    assert.equal(outcome, "chat_not_found");
    assert.equal((await shop.begin({ chatId: chat_id, session: shop.session })).outcome, "begun");
    await shop.sql.query(
      "select messenger_disconnect(id, credentials_id) from messenger_integrations where id = $1",
      [shop.connectionId],
    );
    assert.equal((await shop.begin({ chatId: chat_id })).outcome, "not_found");
    assert.equal((await shop.begin()).outcome, "not_found");
  },
  "moves a retried key to the chat of its new connection": async (shop) => {
    const first = await shop.begin({ key: "key" });
    await shop.close(first, { status: "failed", error: "not_connected" }, true);
    await shop.sql.query(
      "select messenger_disconnect(id, credentials_id) from messenger_integrations where id = $1",
      [shop.connectionId],
    );
    const second = await Shop.create(shop.sql, shop.organization);
    const again = await second.begin({ key: "key" });
    assert.deepEqual([again.outcome, again.message.id, again.message.attempt], [
      "begun",
      first.message.id,
      2,
    ]);
    const message = await shop.message(first.message.id);
    assert.equal(message.integration_id, second.connectionId);
    const [former, present] = await shop.chats();
    assert.deepEqual([former.last_message, former.last_message_at], [null, null]);
    assert.equal(present.id, message.chat_id);
  },
  "answers what a key came to": async (shop) => {
    const options = { key: "key", attemptId: crypto.randomUUID() };
    const first = await shop.begin(options);
    assert.deepEqual(await shop.begin(options), first, "the same attempt, asked for again");
    const outcome = async (more = {}) => {
      const { outcome, message } = await shop.begin({ key: "key", ...more });
      return [outcome, message?.status].filter(Boolean).join(" ");
    };
    assert.equal(await outcome(), "in_progress");
    assert.equal(await outcome({ fingerprint: "another" }), "reused");
    assert.equal(await outcome({ seconds: 0 }), "finished unknown");
    await shop.close(first, { taskId: "task" });
    assert.equal(await outcome(), "finished accepted");
    assert.equal((await shop.messages()).length, 1);
  },
});

inStore("messenger_close_send", {
  "changes nothing when it is repeated": async (shop) => {
    const begun = await shop.begin();
    await shop.close(begun, { taskId: "task" });
    const before = [await shop.message(begun.message.id), await shop.change()];
    await shop.close(begun, { taskId: "task" });
    assert.deepEqual([await shop.message(begun.message.id), await shop.change()], before);
    assert.equal((before[0] as { delivery: string }).delivery, "queued");
  },
  "leaves a later attempt as it is when it comes late": async (shop) => {
    const first = await shop.begin({ key: "key" });
    await shop.close(first, { status: "failed", error: "rate_limited" }, true);
    const second = await shop.begin({ key: "key" });
    assert.equal(second.message.attempt, 2);
    await shop.close(first, { taskId: "late" });
    const { status, task_id } = await shop.message(first.message.id);
    assert.deepEqual([status, task_id], ["sending", null]);
  },
  "betters what had expired meanwhile": async (shop) => {
    const begun = await shop.begin();
    await shop.sql.query(
      "update messenger_sends set attempt_started_at = now() - interval '6 minutes' " +
        "where message_id = $1",
      [begun.message.id],
    );
    await shop.sql.query("select messenger_expire_messages()");
    assert.equal((await shop.message(begun.message.id)).status, "unknown");
    await shop.close(begun, { taskId: "task" });
    const { status, error_code, delivery } = await shop.message(begun.message.id);
    assert.deepEqual([status, error_code, delivery], ["accepted", null, "queued"]);
  },
  "does nothing once the message is erased": async (shop) => {
    const begun = await shop.begin();
    await shop.sql.query("delete from messenger_messages where id = $1", [begun.message.id]);
    await shop.sql.query("delete from messenger_chats where id = $1", [begun.message.chat_id]);
    await shop.close(begun, { taskId: "task" });
    assert.deepEqual(await shop.messages(), []);
  },
});
