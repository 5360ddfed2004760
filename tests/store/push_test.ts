/** What the store tells open pages through Supabase Realtime, and who may listen. */
import assert from "node:assert/strict";
import { REALTIME_SCHEMA } from "../../local/realtime/schema.ts";
import { engines, migrate, MIGRATIONS, rowsAs, type Sql, withSql } from "../support/sql.ts";
import { incoming, outgoing, type Row, Shop } from "../support/store.ts";

interface Hint {
  topic: string;
  event: string;
  payload: Row;
}

/** The hints since the last call, in the order of their commits. */
async function hints(sql: Sql): Promise<Hint[]> {
  const rows = await sql.query(
    "select topic, event, payload, private, extension from realtime.messages order by inserted_at",
  );
  await sql.exec("truncate realtime.messages");
  return rows.map(({ topic, event, payload, ...rest }) => {
    assert.deepEqual(rest, { private: true, extension: "broadcast" });
    const { id: _, ...hint } = payload as Row; // Realtime's own
    return { topic: String(topic), event: String(event), payload: hint };
  });
}

/** Does something, and returns the hints that came of it. */
async function hintsOf(sql: Sql, act: () => Promise<unknown>): Promise<Hint[]> {
  await hints(sql);
  await act();
  return await hints(sql);
}

const topicOf = (shop: Shop) => `messenger:${shop.organization}`;

const member = (organization: string, more: Row = {}) => ({
  role: "authenticated",
  sub: crypto.randomUUID(),
  app_metadata: { organization_id: organization },
  ...more,
});

/** Calls a function of the database as a member of the shop's organization. */
async function asMember(shop: Shop, call: string, parameters: unknown[]): Promise<void> {
  const { sql } = shop;
  await sql.exec("begin; set local role authenticated");
  await sql.query("select set_config('request.jwt.claims', $1, true)", [
    JSON.stringify(member(shop.organization)),
  ]);
  await sql.query(`select ${call}`, parameters);
  await sql.exec("commit");
}

/** All that writes chats and messages, each after those above it. */
const WRITES: Record<string, (shop: Shop) => Promise<unknown>> = {
  "an incoming message": (shop) => shop.receive(incoming({ eventId: "e1" })),
  "what a member has read": async (shop) =>
    await asMember(shop, "messenger_mark_chat_read($1, $2)", [
      (await shop.chats())[0].id,
      await shop.change(),
    ]),
  "a receipt": (shop) => shop.receive({ type: "receipt", taskId: "t1", delivery: "read" }),
  "a reaction": (shop) => shop.receive({ type: "reaction", taskId: "t1", by: "+1", emoji: "👍" }),
  "an edit": (shop) => shop.receive({ type: "edit", taskId: "t1", text: "other" }),
  "a message of the phone": (shop) => shop.receive(outgoing({ text: "from the phone" })),
  "the beginning of a send": (shop) => shop.begin({ text: "begun" }),
  "a reaction of ours": async (shop) =>
    await shop.call("messenger_mark_reaction($1, '🔥')", [(await sent(shop)).id]),
  "a deletion": async (shop) =>
    await shop.call("messenger_mark_deleted($1)", [(await sent(shop)).id]),
  "a name that a member gives": async (shop) =>
    await asMember(shop, "messenger_rename_chat($1, 'Ann')", [(await shop.chats())[0].id]),
  "sends that were given up": async (shop) => {
    await shop.sql.exec("update messenger_sends set attempt_started_at = now() - interval '1 day'");
    await shop.call("messenger_expire_messages()", []);
  },
  "retention": async (shop) => {
    await shop.sql.query(
      "update messenger_messages set sent_at = now() - interval '9 days' where organization_id = $1",
      [shop.organization],
    );
    await shop.call("messenger_delete_history('7 days', 1)", []);
  },
};

const sent = async (shop: Shop) => (await shop.messages()).find(({ task_id }) => task_id === "t1")!;

/** A shop whose phone could take part in each of the writes: it has one accepted message. */
async function busyShop(sql: Sql): Promise<Shop> {
  const shop = await Shop.create(sql);
  await shop.send("t1", { text: "first" });
  return shop;
}

