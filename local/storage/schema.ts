import { getStorageSchemaSql } from "@supabase/lite";

/** On Postgres, Lite writes metadata as a JSON text that holds the JSON: no SQL could read it. */
const DECODED_METADATA = `
create or replace function storage.stand_in_decode() returns trigger language plpgsql as $$
begin
  if jsonb_typeof(new.metadata) = 'string' then
    new.metadata := (new.metadata #>> '{}')::jsonb;
  end if;
  return new;
end
$$;
create or replace trigger stand_in_decode before insert or update on storage.objects for each row
  execute function storage.stand_in_decode();
`;

/**
 * What Supabase Storage has made in a project's database before the first migration of the project,
 * as far as Supabase Lite plays it: tables with row level security, without a policy. Can be applied
 * repeatedly.
 */
export const STORAGE_SCHEMA = getStorageSchemaSql() + DECODED_METADATA;

/** Whether there is a Storage that is not Lite's: the real one keeps a list of its migrations. */
export const IS_OF_OTHERS = "select to_regclass('storage.migrations') is not null as found";
