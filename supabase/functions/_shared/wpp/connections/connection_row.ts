import { connectionStatus, sessionId } from "../contract/fields.ts";
import { z } from "../deps/zod.ts";

/** PostgREST gives ISO strings; here times are milliseconds since the epoch. */
const timestamp = z.string().transform((value) => Date.parse(value)).nullable();

/** PostgREST's time, in the one form that the contract has. */
export const isoTime = z.string().transform((value) => new Date(value).toISOString());

/** A connection as the database's functions answer it (messenger_internal.connection_json). */
export const connectionRow = z.object({
  id: z.string(),
  session: sessionId.nullable().catch(null), // it becomes part of a path
  status: connectionStatus.catch("unknown"),
  api_key: z.string().nullable(),
  api_key_is_new: z.boolean(),
  access_token: z.string().nullable(),
  access_token_expires_at: timestamp,
  credentials_id: z.string(),
  start_is_due: z.boolean(),
  webhook_url: z.string().nullable(),
  webhook_is_due: z.boolean(),
});
export type ConnectionRow = z.output<typeof connectionRow>;

/** The outcome of every function that begins with finding the caller's organization. */
export const noOrganization = z.object({
  outcome: z.literal("no_organization"),
  organization: z.undefined().optional(),
});
