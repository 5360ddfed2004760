/** What the client reads of the store, through supabase-js and row level security. */
import { createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import {
  type Chat,
  createWppClient,
  type Message,
  type WppClient,
} from "../../client/wpp_client.ts";
import { userToken } from "../support/jwt.ts";
import { incoming, outgoing, person, type Row, Shop } from "../support/store.ts";
import type { Sql } from "../support/sql.ts";
import {
  inWorld,
  PUBLISHABLE_KEY,
  SECRET_KEY,
  SUPABASE_URL,
  type World,
} from "../support/world.ts";

/** An organization with a connection, and a member's client. */
interface Member {
  shop: Shop;
  wpp: WppClient;
}

async function member(world: World): Promise<Member> {
  const shop = await Shop.create(world.database as unknown as Sql);
  const supabase = await world.signIn({ app_metadata: { organization_id: shop.organization } });
  return { shop, wpp: createWppClient(supabase) };
}

const phone = (index: number) => `+7999${String(1_000_000 + index)}`;

/** A message of each of so many contacts. */
const fromMany = (count: number, changes: (index: number) => Row = () => ({})) =>
  Array.from({ length: count }, (_, i) => incoming({ chat: person(phone(i)), ...changes(i) }));

const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id);

/** All pages, one after the other. */
async function allChats(wpp: WppClient, limit: number, search?: string): Promise<Chat[][]> {
  const pages: Chat[][] = [];
  for (let before: Chat | undefined, more = true; more; before = pages.at(-1)!.at(-1)) {
    const page = await wpp.chats({ before, limit, search });
    pages.push(page.chats);
    more = page.more;
  }
  return pages;
}

async function allMessages(wpp: WppClient, chatId: string, limit: number): Promise<Message[][]> {
  const pages: Message[][] = [];
  for (let before: Message | undefined, more = true; more; before = pages.at(-1)!.at(-1)) {
    const page = await wpp.messages(chatId, { before, limit });
    pages.push(page.messages);
    more = page.more;
  }
  return pages;
}

/** Rows with their times as PostgREST writes them: Supabase Lite's `select` leaves them as Postgres does. */
function withTimes<T>(rows: T): T {
  const times = /"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?\+00)"/g;
  return JSON.parse(JSON.stringify(rows).replaceAll(times, '"$1T$2:00"'));
}

/** The rows of a table as JSON has them, in this order. */
async function stored<T>({ sql, organization }: Shop, table: string, order: string): Promise<T[]> {
  const rows = await sql.query(
    `select to_jsonb(t) as row from ${table} t where organization_id = $1 order by ${order}`,
    [organization],
  );
  return rows.map(({ row }) => row as T);
}

const NEWEST_CHATS = "last_message_at desc nulls last, id";

inWorld("chats and messages are the rows as the tables have them", async (world) => {
  const { shop, wpp } = await member(world);
  await shop.receiveAll([
    incoming({ name: "Anna", providerMessageId: "K1" }),
    incoming({
      kind: "image",
      media: { mimetype: "image/png", filename: "a.png", size: 3, problem: "too_large" },
    }),
    { type: "reaction", by: "me", emoji: "👍", providerMessageId: "K1", isPair: false },
    incoming({ chat: { address: "1@g.us", phone: null, kind: "group" }, sender: phone(1) }),
  ]);
  const { chats, more } = await wpp.chats();
  assert.equal(more, false);
  assert.deepEqual(withTimes(chats), await stored(shop, "messenger_chats", NEWEST_CHATS));
  const anna = chats.find(({ name }) => name === "Anna")!;
  const { messages } = await wpp.messages(anna.id);
  const rows = await stored<Message>(shop, "messenger_messages", "sent_at desc, arrived desc");
  assert.deepEqual(withTimes(messages), rows.filter(({ chat_id }) => chat_id === anna.id));
  // What no catalog knows of, and the types say.
  const [image, text] = messages;
  assert.deepEqual(Object.keys(anna.last_message!).sort(), [
    ...["deleted", "direction", "id", "kind", "text"],
  ]);
  assert.deepEqual(image.media, {
    ...{ state: "failed", reason: "too_large" },
    ...{ mimetype: "image/png", filename: "a.png", size: 3 },
  });
  const [{ at, ...reaction }] = text.reactions;
  assert.deepEqual([reaction, Date.parse(at) > 0], [{ by: "me", emoji: "👍" }, true]);
});

