import { auto_explain } from "@electric-sql/pglite/contrib/auto_explain";
import { createPgliteConnection } from "@supabase/lite/pglite";
import postgres from "postgres";
import { quicken } from "../../local/quick_pglite.ts";
import { emptyImage, migratedImage } from "./database_image.ts";
import { empty, stateOf } from "./emptied_pglite.ts";
import { freshDatabase } from "./fresh_database.ts";
import { ONLY_POSTGRES } from "./only_postgres.ts";

/** A database in one session, as empty as a new Supabase project: no migration has run. */
export interface Sql {
  exec(sql: string): Promise<unknown>;
  query(sql: string, params?: unknown[]): Promise<Record<string, unknown>[]>;
  /** What statements warned of so far. */
  readonly warnings: string[];
  close(): Promise<void>;
}

/** What Supabase prepares: its roles, and default privileges that grant them everything. */
export const SUPABASE = `
  do $$ begin create role anon nologin; exception when duplicate_object then null; end $$;
  do $$ begin create role authenticated nologin; exception when duplicate_object then null; end $$;
  do $$ begin create role service_role nologin bypassrls; exception when duplicate_object then null; end $$;
  grant usage on schema public to anon, authenticated, service_role;
  alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
  alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
  alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
`;

/**
 * The engines to test on: PGlite, and a real Postgres when DATABASE_URL names one. With
 * ONLY_POSTGRES=true that alone, for who has tested on PGlite before.
 */
export function engines(): { name: string; open: () => Promise<Sql> }[] {
  const url = Deno.env.get("DATABASE_URL");
  if (url && ONLY_POSTGRES) {
    return [{ name: "Postgres", open: () => openPostgres(url) }];
  }
  if (!url) {
    console.log("Postgres: skipped, as DATABASE_URL is not set; PGlite runs the same tests.");
  }
  return [
    { name: "PGlite", open: () => openPglite() },
    ...(url ? [{ name: "Postgres", open: () => openPostgres(url) }] : []),
  ];
}

/**
 * The same with the migrations. On PGlite from an image, which takes a tenth of the time; what roles may
 * do is as Supabase Lite leaves it there, so that tests of that migrate an empty database.
 */
export function migratedEngines(): { name: string; open: () => Promise<Sql> }[] {
  return engines().map(({ name, open }) => ({
    name,
    async open() {
      if (name === "PGlite") return await openPglite(await migratedImage());
      const sql = await open();
      await migrate(sql);
      return sql;
    },
  }));
}

export type PgliteDriver = Awaited<ReturnType<typeof createPgliteConnection>>["driver"];

async function newPglite(image: Blob): Promise<PgliteDriver> {
  const { driver } = await createPgliteConnection({
    pgliteOptions: { loadDataDir: image, extensions: { auto_explain } },
  });
  await driver.waitReady;
  quicken(driver);
  return driver;
}

/** As they were closed, and emptied. */
const idle: PgliteDriver[] = [];
/** Of one in which nothing but SUPABASE was run. */
let emptyState: string | undefined;

async function openPglite(image?: Blob): Promise<Sql> {
  const driver = image ? await newPglite(image) : idle.pop() ?? await newPglite(await emptyImage());
  const sql = sqlOf(driver);
  await sql.exec(SUPABASE);
  if (image) return sql;
  emptyState ??= await stateOf(driver);
  return { ...sql, close: () => withExitCode(keepOrClose(driver)) };
}

async function keepOrClose(driver: PgliteDriver): Promise<void> {
  try {
    await empty(driver);
    await driver.exec(SUPABASE);
    if (await stateOf(driver) === emptyState) return void idle.push(driver);
  } catch {
    // What it cannot remove goes with it.
  }
  await driver.close();
}

function sqlOf(driver: PgliteDriver): Sql {
  const warnings: string[] = [];
  const onNotice = (notice: Notice) => keepWarning(warnings, notice);
  return {
    warnings,
    exec: (text) => withExitCode(driver.exec(text, { onNotice })),
    query: async (text, params) =>
      (await withExitCode(driver.query<Record<string, unknown>>(text, params, { onNotice }))).rows,
    close: () => driver.close(),
  };
}

interface Notice {
  severity?: string;
  message?: string;
}

function keepWarning(warnings: string[], { severity, message }: Notice): void {
  if (severity === "WARNING") warnings.push(message ?? "");
}

/** PGlite leaves a process exit code behind at its start, and with each statement that fails. */
function withExitCode<T>(result: Promise<T>): Promise<T> {
  return result.finally(() => Deno.exitCode = 0);
}

async function openPostgres(url: string): Promise<Sql> {
  const fresh = await freshDatabase(url);
  const warnings: string[] = [];
  const sql = postgres(fresh.url, { max: 1, onnotice: (notice) => keepWarning(warnings, notice) });
  await sql.unsafe(SUPABASE);
  return {
    warnings,
    exec: (text) => sql.unsafe(text),
    query: async (text, params) => [...await sql.unsafe(text, params as never[])],
    async close() {
      await sql.end();
      await fresh[Symbol.asyncDispose]();
    },
  };
}

/** Makes a database as empty as at its start, in less time than another one takes. */
export async function reset(sql: Sql): Promise<void> {
  sql.warnings.length = 0;
  await sql.exec("drop schema if exists messenger_internal cascade");
  await sql.exec("drop schema public cascade; create schema public");
  await sql.exec(SUPABASE);
}

/** The migrations, as a folder. */
export const MIGRATIONS = new URL("../../supabase/migrations/", import.meta.url);

/** The sets that were handed out before. */
export const MIGRATIONS_2026_11_22 = new URL("../store/migrations_2026_11_22/", import.meta.url);
export const MIGRATIONS_2026_11_26 = new URL("../store/migrations_2026_11_26/", import.meta.url);
export const MIGRATIONS_2026_11_27 = new URL("../store/migrations_2026_11_27/", import.meta.url);

/** Applies a folder's migrations in the order of their names. */
export async function migrate(sql: Sql, folder = MIGRATIONS): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name).sort();
  for (const name of names) await sql.exec(await Deno.readTextFile(new URL(name, folder)));
}

/** Runs a test on a database of its own. */
export async function withSql(
  open: () => Promise<Sql>,
  test: (sql: Sql) => Promise<void>,
): Promise<void> {
  const sql = await open();
  try {
    await test(sql);
  } finally {
    await sql.close();
  }
}

/** The SQLSTATE that a statement fails with as this role; undefined when it succeeds. */
export async function stateAs(
  sql: Sql,
  role: string,
  statement: string,
): Promise<string | undefined> {
  await sql.exec(`begin; set local role ${role}`);
  try {
    await sql.exec(statement);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await sql.exec("rollback");
  }
}

/** The rows that a statement gives as this role; its effects are taken back. */
export async function rowsAs(
  sql: Sql,
  role: string,
  statement: string,
  claims: unknown = {},
): Promise<Record<string, unknown>[]> {
  await sql.exec(`begin; set local role ${role}`);
  try {
    await sql.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify(claims)]);
    return await sql.query(statement);
  } finally {
    await sql.exec("rollback");
  }
}
