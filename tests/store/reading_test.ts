/** What signed-in users do by the functions of the database: follow changes, search, rename, erase. */
import assert from "node:assert/strict";
import { inStore } from "../support/in_store.ts";
import { incoming, person, type Row, Shop } from "../support/store.ts";

/** Calls a function of the database as a member of an organization; its effects stay. */
async function as(shop: Shop, call: string, parameters: unknown[] = [], organization?: string) {
  const claims = {
    role: "authenticated",
    sub: "u",
    app_metadata: { organization_id: organization ?? shop.organization },
  };
  await shop.sql.exec("begin; set local role authenticated");
  try {
    await shop.sql.query("select set_config('request.jwt.claims', $1, true)", [
      JSON.stringify(claims),
    ]);
    const rows = await shop.sql.query(`select ${call} as answer`, parameters);
    await shop.sql.exec("commit");
    return rows.map(({ answer }) => answer);
  } catch (error) {
    await shop.sql.exec("rollback");
    throw error;
  }
}

interface Page {
  change: number;
  chats: Row[];
  messages: Row[];
  more: boolean;
  topic: string;
}

async function changesSince(shop: Shop, since?: number, maxRows = 500): Promise<Page> {
  const [page] = await as(shop, "messenger_changes_since($1, $2)", [since ?? null, maxRows]);
  return page as Page;
}

const topicOf = (shop: Shop) => `messenger:${shop.organization}`; // a UUID stays as it is

const chatsOf = (shop: Shop) =>
  shop.sql.query("select * from messenger_chats where organization_id = $1 order by change", [
    shop.organization,
  ]);

inStore("messenger_changes_since", {
  "answers the present number when it is asked without one": async (shop) => {
    const nothing = { chats: [], messages: [], more: false, topic: topicOf(shop) };
    assert.deepEqual(await changesSince(shop), { change: 0, ...nothing });
    await shop.receive(incoming());
    const { change, ...rest } = await changesSince(shop);
    assert.deepEqual([change > 0, rest], [true, nothing]);
  },
  "gives each changed row once, in pages that cut no number": async (shop) => {
    for (const phone of ["+79991112201", "+79991112202", "+79991112203"]) {
      for (const text of ["1", "2"]) await shop.receive(incoming({ chat: person(phone), text }));
    }
    for (const maxRows of [1, 2, 3, 4, 100]) {
      const seen = new Map<string, Row>();
      let change = 0;
      for (let more = true; more;) {
        const page = await changesSince(shop, change, maxRows);
        const rows = [...page.chats, ...page.messages];
        assert.ok(rows.length <= maxRows);
        for (const row of rows) {
          assert.ok(Number(row.change) > change && Number(row.change) <= page.change);
          assert.ok(!seen.has(String(row.id)), "a row comes once while nothing is written");
          seen.set(String(row.id), row);
        }
        ({ change, more } = page);
      }
      assert.equal(seen.size, 3 + 6);
      assert.equal(change, (await changesSince(shop)).change);
    }
  },
  "gives a row again when it changed, and rows as they are in the table": async (shop) => {
    const { message_id } = await shop.receive(incoming({ providerMessageId: "A" }));
    const { change } = await changesSince(shop);
    await shop.receive({ type: "receipt", providerMessageId: "A", isPair: false, deleted: true });
    const page = await changesSince(shop, change);
    assert.deepEqual(page.messages.map(({ id }) => id), [message_id]);
    const [stored] = await shop.sql.query(
      "select to_jsonb(m) as row from messenger_messages m where id = $1",
      [message_id],
    );
    assert.deepEqual(page.messages, [stored.row]);
  },
  "shows nothing of others": async (shop) => {
    await shop.receive(incoming());
    const other = await Shop.create(shop.sql);
    assert.deepEqual(await changesSince(other, 0), {
      change: 0,
      chats: [],
      messages: [],
      more: false,
      topic: topicOf(other),
    });
  },
});

inStore("messenger_mark_chat_read", {
  "reads what came by that change, and nothing after it": async (shop) => {
    await shop.receive(incoming({ text: "1" }));
    const { change } = await changesSince(shop);
    const { chat_id } = await shop.receive(incoming({ text: "2" }));
    await as(shop, "messenger_mark_chat_read($1, $2)", [chat_id, change]);
    const [{ unread_count }] = await chatsOf(shop);
    assert.equal(unread_count, 1);
    await as(shop, "messenger_mark_chat_read($1, $2)", [chat_id, 0]);
    assert.equal((await chatsOf(shop))[0].unread_count, 1, "it never goes back");
    await as(shop, "messenger_mark_chat_read($1, $2)", [chat_id, Number.MAX_SAFE_INTEGER]);
    assert.equal((await chatsOf(shop))[0].unread_count, 0);
    await shop.receive(incoming({ text: "3" }));
    assert.equal((await chatsOf(shop))[0].unread_count, 1, "what is still to come is not read");
  },
  "does nothing to a chat of another organization": async (shop) => {
    const { chat_id } = await shop.receive(incoming());
    await as(shop, "messenger_mark_chat_read($1, $2)", [chat_id, 1_000], "another");
    assert.equal((await chatsOf(shop))[0].unread_count, 1);
  },
});

