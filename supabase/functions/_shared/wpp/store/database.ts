import { PostgrestClient } from "../deps/postgrest.ts";
import { readBounded } from "../lib/bounded_body.ts";
import { withDeadline } from "../lib/deadline.ts";
import { type Env, perEnv } from "../env.ts";
import { AppError } from "../errors.ts";

/** For one database call, its body included. */
const DATABASE_TIMEOUT_MS = 4_000;
/** For one that carries the bytes of media. */
const UPLOAD_TIMEOUT_MS = 15_000;
/** Larger answers are refused; an answer is one connection or one message, some KiB. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/** One that is media in base64: 8 MiB are the most that is kept in the database. */
const MAX_BYTES_ANSWER = 12 * 1024 * 1024;
const QUOTE = '"'.charCodeAt(0);

/** A call to the database, as postgrest-js builds it: sent when awaited. */
interface Query extends PromiseLike<Answer> {
  abortSignal(signal: AbortSignal): PromiseLike<Answer>;
}
interface Answer {
  data: unknown;
  error: { code?: string } | null;
  status: number;
}

/**
 * The project's database, as `service_role`. By postgrest-js alone: all of supabase-js doubles boot
 * time, and it asks its auth client for a session before each query.
 */
export class Database {
  readonly #env: Env;
  readonly #signal?: AbortSignal;

  /** @param signal Ends every call, together with the request that it belongs to. */
  constructor(env: Env, signal?: AbortSignal) {
    this.#env = env;
    this.#signal = signal;
  }

  /** The same, for work that outlives its request. */
  detached(): Database {
    return new Database(this.#env);
  }

  /**
   * Sends one query and returns its data.
   *
   * @throws AppError `database_unavailable` when no usable answer came in time, `misconfigured`
   * when the tables of `supabase/migrations` are missing or closed to the secret key.
   */
  async run(build: (db: PostgrestClient) => Query): Promise<unknown> {
    const { data, error, status } = await withDeadline(
      DATABASE_TIMEOUT_MS,
      this.#signal,
      (signal) => build(clientOf(this.#env)).abortSignal(signal),
    ).catch((cause) => {
      throw new AppError("database_unavailable", { cause });
    });
    if (error) throw databaseError(error.code ?? "", status);
    return data;
  }

  /**
   * Calls a function of the database with bytes as its argument `p_bytes`. They go out as they are and
   * never become a string, which would take a multiple of their size.
   *
   * @param base64 The characters of base64, in ASCII: nothing that JSON would escape.
   * @throws AppError as `run` does.
   */
  async callWithBytes(
    name: string,
    parameters: Record<string, unknown>,
    base64: Uint8Array,
  ): Promise<unknown> {
    const json = JSON.stringify(parameters);
    const encoder = new TextEncoder();
    const answer = await this.#callRaw(
      name,
      ReadableStream.from([
        encoder.encode(json.slice(0, -1) + ',"p_bytes":"'),
        base64,
        encoder.encode('"}'),
      ]),
    );
    return JSON.parse(new TextDecoder().decode(answer));
  }

  /**
   * Calls a function of the database that answers base64; `undefined` where it answers null.
   *
   * @returns The characters of base64, in ASCII: they do not become a string either.
   * @throws AppError as `run` does.
   */
  async callForBytes(
    name: string,
    parameters: Record<string, unknown>,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const answer = await this.#callRaw(name, JSON.stringify(parameters), MAX_BYTES_ANSWER);
    const isText = answer.at(0) === QUOTE && answer.at(-1) === QUOTE;
    return isText ? answer.subarray(1, -1) : undefined;
  }

  /** The answer's bytes, with the time that a transfer of media takes. */
  async #callRaw(
    name: string,
    body: BodyInit,
    maxBytes = MAX_ANSWER_BYTES,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { supabaseUrl, secretKey } = this.#env;
    const { status, bytes } = await withDeadline(
      UPLOAD_TIMEOUT_MS,
      this.#signal,
      async (signal) => {
        const response = await fetch(`${supabaseUrl}/rest/v1/rpc/${name}`, {
          method: "POST",
          headers: {
            apikey: secretKey,
            authorization: `Bearer ${secretKey}`,
            "content-type": "application/json",
          },
          body,
          signal,
        });
        return { status: response.status, bytes: await readBounded(response, maxBytes, signal) };
      },
    ).catch((cause) => {
      throw new AppError("database_unavailable", { cause });
    });
    if (status !== 200) throw databaseError(errorCode(new TextDecoder().decode(bytes)), status);
    return bytes;
  }
}

/** One for all requests of an isolate: it holds nothing of them. */
const clientOf = perEnv(({ supabaseUrl, secretKey }) =>
  new PostgrestClient(`${supabaseUrl}/rest/v1`, {
    headers: { apikey: secretKey, authorization: `Bearer ${secretKey}` },
    fetch: fetchBounded,
    // It would repeat a failing read for seconds; a caller should rather hear of it at once.
    retry: false,
  })
);

function errorCode(text: string): string {
  try {
    return String(JSON.parse(text).code ?? "");
  } catch {
    return ""; // a proxy's page
  }
}

/** postgrest-js takes an answer by `text()`, which is given a bound here: it has none of its own. */
async function fetchBounded(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  const text = async () => {
    const bytes = await readBounded(response, MAX_ANSWER_BYTES, init?.signal ?? undefined);
    return new TextDecoder().decode(bytes);
  };
  return Object.assign(response, { text });
}

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

function databaseError(code: string, status: number): AppError {
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
