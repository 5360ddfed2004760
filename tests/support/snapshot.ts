import type { Sql } from "./sql.ts";

/** Each line describes one thing of a database, with whom it is granted to and its comment. */
const LINES = `
  with mine as (
    select oid, nspname from pg_namespace where nspname in ('public', 'messenger_internal')
  )
  select 'schema ' || nspname || ' ' || coalesce(nspacl::text, '') as line
  from pg_namespace where oid in (select oid from mine)
  union all
  select 'relation ' || c.oid::regclass || ' ' || c.relkind::text || ' rls ' || c.relrowsecurity || ' ' ||
    coalesce(c.relacl::text, '') || ' ' || coalesce(obj_description(c.oid, 'pg_class'), '')
  from pg_class c where c.relnamespace in (select oid from mine)
  union all
  select 'column ' || c.oid::regclass || ' ' || a.attname || ' ' ||
    format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' ' || a.attgenerated::text || ' ' ||
    coalesce(pg_get_expr(d.adbin, d.adrelid), '') || ' ' || coalesce(a.attacl::text, '') || ' ' ||
    coalesce(col_description(c.oid, a.attnum), '')
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relnamespace in (select oid from mine) and c.relkind in ('r', 'v', 'm')
  union all
  select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  from pg_constraint where connamespace in (select oid from mine)
  union all
  select 'index ' || pg_get_indexdef(x.indexrelid)
  from pg_index x join pg_class c on c.oid = x.indexrelid
  where c.relnamespace in (select oid from mine)
  union all
  select 'trigger ' || pg_get_triggerdef(t.oid)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace in (select oid from mine) and not t.tgisinternal
  union all
  select 'function ' || p.oid::regprocedure || ' ' || md5(pg_get_functiondef(p.oid)) || ' ' ||
    coalesce(p.proacl::text, '') || ' ' || coalesce(obj_description(p.oid, 'pg_proc'), '')
  from pg_proc p where p.pronamespace in (select oid from mine) and p.prokind = 'f'
  union all
  select 'policy ' || p::text from pg_policies p
  where schemaname in (select nspname from mine)
  order by 1
`;

/** All that the schemas public and messenger_internal hold, but for rows. */
export async function snapshot(sql: Sql): Promise<string[]> {
  return (await sql.query(LINES)).map(({ line }) => String(line));
}
