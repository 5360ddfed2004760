import type { CallOptions } from "./call.ts";
import { databaseError } from "./database_error.ts";
import { throwIfAborted } from "./pause.ts";
import type { DatabaseLike, QueryLike, QueryResult, Signal, SupabaseLike } from "./supabase.ts";
import { within } from "./within.ts";
import { unexpectedResponse, WppError } from "./wpp_error.ts";

/** How long to wait for an answer, supabase-js's own retries included. */
const TIMEOUT_MS = 30_000;

/**
 * Sends a query to the database and gives its data. Rejects with a WppError, or with the signal's
 * reason when aborted.
 */
export type RunQuery = <Data>(
  build: (database: DatabaseLike) => QueryLike,
  isData: (data: unknown) => boolean,
  options?: CallOptions,
) => Promise<Data>;

/**
 * Runs queries as the user who is signed in to `supabase`. For the project's own server they reject:
 * row level security would show it every organization's rows, and not the one that it acts for.
 */
export function queryBy(supabase: SupabaseLike, organizationId: string | undefined): RunQuery {
  return async <Data>(
    build: (database: DatabaseLike) => QueryLike,
    isData: (data: unknown) => boolean,
    { signal }: CallOptions = {},
  ) => {
    throwIfAborted(signal);
    if (organizationId !== undefined) throw new WppError(FOR_USERS);
    // By name: the app may have its client read another schema.
    const query = build(supabase.schema!("public") as DatabaseLike);
    const { data, error, status } = await resultOf(query, signal);
    if (error) throw databaseError(error, status);
    if (!isData(data)) throw unexpectedResponse({ status });
    return data as Data;
  };
}

/** Of what the project's own server cannot do. */
export const FOR_USERS = {
  code: "not_supported",
  message: "This is for signed-in users. A server selects the rows of its organization by itself.",
  retryable: false,
} as const;

/** Waits no longer than TIMEOUT_MS, and no longer than until the signal aborts; then the query is over. */
async function resultOf(query: QueryLike, signal?: Signal): Promise<QueryResult> {
  const over = new AbortController();
  try {
    const answer = Promise.resolve(query.abortSignal(over.signal));
    return await within(answer, TIMEOUT_MS, signal);
  } finally {
    over.abort(); // an answer that came is not affected
  }
}