inWorld("members read, mark, rename and erase nothing of another organization", async (world) => {
  const [ours, theirs] = [await member(world), await member(world)];
  for (const { shop } of [ours, theirs]) await shop.receive(incoming({ name: "Anna" }));
  const [{ id }] = await theirs.shop.chats();
  const before = await stored(theirs.shop, "messenger_chats", "id");
  for (const search of [undefined, "anna"]) {
    assert.deepEqual(idsOf((await ours.wpp.chats({ search })).chats), [
      (await ours.shop.chats())[0].id,
    ]);
  }
  assert.deepEqual(await ours.wpp.messages(String(id)), { messages: [], more: false });
  const changes = await ours.wpp.changesSince(0);
  for (const { organization_id } of [...changes.chats, ...changes.messages]) {
    assert.equal(organization_id, ours.shop.organization);
  }
  await ours.wpp.markRead(String(id), 1_000);
  const none = { code: "chat_not_found", retryable: false };
  await assert.rejects(ours.wpp.renameChat(String(id), "x"), none);
  await assert.rejects(ours.wpp.eraseChat(String(id)), none);
  assert.deepEqual(await stored(theirs.shop, "messenger_chats", "id"), before);
});

inWorld("chats gives each chat once when pages split those of one moment", async (world) => {
  const { shop, wpp } = await member(world);
  await shop.receiveAll(fromMany(7)); // to the microsecond at once, as they are one transaction
  await shop.receiveAll(fromMany(9, (i) => i < 7 ? { text: "again" } : {}).slice(5));
  await world.database.query(
    "update messenger_chats set last_message_at = null, last_message = null where phone = any ($1)",
    [[phone(0), phone(1), phone(2)]],
  );
  const rows = await stored<Chat>(shop, "messenger_chats", NEWEST_CHATS);
  for (const limit of [1, 2, 3, 4, 9, 10]) {
    const pages = await allChats(wpp, limit);
    assert.deepEqual(withTimes(pages.flat()), rows, `pages of ${limit}`);
    assert.equal(pages.length, Math.ceil(9 / limit));
  }
});

inWorld("messages gives each message once when pages split those of one moment", async (world) => {
  const { shop, wpp } = await member(world);
  await shop.receiveAll([1, 2, 3].map((i) => incoming({ text: `a${i}` })));
  await shop.receiveAll([1, 2, 3, 4].map((i) => outgoing({ text: `b${i}` })));
  await shop.receive(incoming({ text: "late", sentAtMs: Date.now() - 60_000 }));
  const [{ id }] = await shop.chats();
  for (const limit of [1, 2, 3, 5, 8, 9]) {
    const pages = await allMessages(wpp, String(id), limit);
    assert.deepEqual(pages.flat().map(({ text }) => text), [
      ...["b4", "b3", "b2", "b1", "a3", "a2", "a1", "late"],
    ]);
    assert.equal(pages.length, Math.ceil(8 / limit));
  }
});

