/** messenger_receive of messages: what is stored, and what counts once. */
import assert from "node:assert/strict";
import { inStore } from "../support/in_store.ts";
import { incoming, outgoing, person, type Shop } from "../support/store.ts";

const MINUTE_MS = 60_000;

/** The outcomes of these events, in their order. */
async function outcomes(shop: Shop, events: Record<string, unknown>[]): Promise<string[]> {
  const found: string[] = [];
  for (const event of events) found.push((await shop.receive(event)).outcome);
  return found;
}

inStore("messenger_receive stores a message", {
  "with all that its event tells": async (shop) => {
    const sentAtMs = Date.now() - MINUTE_MS;
    const answer = await shop.receive(incoming({
      account: shop.session,
      eventId: "e1",
      name: "Ann",
      ownPhone: "+79990000000",
      providerMessageId: "3EB0",
      waMessageId: "false_79991112233@c.us_3EB0",
      sentAtMs,
    }));
    const [message] = await shop.messages();
    const [chat] = await shop.chats();
    assert.deepEqual(answer, {
      outcome: "stored",
      organization: shop.organization,
      message_id: message.id,
      chat_id: chat.id,
    });
    const { direction, source, kind, text, status, delivery, event_id, session } = message;
    assert.deepEqual(
      { direction, source, kind, text, status, delivery, event_id, session },
      {
        direction: "in",
        source: "contact",
        kind: "text",
        text: "hello",
        status: null,
        delivery: null,
        event_id: "e1",
        session: shop.session,
      },
    );
    assert.deepEqual([message.provider_message_id, message.wa_message_id], [
      "3EB0",
      "false_79991112233@c.us_3EB0",
    ]);
    assert.equal(Number(message.sent_at), sentAtMs);
    assert.deepEqual([chat.address, chat.phone, chat.kind, chat.name, chat.unread_count], [
      "79991112233@c.us",
      "+79991112233",
      "person",
      "Ann",
      1,
    ]);
    assert.deepEqual([chat.change, message.change, message.arrived].map(Number), [1, 2, 2]);
    const [connection] = await shop.sql.query(
      "select phone, last_event_at is not null as heard from messenger_integrations where id = $1",
      [shop.connectionId],
    );
    assert.deepEqual(connection, { phone: "+79990000000", heard: true });
  },
  "now where its time is of the future, before 2009, absent or no number": async (shop) => {
    const times = [Date.now() + 60 * MINUTE_MS, Date.UTC(2008, 11, 31), undefined, "2020", 1e300];
    for (const sentAtMs of times) await shop.receive(incoming({ sentAtMs }));
    for (const { sent_at } of await shop.messages()) {
      assert.ok(Math.abs(Number(sent_at) - Date.now()) < MINUTE_MS);
    }
  },
  "and its chat's last message does not go back when an older one comes late": async (shop) => {
    const now = Date.now();
    await shop.receive(incoming({ text: "new", sentAtMs: now - 1000 }));
    await shop.receive(incoming({ text: "late", sentAtMs: now - MINUTE_MS }));
    const [chat] = await shop.chats();
    assert.equal((chat.last_message as { text: string }).text, "new");
    assert.deepEqual([Number(chat.last_message_at), chat.unread_count], [now - 1000, 2]);
    await shop.receive(incoming({ text: "same moment", sentAtMs: now - 1000 }));
    assert.equal(((await shop.chats())[0].last_message as { text: string }).text, "same moment");
  },
  "with the first 200 characters in its chat": async (shop) => {
    await shop.receive(incoming({ text: "a".repeat(300) }));
    assert.equal(
      ((await shop.chats())[0].last_message as { text: string }).text,
      "a".repeat(200),
    );
  },
  "each time that it comes without an id": async (shop) => {
    assert.deepEqual(await outcomes(shop, [incoming(), incoming()]), ["stored", "stored"]);
    assert.equal((await shop.messages()).length, 2);
    assert.equal(await shop.change(), 4);
  },
  "once when it comes twice": async (shop) => {
    const twice = async (event: Record<string, unknown>, options = {}) => {
      const first = await shop.receive(event, options);
      const change = await shop.change();
      const again = await shop.receive(event, options);
      assert.deepEqual([first.outcome, again.outcome], ["stored", "duplicate"]);
      assert.equal(again.message_id, first.message_id);
      assert.equal(await shop.change(), change);
    };
    await twice(incoming({ eventId: "e1" }));
    await twice(incoming({ providerMessageId: "K1" }));
    await twice(incoming(), { requestId: crypto.randomUUID() });
    await twice(outgoing({ providerMessageId: "K2" }));
    assert.equal((await shop.messages()).length, 4);
  },
  "twice when its key comes in both directions": async (shop) => {
    const events = [incoming, outgoing].map((of) => of({ providerMessageId: "K1" }));
    assert.deepEqual(await outcomes(shop, [...events, ...events]), [
      "stored",
      "stored",
      "duplicate",
      "duplicate",
    ]);
  },
  "again for another connection": async (shop) => {
    const event = incoming({ eventId: "e1", providerMessageId: "K1" });
    assert.equal((await shop.receive(event)).outcome, "stored");
    const { sql } = shop;
    const [{ id }] = await sql.query(
      `insert into messenger_integrations (organization_id, settings, webhook_digest)
       values ($1, '{"apiKey": "k", "session": "another"}', 'd' || $1) returning id`,
      [shop.organization],
    );
    const other = await shop.call("messenger_receive($1, null, $2)", [
      `d${shop.organization}`,
      JSON.stringify(event),
    ]);
    assert.equal(other.outcome, "stored");
    const chats = await shop.chats();
    assert.deepEqual(
      new Set(chats.map((one) => one.integration_id)),
      new Set([shop.connectionId, id]),
    );
  },
  "and drops or notes what holds nothing to keep": async (shop) => {
    const dropped = await shop.receive({ type: "dropped", reason: "presence" });
    assert.deepEqual([dropped.outcome, dropped.reason], ["dropped", "presence"]);
    const noted = await shop.receive({ type: "state", status: "connected", ownPhone: "+7999" });
    assert.equal(noted.outcome, "noted");
    assert.equal(noted.integration.id, shop.connectionId);
    const [row] = await shop.sql.query(
      "select status, phone, dropped_events from messenger_integrations where id = $1",
      [shop.connectionId],
    );
    assert.deepEqual({ ...row, dropped_events: Number(row.dropped_events) }, {
      status: "connected",
      phone: "+7999",
      dropped_events: 1,
    });
    assert.equal(await shop.change(), 0);
  },
});

