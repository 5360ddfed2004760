/** A PGlite that is emptied is as good as another one, which takes two seconds of a processor. */
import type { PgliteDriver } from "./sql.ts";

/** Removes all that tests make: schemas, roles with what was granted to them, and temporary tables. */
const EMPTY = `
  do $$
  declare name text;
  begin
    for name in
      select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
    loop
      execute format('drop schema %I cascade', name);
    end loop;
    for name in select rolname from pg_roles where rolname !~ '^pg_' and rolname <> current_user loop
      execute format('drop owned by %I cascade', name);
      execute format('drop role %I', name);
    end loop;
  end $$;
  create schema public authorization pg_database_owner;
  grant usage on schema public to public;
`;

/** Whatever a test could leave behind. */
const STATE = `
  select jsonb_build_array(
    (select jsonb_agg(array[nspname, nspacl::text] order by nspname) from pg_namespace
      where nspname !~ '^pg_(toast_)?temp'),
    (select jsonb_agg(to_jsonb(r) - 'oid' order by rolname) from pg_roles r),
    (select jsonb_agg(defaclacl::text order by defaclacl::text) from pg_default_acl),
    (select jsonb_agg(array[name, setting] order by name) from pg_settings where source = 'session'),
    (select count(*) from pg_class), (select count(*) from pg_proc), (select count(*) from pg_type),
    (select count(*) from pg_publication), (select count(*) from pg_event_trigger),
    (select count(*) from pg_extension), (select count(*) from pg_foreign_data_wrapper),
    (select count(*) from pg_foreign_server), (select count(*) from pg_cast),
    (select count(*) from pg_db_role_setting), (select count(*) from pg_auth_members)
  )::text as state
`;

export async function stateOf(driver: PgliteDriver): Promise<string> {
  const { rows } = await driver.query<{ state: string }>(STATE);
  return rows[0].state;
}

/** Leaves nothing of what tests have made, unless they made what it does not know: see `stateOf`. */
export async function empty(driver: PgliteDriver): Promise<void> {
  await driver.exec("rollback");
  await driver.exec("discard all");
  await driver.exec(EMPTY);
}