inStore("messenger_rename_chat", {
  "names a chat for good, until the name is taken back": async (shop) => {
    const { chat_id } = await shop.receive(incoming({ name: "Ann" }));
    assert.deepEqual(await as(shop, "messenger_rename_chat($1, $2)", [chat_id, " Bob "]), [true]);
    await shop.receive(incoming({ name: "Ann" }));
    assert.equal((await chatsOf(shop))[0].name, "Bob");
    assert.deepEqual(await as(shop, "messenger_rename_chat($1, $2)", [chat_id, ""]), [true]);
    assert.equal((await chatsOf(shop))[0].name, null);
    await shop.receive(incoming({ name: "Ann" }));
    assert.equal((await chatsOf(shop))[0].name, "Ann");
  },
  "refuses a name that is too long or has controls, and chats of others": async (shop) => {
    const { chat_id } = await shop.receive(incoming());
    for (const name of ["x".repeat(101), "a\nb", "a\u0085b"]) {
      await assert.rejects(as(shop, "messenger_rename_chat($1, $2)", [chat_id, name]), /100/);
    }
    const byAnother = as(shop, "messenger_rename_chat($1, $2)", [chat_id, "x"], "another");
    assert.deepEqual(await byAnother, [false]);
    assert.equal((await chatsOf(shop))[0].name, null);
  },
});

inStore("messenger_erase_chat", {
  "deletes a chat with its messages, and no other's": async (shop) => {
    const { chat_id } = await shop.receive(incoming());
    await shop.receive(incoming({ chat: person("+79991112244") }));
    assert.deepEqual(await as(shop, "messenger_erase_chat($1)", [chat_id], "another"), [false]);
    assert.deepEqual(await as(shop, "messenger_erase_chat($1)", [chat_id]), [true]);
    assert.deepEqual(await as(shop, "messenger_erase_chat($1)", [chat_id]), [false]);
    const left = await shop.sql.query(
      "select chat_id from messenger_messages where organization_id = $1",
      [shop.organization],
    );
    assert.deepEqual([left.length, left[0].chat_id === chat_id], [1, false]);
  },
});

const FOUND: [search: string, names: string[]][] = [
  ["ann", ["Ann Mary O'Neil", "Anna"]],
  ["ANN m", ["Ann Mary O'Neil"]],
  ["neil o", ["Ann Mary O'Neil"]],
  ["ary", []],
  ["öl", ["Jürgen Ölmann"]],
  ["ива", ["Иван"]],
  ["+7 (999) 111-22", ["Ann Mary O'Neil"]],
  ["79991112201", ["Ann Mary O'Neil"]],
  ["9991112201", ["Ann Mary O'Neil"]],
  ["089 1234", ["Jürgen Ölmann"]],
  ["anna 9991113", ["Anna"]],
  ["%", []],
  ["_", []],
  ["", []],
];

inStore("messenger_search_chats", {
  "finds chats by the beginnings of words and numbers": async (shop) => {
    const names = {
      "+79991112201": "Ann Mary O'Neil",
      "+49891234567": "Jürgen Ölmann",
      "+79991113303": "Anna",
      "+79991114404": "Иван",
    };
    for (const [phone, name] of Object.entries(names)) {
      await shop.receive(incoming({ chat: person(phone), name }));
    }
    for (const [search, expected] of FOUND) {
      const found = await as(shop, "(messenger_search_chats($1)).name", [search]);
      assert.deepEqual(found.sort(), expected, search);
    }
    const other = await Shop.create(shop.sql);
    assert.deepEqual(await as(other, "(messenger_search_chats($1)).name", ["ann"]), []);
  },
  "follows a chat that is renamed": async (shop) => {
    const { chat_id } = await shop.receive(incoming({ name: "Ann" }));
    await as(shop, "messenger_rename_chat($1, $2)", [chat_id, "Bob"]);
    assert.deepEqual(await as(shop, "(messenger_search_chats($1)).name", ["ann"]), []);
    assert.deepEqual(await as(shop, "(messenger_search_chats($1)).name", ["bo"]), ["Bob"]);
  },
});
