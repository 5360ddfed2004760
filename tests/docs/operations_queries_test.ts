/** The queries of docs/operations.md: what was sent, who is disconnected or receives nothing, and files. */
import assert from "node:assert/strict";
import { insert } from "../support/inserted_connection.ts";
import { inWorld } from "../support/world.ts";
import { codeOf } from "./examples.ts";

/** The code of the page's fence with this title. */
const code = (title: string) => codeOf("docs/operations.md", title);

inWorld("the sends are counted by their outcome", async (world) => {
  const id = await insert(world, "k");
  const outcomes = [
    ["accepted", null, "1 hour"],
    ["accepted", null, "1 hour"],
    ["failed", "not_connected", "1 hour"],
    ["failed", "rate_limited", "1 hour"],
    ["unknown", "delivery_unknown", "8 days"],
  ];
  for (const [status, error, age] of outcomes) {
    await world.database.query(
      `with message as (
         insert into messenger_messages
           (integration_id, organization_id, session, recipient, text, status, error_code)
         values ($1, 'o', '1', '+79991112233', 'Hello', $2, $3)
         returning id
       )
       insert into messenger_sends
         (message_id, organization_id, request_fingerprint, attempt_started_at)
       select id, 'o', 'f', now() - $4::interval from message`,
      [id, status, error, age],
    );
  }
  const rows = await world.database.query(code("sends by outcome"));
  const sums = new Map<string, number>();
  for (const { status, error_code, count } of rows) {
    const word = `${status} ${error_code}`;
    sums.set(word, (sums.get(word) ?? 0) + Number(count)); // an hour ago may be yesterday
  }
  assert.deepEqual([...sums].sort(), [
    ["accepted null", 2],
    ["failed not_connected", 1],
    ["failed rate_limited", 1],
  ]);
});

inWorld(
  "who receives nothing lists connected numbers, those without an event first",
  async (world) => {
    const [silent, heard, other] = await Promise.all(
      Array.from({ length: 3 }, () => insert(world, "k")),
    );
    await world.database.exec(`
    update messenger_integrations set status = 'connected' where id <> '${other}';
    update messenger_integrations set last_event_at = now(), dropped_events = 2
      where id = '${heard}';
    insert into messenger_events (organization_id, integration_id, kind, size) values
      ('o', '${heard}', 'quarantined', 5), ('o', '${heard}', 'media', 7), ('o', '${heard}', 'media', 4);
  `);
    const rows = await world.database.query(code("who receives nothing"));
    assert.deepEqual(
      rows.map((row) =>
        [row.organization_id, row.dropped_events, row.quarantined, row.media_bytes]
          .map(String)
      ),
      [[silent, "0", "0", "0"], [heard, "2", "1", "11"]],
    );
  },
);

inWorld("the queries of files show those that wait, and how much is stored", async (world) => {
  const id = await insert(world, "k");
  await world.database.exec(`
    insert into messenger_events (organization_id, integration_id, kind, size, url, created_at) values
      ('o', '${id}', 'media', 7, null, now()),
      ('o', '${id}', 'media', 0, 'https://wpp.test/1', now() - interval '1 hour'),
      ('o', '${id}', 'quarantined', 5, null, now());
    select messenger_enable_media();
    insert into storage.objects (bucket_id, name, metadata) values
      ('messenger-media', 'o/outgoing/1/a', '{ "size": 2048 }'),
      ('messenger-media', 'o/2/b', '{ "size": 1024 }'), ('messenger-media', 'p/3/c', null)`);
  const waiting = await world.database.query(code("files that wait"));
  assert.deepEqual(
    waiting.map(({ size, is_at_platform }) => [Number(size), is_at_platform]),
    [
      [0, true],
      [7, false],
    ],
  );
  const sizes = await world.database.query(code("size of files"));
  assert.deepEqual(sizes.map(({ folder, files, size }) => [folder, Number(files), size]), [
    ["o", 2, "3072 bytes"],
    ["p", 1, null],
  ]);
});

inWorld(
  "who is disconnected leaves out what is connected, inactive or another's",
  async (world) => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => insert(world, "k")));
    const [connected, inactive, disabled, foreign, disconnected] = ids;
    const set = (id: string, what: string) =>
      world.database.exec(`update messenger_integrations set ${what} where id = '${id}'`);
    await set(connected, "status = 'connected'");
    await set(inactive, "is_active = false");
    await set(disabled, "is_enabled = false");
    await set(foreign, "provider = 'another'");
    await set(disconnected, "status = 'disconnected'");
    const rows = await world.database.query(code("who is disconnected"));
    assert.deepEqual(rows.map(({ id, status }) => [id, status]), [[disconnected, "disconnected"]]);
  },
);
