import type { ErrorCode } from "./contract.ts";

/** The codes that the functions answer, and four that arise in the client. */
export type WppErrorCode =
  | ErrorCode
  /** No answer came: offline, refused, or too slow. */
  | "network_error"
  /** The answer did not come from a function: a proxy's error page, for example. */
  | "unexpected_response"
  /** The project has no such function: `supabase functions deploy` brings it there. */
  | "not_deployed"
  /** Of `connect` only: nobody scanned the QR code in time. */
  | "scan_expired";
