/**
 * No query takes longer because there is more of others': each goes by an index, and reads few rows of a
 * store that has many. (`deno task bench --only growth` measures the times.)
 */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { runEveryQuery } from "../support/every_query.ts";
import {
  explainEverything,
  firstColumns,
  type Plan,
  type Scan,
  scansOf,
  takePlans,
} from "../support/explained.ts";
import { fillStore, LONG_CHAT, type StoreSize } from "../support/filled_store.ts";
import { normalized, tableQueries } from "../support/function_queries.ts";
import { QUERYING_FILES } from "../support/member_reads.ts";
import { placesIn } from "../support/places.ts";
import { engines, migrate, type Sql } from "../support/sql.ts";
import { STORAGE_SCHEMA } from "../support/storage_schema.ts";
import { Shop } from "../support/store.ts";

const SIZES: Record<string, StoreSize> = {
  PGlite: { connections: 500, chats: 1_000, messages: 5_000 }, // which fills ten times as slowly
  Postgres: { connections: 1_000, chats: 2_000, messages: 20_000 },
};

/** More than a page, and fewer than any filled table has. */
const MAX_ROWS = 400;

/** They stay small: a row each for some tables of ours, for the search, and for a bucket. */
const SMALL_TABLES = new Set(["made_tables", "orphan_search", "buckets"]);

/** How queries begin that may do so. */
const EXCUSED = [
  // take_orphans: a thousand objects at a time, from where the last run ended.
  "select count(*), (array_agg(o.name order by o.name desc))[1]",
  // messenger_delete_history, which operators call: it looks for old messages in every chat.
  "select c.organization_id from public.messenger_chats c where exists",
  "with deleted as ( delete from public.messenger_messages m where m.id in",
];

for (const { name, open } of engines()) {
  Deno.test(`queries go by index in a store with many rows on ${name}`, async (t) => {
    const sql = await open();
    try {
      const all = await explained(sql, SIZES[name]);
      const { plans, tables } = all;
      await t.step("as each table that grows has many", () => {
        const few = [...tables].filter(([, rows]) => rows <= MAX_ROWS);
        assert.deepEqual(few, []);
      });
      await t.step("and each chat the words that the trigger writes", async () => {
        const words = () =>
          sql.query(
            `select w.word from messenger_chat_words w join messenger_chats c on c.id = w.chat_id
             where c.phone = $1 order by 1`,
            [LONG_CHAT],
          );
        const before = await words();
        await sql.query("update messenger_chats set name = name || '.' where phone = $1", [
          LONG_CHAT,
        ]);
        assert.deepEqual(before, await words());
      });
      await t.step("and each query of each function was run", async () => {
        const run = [...new Set(plans.map(({ query }) => normalized(query)))];
        const queries = await tableQueries(sql, new Set(tables.keys()));
        assert.deepEqual(queries.filter(({ text }) => !run.some((one) => one.includes(text))), []);
      });
      await t.step("without a sequential scan, or many rows", () => {
        assert.deepEqual(faults(all), []);
      });
    } finally {
      await sql.close();
    }
  });
}

Deno.test("files that query a table by themselves have their queries in QUERYING_FILES", async () => {
  const found: Record<string, number> = {};
  for (const path of [...globSync("client/*.ts"), ...globSync("supabase/functions/**/*.ts")]) {
    const count = (await Deno.readTextFile(path)).split('.from("messenger_').length - 1;
    if (count > 0) found[path] = count;
  }
  assert.deepEqual(found, QUERYING_FILES);
});

/** The plans of every query in a filled store, planned for each call and planned once for all. */
async function explained(
  sql: Sql,
  size: StoreSize,
): Promise<Explained> {
  await sql.exec(STORAGE_SCHEMA);
  await migrate(sql);
  const shop = await Shop.create(sql, "shop");
  await fillStore(sql, size, shop.organization);
  await sql.exec(OBJECTS);
  const tables = await growingTables(sql);
  const [place] = await placesIn(sql.query, shop.organization, 2);
  await explainEverything(sql);
  for (const mode of ["force_custom_plan", "force_generic_plan"]) {
    await sql.exec(`set plan_cache_mode = ${mode}`);
    await runEveryQuery(sql, shop, place);
  }
  return { plans: takePlans(sql), tables, firstColumns: await firstColumns(sql) };
}

/** Those that messages name, and those of nobody. */
const OBJECTS = `
  insert into storage.objects (bucket_id, name, created_at)
  select 'messenger-media', media ->> 'path', now() - interval '2 days' from messenger_messages
  where media is not null
  union all
  select 'messenger-media', 'folder/' || n, now() from generate_series(1, 1000) n;
  analyze storage.objects`;

/** Every table with how many rows it has, but for those that stay small. */
async function growingTables(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql.query(`select c.relname as name, c.reltuples as rows from pg_class c
    where c.relkind = 'r' and (c.relnamespace in ('messenger_internal'::regnamespace, 'storage'::regnamespace)
      or c.relnamespace = 'public'::regnamespace and c.relname like 'messenger\\_%')`);
  const tables = rows.map(({ name, rows }) => [String(name), Number(rows)] as const);
  return new Map(tables.filter(([name]) => !SMALL_TABLES.has(name)));
}

interface Explained {
  plans: Plan[];
  tables: Map<string, number>;
  firstColumns: Map<string, string>;
}

function faults({ plans, tables, firstColumns }: Explained): string[] {
  const fault = ({ of, isSequential, index = "", condition, rows }: Scan): string | undefined => {
    if (isSequential && tables.has(of)) return `Seq Scan of ${of}`;
    if (rows > MAX_ROWS && (tables.has(of) || of === index)) return `${rows} rows of ${of}`;
    // Entered by a later column, an index is read as a whole.
    const first = firstColumns.get(index) ?? "";
    return condition?.includes(first) === false ? `the whole of ${index}` : undefined;
  };
  const judged = plans.filter(({ query }) =>
    !EXCUSED.some((start) => normalized(query).startsWith(start))
  );
  const found = judged.flatMap((plan) =>
    scansOf(plan).map(fault).filter((one) => one !== undefined)
      .map((one) => `${one}: ${normalized(plan.query)}`)
  );
  return [...new Set(found)];
}
