/** Databases that had an earlier set of these migrations, with rows in each state, go on. */
import assert from "node:assert/strict";
import { sortedSchema } from "../support/sorted_schema.ts";
import {
  engines,
  migrate,
  MIGRATIONS_2026_11_22,
  MIGRATIONS_2026_11_26,
  MIGRATIONS_2026_11_27,
  type Sql,
  withSql,
} from "../support/sql.ts";

const SETS = {
  "2026-11-22": MIGRATIONS_2026_11_22,
  "2026-11-26": MIGRATIONS_2026_11_26,
  "2026-11-27": MIGRATIONS_2026_11_27,
};

const AUTHOR = "99999999-9999-4999-8999-999999999999";

/** What these databases may hold; each organization is named by how its slot stands. */
const ROWS = `
  insert into public.messenger_integrations
    (organization_id, name, is_primary, settings, claim_id, claimed_until, access_token)
  values
    ('finished', 'Shop', true, '{"apiKey": "key", "session": "1"}', gen_random_uuid(), null, 'token'),
    ('finished twice', 'Shop', true, '{"apiKey": "key", "session": "2"}', gen_random_uuid(), null, null),
    ('finished twice', 'Old', false, '{"wppApiKey": "old", "wppAccountNumber": "3"}', null, null, null),
    ('switched off', 'Shop', true, '{"apiKey": "key", "session": "4"}', gen_random_uuid(), null, null),
    ('running', 'Shop', true, '{}', gen_random_uuid(), now() + interval '30 s', null),
    ('abandoned', 'Shop', true, '{}', gen_random_uuid(), now() - interval '1 s', null),
    ('released, id kept', 'Shop', true, '{}', gen_random_uuid(), 'epoch', null),
    ('released', 'Shop', true, '{}', null, null, null),
    ('renewing', 'Shop', true, '{"apiKey": "key", "session": "5"}', gen_random_uuid(),
      now() + interval '30 s', null);
  update public.messenger_integrations set is_active = false
  where organization_id = 'switched off';

  insert into public.messenger_messages
    (integration_id, organization_id, created_by, session, recipient, text, idempotency_key,
     request_fingerprint, status, retryable, task_id, error_code, attempt, attempt_started_at)
  select i.id, i.organization_id, '${AUTHOR}', i.session, '+1', 'hi', send.*
  from public.messenger_integrations i, (values
    ('sending', 'f', 'sending', false, null, null, 1, now()),
    ('sending, isolate died', 'f', 'sending', false, null, null, 1, now() - interval '1 h'),
    ('accepted', 'f', 'accepted', false, 'task', null, 1, now()),
    ('failed', 'f', 'failed', false, null, 'gateway_error', 1, now()),
    ('failed, may be repeated', 'f', 'failed', true, null, 'rate_limited', 2, now()),
    ('unknown', 'f', 'unknown', false, null, 'delivery_unknown', 1, now()),
    (null, 'f', 'accepted', false, 'task', null, 1, now())
  ) send
  where i.organization_id = 'finished';
`;

/** What a claim finds in each of those organizations. */
const CLAIMS = {
  "finished": "exists",
  "finished twice": "exists",
  "switched off": "claimed under a new id",
  "running": "busy",
  "abandoned": "claimed under the same id",
  "released, id kept": "claimed under the same id",
  "released": "claimed under a new id",
  "renewing": "exists",
};

/** What the same request finds under each of those idempotency keys: outcome, status, attempt. */
const SENDS = {
  "sending": "in_progress",
  "sending, isolate died": "finished unknown 1",
  "accepted": "finished accepted 1",
  "failed": "finished failed 1",
  "failed, may be repeated": "begun sending 3",
  "unknown": "finished unknown 1",
};

