/**
 * Calls by which each function of the database runs each of its queries, as the deployed functions, the
 * client, the cron and operators make them.
 */
import { connectAndDisconnect } from "./connection_queries.ts";
import { PREPARING } from "./explained.ts";
import { memberReads, type Place } from "./member_reads.ts";
import type { Sql } from "./sql.ts";
import { incoming, outgoing, person, Shop } from "./store.ts";

/** All of it, for a shop whose organization has `place` among its chats and messages. */
export async function runEveryQuery(sql: Sql, shop: Shop, place: Place): Promise<void> {
  await readAndMark(sql, shop, place);
  await connectAndDisconnect(sql);
  await send(sql, shop, place);
  await receive(shop, place);
  await receiveNotes(shop);
  await changeMessages(sql, shop);
  await storeMedia(sql, shop);
  await keepHouse(sql, shop);
}

/** As a signed-in user; what that writes is taken back. */
async function readAndMark(sql: Sql, shop: Shop, place: Place): Promise<void> {
  const claims = { role: "authenticated", app_metadata: { organization_id: shop.organization } };
  await sql.exec("begin; set local role authenticated");
  await sql.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify(claims)]);
  for (const query of Object.values(memberReads(place))) await sql.query(query);
  for (const chatId of [place.chatId, place.longChatId]) {
    await sql.query("select messenger_mark_chat_read($1, $2)", [chatId, place.change * 2]);
  }
  await sql.query("select messenger_rename_chat($1, 'Ann Other')", [place.chatId]);
  await sql.exec("rollback");
  await sql.exec("begin; set local role authenticated");
  await sql.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify(claims)]);
  await sql.query("select messenger_erase_chat($1)", [place.chatId]);
  await sql.exec("rollback");
}

async function send(sql: Sql, shop: Shop, { chatId, phone }: Place): Promise<void> {
  const key = () => crypto.randomUUID();
  const accepted = key();
  await shop.send(crypto.randomUUID(), { key: accepted, to: phone });
  await shop.begin({ key: accepted, to: phone }); // finished

  const attempt = { attemptId: key(), chatId };
  await shop.begin(attempt);
  await shop.begin(attempt); // the same, asked again
  await sql.query("select messenger_abandon_attempt($1)", [attempt.attemptId]);

  const dead = key();
  await shop.begin({ key: dead });
  await shop.begin({ key: dead, seconds: 0 }); // unknown

  const moving = key();
  await shop.close(await shop.begin({ key: moving, to: phone }), { status: "failed" }, true);
  await shop.close(await shop.begin({ key: moving, chatId }), { status: "failed" });

  await sendOfEarlierVersion(sql, shop, accepted);
  await shop.begin({ key: accepted }); // filled in

  await sql.query(
    `${PREPARING} insert into storage.objects (bucket_id, name, metadata)
     values ('messenger-media', $1 || '/outgoing/1.jpg', '{"mimetype": "image/jpeg"}')
     on conflict do nothing`,
    [shop.organization],
  );
  await shop.call(
    "messenger_begin_send(null, $1, null, $2, null, '', null, '', $3, null, 60, $4)",
    [
      ...[shop.organization, chatId, key()],
      JSON.stringify({ path: `${shop.organization}/outgoing/1.jpg` }),
    ],
  );
}

/** Makes a send one that has no chat. */
async function sendOfEarlierVersion(sql: Sql, shop: Shop, key: string): Promise<void> {
  await sql.query(
    `${PREPARING} update messenger_messages set chat_id = null, arrived = null, change = null
     where id = (select message_id from messenger_sends
       where organization_id = $1 and idempotency_key = $2)`,
    [shop.organization, key],
  );
}