const CASES: Record<string, (sql: Sql) => Promise<void>> = {
  "each write ends with one hint, of the number that it ended with": async (sql) => {
    const shop = await busyShop(sql);
    for (const [what, write] of Object.entries(WRITES)) {
      const before = await shop.change();
      const told = await hintsOf(sql, () => write(shop));
      const change = await shop.change();
      assert.ok(change > before, what);
      assert.deepEqual(
        told,
        [{ topic: topicOf(shop), event: "change", payload: { change } }],
        what,
      );
    }
  },
  "the end of a send is one hint": async (sql) => {
    const shop = await busyShop(sql);
    const begun = await shop.begin();
    const told = await hintsOf(sql, () => shop.close(begun, { taskId: "t2" }));
    assert.deepEqual(told.map(({ payload }) => payload), [{ change: await shop.change() }]);
  },
  "a transaction is one hint for each organization, whatever it writes": async (sql) => {
    const [one, other] = [await busyShop(sql), await busyShop(sql)];
    const told = await hintsOf(sql, async () => {
      await sql.exec("begin");
      for (const shop of [one, other, one]) {
        await shop.receive(incoming());
        await shop.receive(incoming());
      }
      await sql.exec("commit");
    });
    const expected = await Promise.all([one, other].map(async (shop) => ({
      topic: topicOf(shop),
      event: "change",
      payload: { change: await shop.change() },
    })));
    const byTopic = (a: Hint, b: Hint) => a.topic < b.topic ? -1 : 1;
    assert.deepEqual(told.sort(byTopic), expected.sort(byTopic));
  },
  "what changes nothing, or is rolled back, is no hint": async (sql) => {
    const shop = await busyShop(sql);
    await shop.receive(incoming({ eventId: "e1" }));
    assert.deepEqual(
      await hintsOf(sql, async () => {
        await shop.receive(incoming({ eventId: "e1" })); // a duplicate
        await shop.receive({ type: "receipt", taskId: "t9", delivery: "read" }); // waits
        await shop.receive({ type: "quarantined", reason: "not_json" }, { bytes: "AAAA" });
        await sql.exec("begin");
        await shop.receive(incoming());
        await sql.exec("rollback");
      }),
      [],
    );
  },
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
  "a hint holds ids and numbers alone": async (sql) => {
    const shop = await busyShop(sql);
    await hints(sql);
    for (const write of Object.values(WRITES)) await write(shop);
    await shop.receive({ type: "state", status: "connected", ownPhone: "+79990000000" });
    const told = await hints(sql);
    assert.ok(told.length > Object.keys(WRITES).length);
    for (const { event, payload } of told) {
      const names = event === "change" ? ["change"] : ["integrationId", "session", "status"];
      assert.deepEqual(Object.keys(payload).sort(), names);
      for (const value of Object.values(payload)) {
        assert.match(String(value), /^(\d+|[0-9a-f-]{36}|[a-z_]+)$/);
      }
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
  "a write succeeds where Realtime cannot store its hint, and messenger_check_push says so": async (
    sql,
  ) => {
    const shop = await busyShop(sql);
    const check = async () => (await shop.call("messenger_check_push()", [])) as unknown;
    assert.deepEqual(await check(), { realtime: true, policy: true, stored: true });
    await sql.exec(
      "alter table realtime.messages add constraint full_up check (topic = '') not valid",
    );
    assert.equal((await shop.receive(incoming())).outcome, "stored");
    assert.deepEqual(await check(), { realtime: true, policy: true, stored: false });
    await sql.exec("alter table realtime.messages drop constraint full_up");
  },
  "messenger_check_push says so where the triggers' owner may not write to Realtime": async (
    sql,
  ) => {
    const shop = await Shop.create(sql);
    await sql.exec(
      "begin; create role hinter; grant usage on schema messenger_internal, realtime to hinter; " +
        "grant create on schema messenger_internal to hinter; " +
        "grant execute on all functions in schema public, messenger_internal to hinter; " +
        "alter function messenger_internal.send_check(text) owner to hinter",
    );
    const found = await shop.call("messenger_check_push()", []);
    assert.deepEqual(found, { realtime: true, policy: true, stored: false });
    await sql.exec("rollback");
  },
};

for (const { name, open } of engines()) {
  Deno.test(`push on ${name}`, async (t) => {
    await withSql(open, async (sql) => {
      await sql.exec(REALTIME_SCHEMA);
      await migrate(sql);
      for (const [what, run] of Object.entries(CASES)) await t.step(what, () => run(sql));
      await t.step("only members of the organization may listen", () => onlyMembers(sql));
    });
  });

  Deno.test(`messenger_enable_push on ${name}`, async (t) => {
    await withSql(open, async (sql) => {
      await migrate(sql);
      const shop = await Shop.create(sql);
      const enable = async () =>
        (await sql.query("select messenger_enable_push() as done"))[0].done;
      const check = async () => (await shop.call("messenger_check_push()", [])) as unknown;
      await t.step("answers false, and all else works, where Realtime is not there", async () => {
        assert.equal(await enable(), false);
        assert.deepEqual(await check(), { realtime: false, policy: false, stored: false });
        assert.equal((await shop.receive(incoming())).outcome, "stored");
      });
      await t.step("answers true once it is there, and again", async () => {
        await sql.exec(REALTIME_SCHEMA);
        assert.deepEqual(await check(), { realtime: true, policy: false, stored: true });
        assert.deepEqual([await enable(), await enable()], [true, true]);
        assert.deepEqual(await check(), { realtime: true, policy: true, stored: true });
      });
      await t.step("is left out with a warning by who may not create policies", async () => {
        await sql.exec("drop policy messenger_members_listen on realtime.messages");
        const file = (await Array.fromAsync(Deno.readDir(MIGRATIONS)))
          .find((entry) => entry.name.endsWith("_messenger_access.sql"))!.name;
        const text = await Deno.readTextFile(new URL(file, MIGRATIONS));
        const block = /do \$push\$[\s\S]*?\$push\$;/.exec(text)![0];
        await sql.exec(
          "begin; create role plain; grant usage on schema public, realtime to plain; " +
            "grant execute on function messenger_enable_push() to plain; set local role plain",
        );
        await sql.exec(block);
        await sql.exec("rollback");
        assert.equal(
          sql.warnings.filter((text) => text.startsWith("Pages are not told")).length,
          1,
        );
      });
    });
  });
}

/** As Realtime asks: by a row with topic and extension alone, which is taken back. */
async function mayListen(sql: Sql, role: string, topic: string, claims: Row): Promise<boolean> {
  await sql.exec("insert into realtime.messages (topic, extension) values ('t', 'broadcast')");
  try {
    const rows = await rowsAs(
      sql,
      role,
      `select set_config('realtime.topic', '${topic}', true), (select count(*) from realtime.messages)`,
      claims,
    );
    return Number(rows[0].count) > 0;
  } finally {
    await sql.exec("truncate realtime.messages");
  }
}

async function onlyMembers(sql: Sql): Promise<void> {
  const folders: Record<string, string> = {
    a: "a",
    "acme-1": "acme-1",
    "a/b": "_c14cddc033f64b9dea80ea675cf280a015e672516090a5626781153dc68fea11",
    acme_1: await hashed("acme_1"),
    "-a": await hashed("-a"),
    "организация": await hashed("организация"),
    [`x${"y".repeat(100)}`]: await hashed(`x${"y".repeat(100)}`),
  };
  const names = Object.entries(folders);
  for (const [organization, folder] of names) {
    for (const [other, otherFolder] of names) {
      assert.equal(
        await mayListen(sql, "authenticated", `messenger:${otherFolder}`, member(organization)),
        organization === other,
        `${organization} on ${otherFolder}`,
      );
    }
    assert.equal(await mayListen(sql, "anon", `messenger:${folder}`, member(organization)), false);
    for (
      const claims of [
        {},
        member(organization, { role: "anon" }),
        member("", { sub: "" }),
        { role: "authenticated" },
      ]
    ) {
      assert.equal(await mayListen(sql, "authenticated", `messenger:${folder}`, claims), false);
    }
  }
  for (const topic of ["messenger:", "messenger", "", "a", "messenger:a%", "messenger:a:b"]) {
    assert.equal(await mayListen(sql, "authenticated", topic, member("a")), false, topic);
  }
}

async function hashed(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `_${new Uint8Array(digest).toHex()}`;
}
