import {
  NETWORK_ERROR,
  NOT_DEPLOYED,
  UNAUTHORIZED,
  UNEXPECTED,
  WppError,
  type WppErrorDetails,
} from "./wpp_error.ts";

/** Turns the error of a query, and its answer's status, into a {@link WppError}. */
export function databaseError(cause: unknown, status: number): WppError {
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown };
  if (status === 0) return new WppError({ ...NETWORK_ERROR, cause });
  const details = detailsOf(status, String(code ?? ""), String(message ?? ""));
  return new WppError({ ...details, status, cause });
}

/** @param code Of Postgres (SQLSTATE) or of PostgREST (PGRST…); `""` where something else answered. */
function detailsOf(status: number, code: string, message: string): WppErrorDetails {
  if (status === 401) return UNAUTHORIZED;
  if (MISSING.includes(code)) return { ...NOT_DEPLOYED, message: MIGRATE };
  if (code.startsWith("22")) return { code: "invalid_request", message, retryable: false };
  if (code === "42501" || code === "P0001") return { ...MISCONFIGURED, message };
  if (UNAVAILABLE.test(code)) return DATABASE_UNAVAILABLE;
  return { ...UNEXPECTED, retryable: status === 408 || status === 429 || status >= 500 };
}

/** Neither the table nor the function is there: by PostgREST's knowledge, and by Postgres's. */
const MISSING: readonly string[] = ["PGRST106", "PGRST202", "PGRST205", "42P01", "42883"];

/** No connection, no room or no time: PostgREST's own, and Postgres's classes. */
const UNAVAILABLE = /^(PGRST00\d|08...|53...|57...|40...|55P03)$/;

const MIGRATE =
  "The project's database is older than this client. Report that its migrations are " +
  "to be run.";

/** A grant is missing, or what the project has for messenger_organization_of raised. */
const MISCONFIGURED = { code: "misconfigured", retryable: false } as const;

const DATABASE_UNAVAILABLE: WppErrorDetails = {
  code: "database_unavailable",
  message: "The database cannot be reached. Try again shortly.",
  retryable: true,
};
