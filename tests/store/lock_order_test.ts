/**
 * Everything that writes the store at once, by 64 sessions of a real Postgres: nothing deadlocks or
 * fails, and whoever has read up to a number misses nothing before it.
 */
import assert from "node:assert/strict";
import postgres from "postgres";
import { Random } from "../support/random.ts";
import { freshDatabase } from "../support/fresh_database.ts";
import { type Connected, OPERATIONS, prepare } from "../support/store_operations.ts";
import { migrate } from "../support/sql.ts";

const databaseUrl = Deno.env.get("DATABASE_URL");
const SESSIONS = 64;
const OPERATIONS_PER_SESSION = 16;

/** Each number that was ever given to a row of an organization, and the row. */
const JOURNAL = `
  create table journal (organization_id text, change bigint, row_id uuid);
  create function journal_change() returns trigger language plpgsql as $$
  begin
    insert into public.journal values (new.organization_id, new.change, new.id);
    return null;
  end
  $$;
  create trigger journal after insert or update on messenger_chats
    for each row when (new.change is not null) execute function journal_change();
  create trigger journal after insert or update on messenger_messages
    for each row when (new.change is not null) execute function journal_change();
`;

/**
 * Organizations where a number is missing below one that is visible, or was given to two rows.
 * Those of guests begin anew with each that comes.
 */
const GAPS = `
  select organization_id, max(change) as highest, count(distinct change) as numbers,
    count(distinct (change, row_id)) as given
  from journal where organization_id not like 'guest %' group by organization_id
  having max(change) <> count(distinct change)
    or count(distinct change) <> count(distinct (change, row_id))`;

Deno.test({
  name: "the store's functions neither deadlock nor skip numbers when all of them run at once",
  ignore: !databaseUrl,
  async fn() {
    await using fresh = await freshDatabase(databaseUrl!);
    const sql = postgres(fresh.url, { max: SESSIONS + 1, onnotice: () => {} });
    try {
      const shops = await prepareAll(sql);
      const reader = { isDone: false };
      const reading = readUntil(sql, reader);
      const working = Promise.all(
        Array.from({ length: SESSIONS }, (_, i) => work(sql, shops, new Random(i + 1))),
      ).finally(() => reader.isDone = true);
      const [failures, polls] = await Promise.all([working, reading]);
      assert.ok(polls > 1, "the reader has read meanwhile");
      assert.deepEqual(failures.flat(), []);
      assert.deepEqual([...await sql.unsafe(GAPS)], []);
      await assertCounters(sql);
    } finally {
      await sql.end();
    }
  },
});

async function prepareAll(sql: postgres.Sql): Promise<Connected[]> {
  await migrate({
    exec: (text) => sql.unsafe(text),
    query: (text) => sql.unsafe(text),
    warnings: [],
    close: () => Promise.resolve(),
  });
  await sql.unsafe(JOURNAL);
  return await Promise.all(["a", "b", "c"].map((name) => prepare(sql, name)));
}

/** Runs operations one after the other; what failed. */
async function work(sql: postgres.Sql, shops: Connected[], random: Random): Promise<string[]> {
  const failures: string[] = [];
  for (let i = 0; i < OPERATIONS_PER_SESSION; i++) {
    const [name, operation] = random.pick(Object.entries(OPERATIONS));
    try {
      await operation(sql, random.pick(shops), random);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      failures.push(`${name}: ${code} ${message}`);
    }
  }
  return failures;
}

/** Looks again and again whether each number below the highest is there; how often. */
async function readUntil(sql: postgres.Sql, reader: { isDone: boolean }): Promise<number> {
  let polls = 0;
  for (; !reader.isDone; polls++) {
    assert.deepEqual([...await sql.unsafe(GAPS)], [], "read meanwhile");
  }
  return polls;
}

/** The counter is the number of rows that were written, and what a chat counts is there. */
async function assertCounters(sql: postgres.Sql): Promise<void> {
  const wrong = await sql.unsafe(`
    select c.organization_id, c.change, count(distinct j.change) as written
    from messenger_changes c left join journal j using (organization_id)
    where c.organization_id not like 'guest %'
    group by 1, 2 having c.change <> count(distinct j.change)`);
  assert.deepEqual([...wrong], []);
  const miscounted = await sql.unsafe(`
    select c.id from messenger_chats c
    where c.unread_count <> (select count(*) from messenger_messages m
        where m.chat_id = c.id and m.direction = 'in' and m.arrived > c.read_up_to)
      or c.last_message ->> 'id' is distinct from (select m.id::text from messenger_messages m
        where m.chat_id = c.id order by m.sent_at desc, m.arrived desc limit 1)`);
  assert.deepEqual([...miscounted], []);
}