const LID = { address: "123@lid", phone: null, kind: "unknown" };

inStore("messenger_receive finds the chat", {
  "by its address": async (shop) => {
    for (const chat of [LID, LID, person("+7901"), person("+7901")]) {
      await shop.receive(incoming({ chat }));
    }
    assert.deepEqual((await shop.chats()).map((one) => [one.address, one.unread_count]), [
      ["123@lid", 2],
      ["7901@c.us", 2],
    ]);
  },
  "by its number, whose address may be spelled otherwise": async (shop) => {
    const spelled = { ...person("+525512345678"), address: "5215512345678@c.us" };
    await shop.receive(incoming({ chat: person("+525512345678") }));
    await shop.receive(incoming({ chat: spelled }));
    const [chat, ...others] = await shop.chats();
    assert.deepEqual(others, []);
    assert.deepEqual([chat.address, chat.phone, chat.unread_count], [
      "5215512345678@c.us",
      "+525512345678",
      2,
    ]);
    const begun = await shop.begin({ to: "+525512345678" });
    assert.deepEqual([begun.address, begun.message.chat_id], ["+5215512345678", chat.id]);
  },
  "of a hidden number once that is told": async (shop) => {
    await shop.receive(incoming({ chat: LID }));
    await shop.receive(incoming({ chat: { ...LID, phone: "+7901" } }));
    await shop.receive(incoming({ chat: person("+7901") }));
    const [chat, ...others] = await shop.chats();
    assert.deepEqual(others, []);
    assert.deepEqual([chat.address, chat.phone, chat.unread_count], ["7901@c.us", "+7901", 3]);
  },
  "of an address whose number another chat has, and leaves it that": async (shop) => {
    await shop.receive(incoming({ chat: person("+7901") }));
    await shop.receive(incoming({ chat: LID }));
    await shop.receive(incoming({ chat: { ...LID, phone: "+7901" } }));
    assert.deepEqual((await shop.chats()).map((one) => [one.address, one.phone]), [
      ["7901@c.us", "+7901"],
      ["123@lid", null],
    ]);
  },
  "of a group, with the sender": async (shop) => {
    const chat = { address: "1-2@g.us", phone: null, kind: "group" };
    for (const sender of ["+7901", "123@lid"]) await shop.receive(incoming({ chat, sender }));
    assert.deepEqual((await shop.chats()).map((one) => [one.kind, one.phone]), [["group", null]]);
    assert.deepEqual((await shop.messages()).map((one) => one.sender), ["+7901", "123@lid"]);
  },
  "and takes the contact's name, unless a member gave one": async (shop) => {
    const name = async () => (await shop.chats())[0].name;
    await shop.receive(incoming({ name: "Ann" }));
    await shop.receive(incoming());
    assert.equal(await name(), "Ann");
    await shop.receive(incoming({ name: "Anna" }));
    assert.equal(await name(), "Anna");
    await shop.sql.query(
      "update messenger_chats set name = 'Boss', is_renamed = true where organization_id = $1",
      [shop.organization],
    );
    await shop.receive(incoming({ name: "Ann" }));
    assert.equal(await name(), "Boss");
  },
});