inWorld("chats and messages are told apart when microseconds lie between them", async (world) => {
  const { shop, wpp } = await member(world);
  await shop.receiveAll([
    ...fromMany(4),
    ...[1, 2, 3].map(() => incoming({ chat: person(phone(0)) })),
  ]);
  const [{ id }] = await shop.chats();
  for (
    const statement of [
      "update messenger_messages set sent_at = sent_at - arrived * interval '1 microsecond'",
      "update messenger_chats set last_message_at = last_message_at - change * interval '1 microsecond'",
    ]
  ) await world.database.query(statement);
  const chats = await stored<Chat>(shop, "messenger_chats", NEWEST_CHATS);
  assert.deepEqual(withTimes((await allChats(wpp, 1)).flat()), chats);
  const messages = await stored<Message>(shop, "messenger_messages", "sent_at desc");
  const ofFirst = messages.filter(({ chat_id }) => chat_id === id);
  assert.deepEqual(withTimes((await allMessages(wpp, String(id), 1)).flat()), ofFirst);
});

inWorld("chats and messages have 50 rows to a page, and no more than 200", async (world) => {
  const { shop, wpp } = await member(world);
  await shop.receiveAll(fromMany(60));
  const { chats, more } = await wpp.chats();
  assert.deepEqual([chats.length, more], [50, true]);
  world.serviceCalls.length = 0;
  for (const limit of [0, 201, 1.5, NaN, -1]) {
    for (const read of [wpp.chats({ limit }), wpp.messages(chats[0].id, { limit })]) {
      await assert.rejects(read, ({ code, fields }) => {
        assert.deepEqual([code, Object.keys(fields)], ["invalid_request", ["limit"]]);
        return true;
      });
    }
  }
  assert.equal(world.serviceCalls.length, 0);
});

inWorld("chats finds by name and number, page by page", async (world) => {
  const { shop, wpp } = await member(world);
  await shop.receiveAll(fromMany(6, (i) => ({ name: i < 5 ? `Anna ${i}` : "Boris" })));
  const rows = await stored<Chat>(shop, "messenger_chats", NEWEST_CHATS);
  const annas = rows.filter(({ name }) => name!.startsWith("Anna"));
  for (const limit of [2, 5]) {
    assert.deepEqual(withTimes((await allChats(wpp, limit, " ann ")).flat()), annas);
  }
  const names = async (search: string) => (await wpp.chats({ search })).chats.map((c) => c.name);
  assert.deepEqual(await names(phone(5)), ["Boris"]);
  assert.deepEqual(await names("nobody, (really)"), []);
  assert.equal((await names("  ")).length, 6); // nothing is searched for
});

inWorld("changesSince gives the tables, page by page, when asked from 0", async (world) => {
  const { shop, wpp } = await member(world);
  assert.deepEqual(await wpp.changesSince(), { change: 0, chats: [], messages: [], more: false });
  await shop.receiveAll(fromMany(400, (i) => ({ chat: person(phone(i % 200)) })));
  const [chats, messages] = [new Map<string, Chat>(), new Map<string, Message>()];
  let pages = 0;
  for (let change = 0, more = true; more; pages++) {
    const changes = await wpp.changesSince(change);
    for (const chat of changes.chats) chats.set(chat.id, chat);
    for (const message of changes.messages) messages.set(message.id, message);
    ({ change, more } = changes);
  }
  assert.equal(pages, 2);
  assert.deepEqual([...chats.values()], await stored(shop, "messenger_chats", "change"));
  assert.deepEqual([...messages.values()], await stored(shop, "messenger_messages", "change"));
  const present = await wpp.changesSince();
  assert.deepEqual([present.chats, present.messages, present.more], [[], [], false]);
  await shop.receive(incoming({ text: "one more" }));
  const { messages: [last], change } = await wpp.changesSince(present.change);
  assert.deepEqual([last.text, change > present.change], ["one more", true]);
});

