import { z } from "../deps/zod.ts";
import { connectionStatus, sessionId } from "../contract.ts";

/** PostgREST gives ISO strings; here times are milliseconds since the epoch. */
const timestamp = z.string().transform((value) => Date.parse(value)).nullable();

/** A row of `messenger_integrations`, of which only what the functions use. */
export const connectionRow = z.object({
  id: z.string(),
  session: sessionId.nullable().catch(null), // it becomes part of a path
  status: connectionStatus.catch("unknown"),
  settings: z.object({
    apiKey: z.string().nullish(),
    wppApiKey: z.string().nullish(), // its name in earlier versions
  }).nullable(),
  access_token: z.string().nullable(),
  access_token_expires_at: timestamp,
  api_key_issued_at: timestamp,
  claim_id: z.string().nullable(),
});
/** The columns to select. */
export const CONNECTION_COLUMNS = Object.keys(connectionRow.shape).join();
export type ConnectionRow = z.output<typeof connectionRow>;