async function receive(shop: Shop, { phone }: Place): Promise<void> {
  const id = () => crypto.randomUUID();
  const hidden = { address: `${id()}@lid`, kind: "unknown" };
  await shop.receive(incoming({ chat: hidden, eventId: id() })); // a new chat
  await shop.receive(incoming({ chat: { ...hidden, phone: `+${Date.now()}` } })); // its number
  const fromPhone = incoming({ chat: person(phone), eventId: id(), providerMessageId: id() });
  await shop.receive(fromPhone);
  await shop.receive({ ...fromPhone, eventId: id() }); // known by WhatsApp's key

  const taskId = id();
  await shop.send(taskId);
  await shop.receive(outgoing({ taskId, providerMessageId: id() })); // known by its task
  await shop.send(null, { text: "open" });
  await shop.receive(outgoing({ text: "open", providerMessageId: id() })); // by chat and text
  await shop.receive(outgoing({ text: "of the phone" }));

  const media = { mimetype: "image/jpeg", size: 3 };
  await shop.receive(incoming({ kind: "image", media }), { bytes: "AAAA" });
  await shop.receive(incoming({ kind: "image", media: { ...media, url: "http://localhost/1" } }));
}

async function receiveNotes(shop: Shop): Promise<void> {
  const [taskId, providerMessageId] = [crypto.randomUUID(), crypto.randomUUID()];
  const note = (type: string, more: object) => shop.receive({ type, isPair: false, ...more });
  await note("receipt", { providerMessageId, delivery: "read" }); // waits
  await note("receipt", { providerMessageId, delivery: "read" });
  await shop.send(taskId);
  await note("receipt", { taskId, providerMessageId, isPair: true, delivery: "delivered" });
  await note("receipt", { providerMessageId, deleted: true });
  const early = crypto.randomUUID();
  await note("reaction", { providerMessageId: early, by: "+7901", emoji: "👍" });
  await shop.receive(incoming({ providerMessageId: early })); // what waited for it
  await note("edit", { providerMessageId: early, text: "another" });
  await note("state", { status: "qr_required" });
  await note("state", { status: "connected" });
  await note("dropped", { reason: "status" });
  await note("quarantined", { reason: "unknown_event" });
  await note("quarantined", { reason: "unknown_event", account: "another" });
}

async function changeMessages(sql: Sql, shop: Shop): Promise<void> {
  const id = await shop.send(crypto.randomUUID());
  await shop.call("messenger_find_message(null, $1, $2)", [shop.organization, id]);
  await sql.query("select messenger_mark_reaction($1, '👍')", [id]);
  await sql.query("select messenger_mark_deleted($1)", [id]);
}

async function storeMedia(sql: Sql, shop: Shop): Promise<void> {
  await sql.query(
    `${PREPARING} update messenger_events set due_at = now() - interval '1 s'
     where integration_id = $1 and kind = 'media'`,
    [shop.connectionId],
  );
  const [{ taken }] = await sql.query("select messenger_take_media(10) as taken");
  const [first, second] = (taken as { event_id: number }[]).map(({ event_id }) => event_id);
  await sql.query("select messenger_media_bytes($1)", [first]);
  const media = JSON.stringify({ path: `${shop.organization}/1.jpg`, size: 3 });
  for (let time = 0; time < 2; time++) { // the second finds it done
    await sql.query("select messenger_media_stored($1, $2)", [first, media]);
  }
  await sql.query("select messenger_media_failed($1, 'expired')", [second]);
  await sql.query(`${PREPARING} insert into messenger_internal.unused_objects (path)
    values ('gone.jpg') on conflict (path) do update set due_at = now()`);
  await sql.query("select messenger_take_unused_media(10)");
}

async function keepHouse(sql: Sql, shop: Shop): Promise<void> {
  await sql.query("select messenger_take_neglected(20)");
  const { message } = await shop.begin();
  await sql.query(
    `${PREPARING} update messenger_sends set attempt_started_at = now() - interval '1 hour'
     where message_id = $1`,
    [message.id],
  );
  await sql.query("select messenger_expire_messages()");
  await sql.query("select messenger_expire_events()");
  const key = crypto.randomUUID();
  await shop.send(null, { key });
  await sendOfEarlierVersion(sql, shop, key);
  await sql.query("select messenger_backfill(10)");
  await sql.query("select messenger_delete_messages(interval '29.9 days')");
  await sql.query("select messenger_delete_history(interval '29.99 days', 100)");
}
