/** Empties our tables. Truncating them takes PGlite fifty times as long, as few rows as they have. */
export const EMPTY_TABLES = `
  set session_replication_role = replica;
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
  set session_replication_role = origin;
`;
