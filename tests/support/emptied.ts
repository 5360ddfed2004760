/**
 * Empties our tables; what refers to a row goes with it. Truncating them takes PGlite fifty times as
 * long, as few rows as they have; switching triggers off by `session_replication_role` throws every
 * plan of the session away, and each test would plan its functions anew.
 */
export const EMPTY_TABLES = `
  do $$
  declare name text;
  begin
    for name in
      select oid::regclass::text from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace and relname like 'messenger\\_%'
    loop
      execute 'delete from ' || name;
    end loop;
  end $$;
  delete from messenger_internal.unused_objects; -- deleted messages leave the paths of their files there
`;

/** The same where a project's own tables refer to ours. */
export const EMPTY_REFERRED_TABLES = `
  set session_replication_role = replica;
  ${EMPTY_TABLES}
  set session_replication_role = origin;
`;
