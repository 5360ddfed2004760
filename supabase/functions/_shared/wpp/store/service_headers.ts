import type { Env } from "../env.ts";

/** By which Supabase's services know the project's own server, as `service_role`. */
export function serviceHeaders({ secretKey }: Pick<Env, "secretKey">): Record<string, string> {
  return { apikey: secretKey, authorization: `Bearer ${secretKey}` };
}