inWorld(
  "markRead, renameChat and eraseChat change the chat, and tell by changesSince",
  async (world) => {
    const { shop, wpp } = await member(world);
    await shop.receiveAll([1, 2, 3].map(() => incoming({ name: "Anna" })));
    const { chats: [chat], messages: [, second], change: before } = await wpp.changesSince(0);
    assert.equal(chat.unread_count, 3);
    await wpp.markRead(chat.id, second.arrived!);
    await wpp.renameChat(chat.id, ' Aunt "Anna" ');
    const { chats: [changed], messages, change } = await wpp.changesSince(before);
    assert.deepEqual([changed.unread_count, changed.name, messages], [1, 'Aunt "Anna"', []]);
    const invalid = { code: "invalid_request", message: /at most 100 characters/ };
    await assert.rejects(wpp.renameChat(chat.id, "x".repeat(101)), invalid);
    await wpp.eraseChat(chat.id);
    assert.deepEqual(await wpp.chats(), { chats: [], more: false });
    assert.deepEqual(await wpp.messages(chat.id), { messages: [], more: false });
    assert.equal((await wpp.changesSince(change)).chats.length, 0);
    await assert.rejects(wpp.eraseChat(chat.id), { code: "chat_not_found" });
  },
);

/** Everything that reads. */
const reads = (wpp: WppClient, id: string = crypto.randomUUID(), signal?: AbortSignal) => [
  wpp.chats({ signal }),
  wpp.chats({ signal, search: "anna" }),
  wpp.messages(id, { signal }),
  wpp.changesSince(0, { signal }),
  wpp.markRead(id, 1, { signal }),
  wpp.renameChat(id, "x", { signal }),
  wpp.eraseChat(id, { signal }),
];

const OPTIONS = { auth: { autoRefreshToken: false, persistSession: false } };

inWorld("reads reject with unauthorized when nobody is signed in", async (world) => {
  const signedOut = createClient(SUPABASE_URL, PUBLISHABLE_KEY, {
    auth: { persistSession: false },
  });
  for (const supabase of [signedOut, world.clientWith("no.token.atall")]) {
    for (const read of await Promise.allSettled(reads(createWppClient(supabase)))) {
      assert.equal(read.status, "rejected");
      const { code, action, status } = read.reason;
      assert.deepEqual([code, action, status], ["unauthorized", "sign_in", 401]);
    }
  }
});

inWorld("reads reject with not_supported when a server acts for an organization", async (world) => {
  const { shop } = await member(world);
  const supabase = createClient(SUPABASE_URL, SECRET_KEY, OPTIONS);
  const wpp = createWppClient(supabase, { organizationId: shop.organization });
  for (const read of reads(wpp)) await assert.rejects(read, { code: "not_supported" });
  assert.equal(world.serviceCalls.length, 0);
});

inWorld("reads go to the schema public when the app's client reads another", async (world) => {
  const { shop } = await member(world);
  await shop.receive(incoming());
  const token = await userToken({ app_metadata: { organization_id: shop.organization } });
  const supabase = createClient(SUPABASE_URL, PUBLISHABLE_KEY, {
    ...{ ...OPTIONS, accessToken: () => Promise.resolve(token) },
    db: { schema: "api" },
  });
  const schemas = new Set<string | null>();
  world.intercept = ({ headers }) => {
    schemas.add(headers.get("accept-profile") ?? headers.get("content-profile"));
    return undefined;
  };
  const wpp = createWppClient(supabase);
  assert.equal((await wpp.chats()).chats.length, 1);
  assert.equal((await wpp.changesSince(0)).messages.length, 1);
  assert.deepEqual([...schemas], ["public"]);
});

inWorld("reads reject with the signal's reason when aborted", async (world) => {
  const { wpp } = await member(world);
  const abort = new AbortController();
  const reason = new Error("enough");
  world.intercept = () => new Promise(() => {}); // answers nothing
  const under = reads(wpp, undefined, abort.signal).map((read) => assert.rejects(read, reason));
  abort.abort(reason);
  await Promise.all(under);
  world.serviceCalls.length = 0;
  await Promise.all(reads(wpp, undefined, abort.signal).map((r) => assert.rejects(r, reason)));
  assert.equal(world.serviceCalls.length, 0);
});
