import { getStorageSchemaSql } from "@supabase/lite";

/**
 * What Supabase Storage has made in a project's database before the first migration of the project,
 * as far as Supabase Lite plays it: tables with row level security, without a policy.
 */
export const STORAGE_SCHEMA = getStorageSchemaSql();

/** Whether there is a Storage that is not Lite's: the real one keeps a list of its migrations. */
export const IS_OF_OTHERS = "select to_regclass('storage.migrations') is not null as found";
