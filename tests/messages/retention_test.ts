/** What messenger_delete_messages deletes, and two sessions that meet at one row of a send. */
import assert from "node:assert/strict";
import { send } from "../support/messages.ts";
import { inTwoSessions, untilBlocked } from "../support/sessions.ts";
import { inWorld } from "../support/world.ts";

inWorld(
  "messenger_delete_messages keeps a key that was accepted a minute ago when it failed 31 days ago",
  async (world) => {
    const { token } = await world.connect();
    world.simulator.misbehave("send", { kind: "respond", status: 429 });
    await send(world, token, "key-1");
    const age = (ago: string) =>
      world.database.exec(`
        update messenger_sends set attempt_started_at = now() - interval '${ago}';
        update messenger_messages
        set created_at = least(created_at, now() - interval '${ago}')`);
    await age("31 days");
    const accepted = await send(world, token, "key-1");
    assert.equal(accepted.http, 202);
    await age("1 minute");
    await world.database.exec("select messenger_delete_messages(interval '30 days')");
    const again = await send(world, token, "key-1");
    assert.deepEqual([again.http, again.replayed], [202, "true"]);
    assert.deepEqual(again.content, accepted.content);
    assert.equal(world.simulator.countOf("send"), 2); // the refused one and the accepted one
  },
);

inWorld("messenger_delete_messages keeps a day when it is asked for less", async (world) => {
  const { token } = await world.connect();
  for (const key of ["new", "yesterday's"]) await send(world, token, key);
  await world.database.exec(`update messenger_sends
    set attempt_started_at = now() - interval '25 hours' where idempotency_key <> 'new'`);
  for (const interval of ["0", "-1 day"]) {
    await world.database.exec(`select messenger_delete_messages(interval '${interval}')`);
    const kept = await world.database.query("select idempotency_key as key from messenger_sends");
    assert.deepEqual(kept.map(({ key }) => key), ["new"]);
  }
  const messages = await world.database.query("select status from messenger_messages");
  assert.deepEqual(messages.map(({ status }) => status), ["accepted", "accepted"]);
});

const ATTEMPT = "11111111-1111-4111-8111-111111111111";
const CONNECTION = `insert into messenger_integrations (organization_id, settings)
  values ('shop', '{"apiKey": "key", "session": "1"}')`;

function begin(key: string | null, { attempt = ATTEMPT } = {}) {
  return `select messenger_begin_send(null, 'shop', null, null, '+79991112233', 'hello',
    ${key && `'${key}'`}, 'fingerprint', '${attempt}', gen_random_uuid(), 60) as answer`;
}

inTwoSessions(
  "messenger_begin_send begins anew when retention is deleting its key's row",
  async ({ first, second, database }) => {
    await database.exec(CONNECTION);
    const [{ answer: old }] = await first.unsafe(begin("key-1"));
    await database.exec(`update messenger_messages set status = 'failed';
      update messenger_sends set retryable = true,
        attempt_started_at = now() - interval '31 days'`);
    await first`begin`;
    const [{ count }] = await first`select messenger_delete_messages(interval '30 days') as count`;
    assert.equal(Number(count), 1);
    const waiting = second.unsafe(begin("key-1", { attempt: crypto.randomUUID() })).execute();
    await untilBlocked(database);
    await first`commit`;
    const [{ answer }] = await waiting;
    assert.equal(answer.outcome, "begun");
    assert.notEqual(answer.message.id, old.message.id);
    assert.equal(answer.message.attempt, 1);
  },
);

inTwoSessions(
  "messenger_delete_messages keeps a row when a send of its key begins meanwhile",
  async ({ first, second, database }) => {
    await database.exec(CONNECTION);
    await first.unsafe(begin("key-1"));
    await database.exec(`update messenger_messages set status = 'failed';
      update messenger_sends set retryable = true,
        attempt_started_at = now() - interval '31 days'`);
    await first`begin`;
    const [{ answer }] = await first.unsafe(begin("key-1", { attempt: crypto.randomUUID() }));
    assert.equal(answer.outcome, "begun");
    const waiting = second`select messenger_delete_messages(interval '30 days') as count`.execute();
    await untilBlocked(database);
    await first`commit`;
    assert.equal(Number((await waiting)[0].count), 0);
  },
);

for (const key of ["key-1", null]) {
  inTwoSessions(
    `messenger_begin_send finds its own row when its first asking still runs, ${
      key ? "with" : "without"
    } a key`,
    async ({ first, second, database }) => {
      await database.exec(CONNECTION);
      await first`begin`;
      const [{ answer: lost }] = await first.unsafe(begin(key));
      const waiting = second.unsafe(begin(key)).execute();
      await untilBlocked(database);
      await first`commit`;
      const [{ answer }] = await waiting;
      assert.deepEqual([answer.outcome, answer.message], ["begun", lost.message]);
    },
  );
}

inTwoSessions(
  "messenger_abandon_attempt closes a row when its begin still runs",
  async ({ first, second, database }) => {
    await database.exec(CONNECTION);
    await first`begin`;
    await first.unsafe(begin("key-1"));
    const waiting = second`select messenger_abandon_attempt(${ATTEMPT})`.execute();
    await untilBlocked(database);
    await first`commit`;
    await waiting;
    const row = await database.query(
      "select m.status, s.retryable from messenger_messages m join messenger_sends s on s.message_id = m.id",
    );
    assert.deepEqual([...row], [{ status: "failed", retryable: true }]);
  },
);
