/**
 * The part of supabase-js that speaks to the database. The whole of it doubles a function's boot
 * time. This is the one place that names its version, which is supabase-js's own.
 */
export { PostgrestClient } from "npm:@supabase/postgrest-js@2.119.1";
