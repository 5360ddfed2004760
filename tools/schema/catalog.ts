/** What a database holds of this project, as its catalogs tell it. */
export interface Schema {
  readonly namespaces: Namespace[];
  readonly tables: Table[];
  readonly functions: Routine[];
}

/** A schema of ours. */
interface Namespace extends Described {
  readonly name: string;
}

interface Table extends Described {
  readonly name: string;
  readonly columns: Column[];
  /** Statements that Postgres writes for these, or parts of them, without a semicolon. */
  readonly constraints: string[];
  readonly indexes: string[];
  readonly triggers: string[];
  readonly policies: string[];
  readonly rowSecurity: { enabled: boolean; forced: boolean };
}

interface Column extends Described {
  readonly name: string;
  /** The type and all that follows it in a `create table`. */
  readonly definition: string;
}

/** A function. */
interface Routine extends Described {
  readonly signature: string;
  readonly definition: string;
}

interface Described {
  readonly comment: string | null;
  readonly grants: Grant[];
}

/** What a role may do that comes from outside: the owner, who may do anything, is not listed. */
export interface Grant {
  readonly role: string;
  readonly privileges: string;
}

type Query = (sql: string) => Promise<Record<string, unknown>[]>;

/** Reads everything of ours, in a fixed order. */
export async function readSchema(query: Query): Promise<Schema> {
  const unknown = await query(UNKNOWN);
  if (unknown.length > 0) {
    const names = unknown.map(({ name }) => name).join(", ");
    throw new Error(`tools/schema cannot describe these yet, so teach it: ${names}`);
  }
  return {
    namespaces: await query(NAMESPACES) as unknown as Namespace[],
    tables: await query(TABLES) as unknown as Table[],
    functions: await query(FUNCTIONS) as unknown as Routine[],
  };
}

/** Whether an object belongs to this project; `n` is its row of pg_namespace. */
const ours = (name: string) =>
  `(n.nspname = 'messenger_internal' or n.nspname = 'public' and ${name} like 'messenger\\_%')`;

/**
 * The grants in an access list, as JSON. Where there is no list, Postgres applies its defaults, by
 * which PUBLIC may execute a function: they are spelled out.
 */
const grants = (list: string, defaults: string) => `
  (select coalesce(json_agg(json_build_object('role', role, 'privileges', privileges) order by role), '[]')
   from (
     select role, string_agg(lower(privilege_type), ', ' order by privilege_type collate "C") as privileges
     from (
       select privilege_type,
         case grantee when 0 then 'public' else pg_get_userbyid(grantee) end collate "C" as role
       from aclexplode(coalesce(${list}, ${defaults}))
     ) entry
     where role in ('public', 'anon', 'authenticated', 'service_role')
     group by role
   ) grants)`;

/** A list of texts as JSON: the result of `select TEXT ORDER` for the rows that `from` names. */
const list = (text: string, order: string, from: string) =>
  `(select coalesce(json_agg(${text} order by ${order}), '[]') from ${from})`;

const NAMESPACES = `
  select n.nspname as name, obj_description(n.oid, 'pg_namespace') as comment,
    ${grants("n.nspacl", "acldefault('n', n.nspowner)")} as grants
  from pg_namespace n
  where n.nspname = 'messenger_internal'`;

const COLUMN_DEFINITION = `
  format_type(a.atttypid, a.atttypmod)
  || case when a.attnotnull then ' not null' else '' end
  || case
    when d.oid is null then ''
    when a.attgenerated = '' then ' default ' || pg_get_expr(d.adbin, d.adrelid)
    else ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ')'
      || case a.attgenerated when 's' then ' stored' else ' virtual' end
  end`;

const COLUMN = `json_build_object(
  'name', a.attname,
  'definition', ${COLUMN_DEFINITION},
  'comment', col_description(a.attrelid, a.attnum),
  'grants', ${grants("a.attacl", "acldefault('c', c.relowner)")}
)`;

const COLUMNS = list(
  COLUMN,
  "a.attnum",
  `pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`,
);

// From Postgres 18 on, each "not null" is a constraint of its own (n): the columns say it already.
const CONSTRAINTS = list(
  "conname || ' ' || pg_get_constraintdef(oid)",
  "conname",
  "pg_constraint where conrelid = c.oid and contype in ('c', 'f', 'p', 'u', 'x')",
);

const INDEXES = list(
  "pg_get_indexdef(indexrelid)",
  'indexrelid::regclass::text collate "C"',
  `pg_index where indrelid = c.oid
   and not exists (select from pg_constraint where conindid = indexrelid and conrelid = c.oid)`,
);

const TRIGGERS = list(
  "pg_get_triggerdef(oid)",
  "tgname",
  "pg_trigger where tgrelid = c.oid and not tgisinternal",
);

const POLICIES = list(
  `format('create policy %I on %s as %s for %s to %s', policyname, c.oid::regclass,
     lower(permissive), lower(cmd), array_to_string(roles, ', '))
   || coalesce(' using (' || qual || ')', '')
   || coalesce(' with check (' || with_check || ')', '')`,
  "policyname",
  "pg_policies where schemaname = n.nspname and tablename = c.relname",
);

const TABLES = `
  select n.nspname || '.' || c.relname as name, obj_description(c.oid, 'pg_class') as comment,
    ${grants("c.relacl", "acldefault('r', c.relowner)")} as grants,
    ${COLUMNS} as columns, ${CONSTRAINTS} as constraints, ${INDEXES} as indexes,
    ${TRIGGERS} as triggers, ${POLICIES} as policies,
    json_build_object('enabled', c.relrowsecurity, 'forced', c.relforcerowsecurity)
      as "rowSecurity"
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and ${ours("c.relname")}
  order by n.nspname, c.relname`;

const FUNCTIONS = `
  select n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')'
      as signature,
    pg_get_functiondef(p.oid) as definition, obj_description(p.oid, 'pg_proc') as comment,
    ${grants("p.proacl", "acldefault('f', p.proowner)")} as grants
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where p.prokind in ('f', 'p', 'w') and ${ours("p.proname")}
  order by n.nspname, p.proname, pg_get_function_identity_arguments(p.oid) collate "C"`;

/** Objects of kinds that are not described above: views, sequences, enums and others. */
const UNKNOWN = `
  select c.oid::regclass::text as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind not in ('r', 'i') and ${ours("c.relname")}
  union all
  select t.oid::regtype::text
  from pg_type t join pg_namespace n on n.oid = t.typnamespace
  where t.typtype not in ('b', 'c') and ${ours("t.typname")}
  union all
  select p.oid::regprocedure::text
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where p.prokind = 'a' and ${ours("p.proname")}`;
