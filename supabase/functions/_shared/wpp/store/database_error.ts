import { AppError } from "../errors.ts";

/** SQLSTATE and PostgREST codes that mean "not migrated", or "not with this key". */
const NOT_MIGRATED = /^(42P01|42703|42883|PGRST20[2-5])$/;
const NOT_ALLOWED = /^(42501|PGRST30[0-3])$/;
/** What the migrations raise when the operator's own messenger_organization_of raises. */
const TENANT_FUNCTION_FAILED = "WPP01";
/** Connection, resources, operator intervention; PostgREST's own connection errors. */
const UNAVAILABLE = /^(08|53|57|58|XX|PGRST00)/;
/** Data that a column or a constraint will never take. A DOMException of a timeout has the code 23. */
const UNSTORABLE = /^2[23][0-9A-Z]{3}$/;

/** The SQLSTATE by which the database refused what it was given, where that is why a call failed. */
export function unstorable(error: unknown): string | undefined {
  const code = error instanceof AppError && error.cause instanceof Error && "code" in error.cause
    ? String(error.cause.code)
    : "";
  return UNSTORABLE.test(code) ? code : undefined;
}

/** What an answer that is no success means: the code of PostgREST or Postgres, and the HTTP status. */
export function databaseError(code: string, status: number): AppError {
  const cause = Object.assign(new Error("database error"), { name: "DatabaseError", code });
  if (NOT_MIGRATED.test(code)) {
    return new AppError("misconfigured", {
      message: "The database is not migrated. Run `supabase db push --remote` " +
        "(without `--remote` for a local `supabase start`).",
      cause,
    });
  }
  if (code === TENANT_FUNCTION_FAILED) {
    return new AppError("misconfigured", {
      message: "The database function messenger_organization_of fails. See the database's log.",
      cause,
    });
  }
  if (NOT_ALLOWED.test(code) || status === 401 || status === 403) {
    return new AppError("misconfigured", {
      message: "The database refuses SUPABASE_SECRET_KEYS: it must be the project's secret key.",
      cause,
    });
  }
  const unavailable = code === "" || status === 0 || status >= 500 || UNAVAILABLE.test(code);
  return new AppError(unavailable ? "database_unavailable" : "internal", { cause });
}
