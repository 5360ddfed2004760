/**
 * Supabase Lite gives its client roles every grant on every table of a schema that has row level
 * security anywhere, for good. On a database that others use, that opens their tables.
 */
import { IS_STAND_IN } from "./realtime/schema.ts";

/** Runs one statement and returns its rows. */
type Query = (sql: string) => Promise<Record<string, unknown>[]>;

/** How many tables the error names. */
const MAX_NAMED = 3;

/**
 * Relations that Lite would open and that are neither ours nor Lite's own. The schemas are those that
 * Lite opens: `public`, since our tables have row level security, and others that have it. Needs
 * `messenger_internal.made_tables`, as the first migration leaves it.
 */
const FOREIGN_TABLES = `
  select format('%I.%I', n.nspname, c.relname) as name
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f')
    and (n.nspname = 'public' or exists (
      select from pg_class t where t.relnamespace = n.oid and t.relrowsecurity))
    and n.nspname not in ('messenger_internal', 'pg_catalog', 'information_schema')
    and (n.nspname, c.relname) not in (('storage', 'buckets'), ('storage', 'objects'))
    and not (n.nspname = 'realtime' and ${IS_STAND_IN})
    and not exists (
      select from messenger_internal.made_tables m
      where n.nspname = 'public' and m.name = c.relname and m.made_by_us)
    and not exists (
      select from pg_depend d
      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  order by n.nspname <> 'public', n.nspname, c.relname`;

/** Whether a table messenger_integrations that may be ours holds connections of other messengers. */
const HAS_FOREIGN_ROWS = `
  select exists (
    select from public.messenger_integrations i
    where (to_jsonb(i) ->> 'messenger_type' = 'whatsapp' and to_jsonb(i) ->> 'provider' = 'wpp')
      is not true
  ) as found`;

/** The names of the tables of others that Supabase Lite would open to its client roles. */
export async function foreignTables(query: Query): Promise<string[]> {
  const names = (await query(FOREIGN_TABLES)).map(({ name }) => String(name));
  const ours = "public.messenger_integrations";
  const [{ table }] = await query(`select to_regclass('${ours}') as table`);
  if (!table || names.includes(ours)) return names;
  const [{ found }] = await query(HAS_FOREIGN_ROWS);
  return found ? [ours, ...names] : names;
}

/** Names a few of the tables: `public.a, public.b, public.c and 4 more`. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).join(", ");
  return names.length > MAX_NAMED ? `${shown} and ${names.length - MAX_NAMED} more` : shown;
}

/** Why a database with these tables is refused, and what to do. */
export function refusalOf(names: readonly string[]): string {
  return `Cannot use DATABASE_URL: the database has tables of others (${listed(names)}), and ` +
    "Supabase Lite would open them for good to everybody who has the publishable key. Use an empty " +
    "database, or insist with --yes-open-this-database";
}