for (const { name, open } of engines()) {
  for (const [date, folder] of Object.entries(SETS)) {
    Deno.test(`migrations bring a database of ${date} up to date on ${name}`, (t) =>
      withSql(open, async (sql) => {
        await migrate(sql, folder);
        await sql.exec(ROWS);
        await migrate(sql, folder); // which marks the primary connections, where it does
        const before = await rowsOf(sql);
        const claimIds = await claimIdsOf(sql);
        await migrate(sql);

        await t.step(
          "its schema is what these migrations make alone",
          () =>
            withSql(open, async (alone) => {
              await migrate(alone);
              assert.equal(await sortedSchema(sql), await sortedSchema(alone));
            }),
        );

        await t.step("its rows keep all they hold, also when they run again", async () => {
          await migrate(sql);
          const after = await rowsOf(sql);
          assert.deepEqual(kept(after, before), kept(before, before));
          assert.deepEqual(
            after.map(({ claim_id }) => claim_id),
            before.map(({ claim_id, claimed_until }) => claimed_until === null ? null : claim_id),
          );
        });

        await t.step("its sends go on before they are filled in", async () => {
          assert.equal(await beginSend(sql, "accepted", "another fingerprint"), "reused");
          const found: Record<string, string> = {};
          for (const key of Object.keys(SENDS)) found[key] = await beginSend(sql, key);
          assert.deepEqual(found, SENDS);
          const [{ count }] = await sql.query("select count(*) from messenger_messages");
          assert.equal(Number(count), Object.keys(SENDS).length + 1, "no further message");
        });

        await t.step("its claims go on", async () => {
          const found: Record<string, string> = {};
          for (const organization of Object.keys(CLAIMS)) {
            const { outcome, claim_id, integration } = await claim(sql, organization);
            const id = claim_id === claimIds[organization] ? "the same id" : "a new id";
            found[organization] = outcome === "claimed" ? `claimed under ${id}` : outcome;
            if (outcome === "exists") assert.equal(integration.api_key, "key");
          }
          assert.deepEqual(found, CLAIMS);
        });
      }));
  }

  Deno.test(`migrations keep what functions of 2026-11-26 wrote on ${name}`, () =>
    withSql(open, async (sql) => {
      await migrate(sql, MIGRATIONS_2026_11_26);
      const { id, claim_id } = await claim(sql, "shop");
      await sql.query("select messenger_finish_claim($1, $2, 'key', '7', 'connected')", [
        id,
        claim_id,
      ]);
      await sql.query(
        "select messenger_begin_send(null, 'shop', null, '+1', 'hi', 'a key', 'f', " +
          "gen_random_uuid(), gen_random_uuid(), 60)",
      );
      const before = await rowsOf(sql);
      await migrate(sql);
      assert.deepEqual(kept(await rowsOf(sql), before), kept(before, before));
      assert.equal((await claim(sql, "shop")).integration.api_key, "key");
      assert.equal(await beginSend(sql, "a key", "f", "shop"), "in_progress");
    }));

  Deno.test(`migrations write a stored organization's UUID in lower case on ${name}`, () =>
    withSql(open, async (sql) => {
      const stored = "AAAAAAAA-1111-4111-8111-ABCDEFABCDEF";
      await migrate(sql, MIGRATIONS_2026_11_22);
      await sql.query(
        `insert into messenger_integrations (organization_id, settings)
         values ($1, '{"apiKey": "k", "session": "s"}')`,
        [stored],
      );
      await sql.exec(`insert into messenger_messages (integration_id, organization_id, session,
          recipient, text, idempotency_key, request_fingerprint, status, task_id)
        select id, organization_id, 's', '+1', 'hi', 'key', 'f', 'accepted', 'task'
        from messenger_integrations`);
      await migrate(sql);
      const [{ answer }] = await sql.query(
        "select messenger_find_connection(null, $1, null) as answer",
        [stored],
      );
      assert.equal((answer as { outcome: string }).outcome, "found");
      for (const table of ["messenger_messages", "messenger_sends"]) {
        const [row] = await sql.query(`select organization_id from ${table}`);
        assert.equal(row.organization_id, stored.toLowerCase());
      }
      assert.equal(await beginSend(sql, "key", "f", stored), "finished accepted 1");
    }));
}

interface Answer {
  id?: string;
  outcome: string;
  claim_id?: string;
  integration: { api_key: string };
  message?: { status: string; attempt: number };
}

async function claim(sql: Sql, organization: string): Promise<Answer> {
  const [{ answer }] = await sql.query(
    "select messenger_claim_connection(null, $1, null, null, 30) as answer",
    [organization],
  );
  return answer as Answer;
}

/** The outcome of the same request under this idempotency key; then its row's status and attempt. */
async function beginSend(
  sql: Sql,
  key: string,
  fingerprint = "f",
  organization = "finished",
): Promise<string> {
  const [{ answer }] = await sql.query(
    "select messenger_begin_send(null, $3, null, null, '+1', 'hi', $1, $2, " +
      "gen_random_uuid(), null, 60) as answer",
    [key, fingerprint, organization],
  );
  const { outcome, message } = answer as Answer;
  return message ? `${outcome} ${message.status} ${message.attempt}` : outcome;
}

type Row = Record<string, unknown>;

/** Connections and sends; a send is in two tables since 2026-11-28, and its author has another name. */
async function rowsOf(sql: Sql): Promise<Row[]> {
  const [{ has_sends }] = await sql.query(
    "select to_regclass('public.messenger_sends') is not null as has_sends",
  );
  return [
    ...await sql.query("select * from messenger_integrations order by organization_id, name"),
    ...await sql.query(
      has_sends
        ? `select *, m.author as created_by from messenger_messages m
           join messenger_sends s on s.message_id = m.id order by m.id`
        : "select * from messenger_messages order by id",
    ),
  ];
}

/** Rows in the columns that each had before, but for those that finishing a claim clears. */
function kept(rows: Row[], before: Row[]): Row[] {
  assert.equal(rows.length, before.length);
  return rows.map((row, i) => {
    const names = Object.keys(before[i]).filter((name) =>
      !["claim_id", "updated_at"].includes(name)
    );
    return Object.fromEntries(names.map((name) => [name, row[name]]));
  });
}

async function claimIdsOf(sql: Sql): Promise<Row> {
  const rows = await sql.query("select organization_id, claim_id from messenger_integrations");
  return Object.fromEntries(rows.map((row) => [row.organization_id, row.claim_id]));
}
