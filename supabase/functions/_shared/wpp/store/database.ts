import type { PostgrestClient } from "../deps/postgrest.ts";
import { readBounded } from "../lib/bounded_body.ts";
import { boundedFetch } from "../lib/bounded_fetch.ts";
import { withDeadline } from "../lib/deadline.ts";
import { type Env, perEnv } from "../env.ts";
import { AppError } from "../errors.ts";
import { databaseError } from "./database_error.ts";
import { fieldsIn, jsonIn } from "./json.ts";
import { serviceHeaders } from "./service_headers.ts";

/** For one database call, its body included. */
const DATABASE_TIMEOUT_MS = 4_000;
/** For one that carries the bytes of media, in either direction. */
const MEDIA_TIMEOUT_MS = 15_000;
/** Larger answers are refused; most are some KiB, a list of connections a few hundred. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/** For media in base64: 8 MiB are the most that is kept in the database. */
const MAX_MEDIA_ANSWER_BYTES = 12 * 1024 * 1024;
const QUOTE = '"'.charCodeAt(0);

/** A query of a table, as postgrest-js builds it: sent when awaited. */
interface Query extends PromiseLike<Answer> {
  abortSignal(signal: AbortSignal): PromiseLike<Answer>;
}
interface Answer {
  data: unknown;
  error: { code?: string } | null;
  status: number;
}

/** Queries of tables are rare, and so built by a library that is loaded with the first. */
const forTables = () => import("../deps/postgrest.ts");

/**
 * The project's database, as `service_role`. Its functions are called by fetch: a call is one POST, and
 * postgrest-js would compute as much for it as all else that a warm request needs.
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
   * Calls a function of the database and gives what it returns; null where it returns nothing.
   *
   * @throws AppError `database_unavailable` when no usable answer came in time, `misconfigured`
   * when the functions of `supabase/migrations` are missing or closed to the secret key.
   */
  async call(name: string, parameters: Record<string, unknown> = {}): Promise<unknown> {
    const body = JSON.stringify(parameters);
    return returned(await this.#post(name, body, { timeoutMs: DATABASE_TIMEOUT_MS }));
  }

  /**
   * Sends a query of a table and gives its data.
   *
   * @throws AppError as `call` does.
   */
  async run(build: (db: PostgrestClient) => Query): Promise<unknown> {
    const client = await clientOf(this.#env);
    const { data, error, status } = await withDeadline(
      DATABASE_TIMEOUT_MS,
      this.#signal,
      (signal) => build(client).abortSignal(signal),
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
   * @throws AppError as `call` does.
   */
  async callWithBytes(
    name: string,
    parameters: Record<string, unknown>,
    base64: Uint8Array,
  ): Promise<unknown> {
    const json = JSON.stringify(parameters);
    const encoder = new TextEncoder();
    const body = ReadableStream.from([
      encoder.encode(json.slice(0, -1) + ',"p_bytes":"'),
      base64,
      encoder.encode('"}'),
    ]);
    return returned(await this.#post(name, body, { timeoutMs: MEDIA_TIMEOUT_MS }));
  }

  /**
   * Calls a function of the database that answers base64; `undefined` where it answers null.
   *
   * @returns The characters of base64, in ASCII: they do not become a string either.
   * @throws AppError as `call` does.
   */
  async callForBytes(
    name: string,
    parameters: Record<string, unknown>,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const answer = await this.#post(name, JSON.stringify(parameters), {
      timeoutMs: MEDIA_TIMEOUT_MS,
      maxBytes: MAX_MEDIA_ANSWER_BYTES,
    });
    const isText = answer.at(0) === QUOTE && answer.at(-1) === QUOTE;
    return isText ? answer.subarray(1, -1) : undefined;
  }

  /** The answer's bytes. */
  async #post(
    name: string,
    body: BodyInit,
    { timeoutMs, maxBytes = MAX_ANSWER_BYTES }: { timeoutMs: number; maxBytes?: number },
  ): Promise<Uint8Array<ArrayBuffer>> {
    const url = `${this.#env.supabaseUrl}/rest/v1/rpc/${name}`;
    const headers = { ...serviceHeaders(this.#env), "content-type": "application/json" };
    const { status, bytes } = await withDeadline(timeoutMs, this.#signal, async (signal) => {
      const response = await fetch(url, { method: "POST", headers, body, signal });
      return { status: response.status, bytes: await readBounded(response, maxBytes, signal) };
    }).catch((cause) => {
      throw new AppError("database_unavailable", { cause });
    });
    if (status !== 200 && status !== 204) {
      throw databaseError(String(fieldsIn(bytes).code ?? ""), status);
    }
    return bytes;
  }
}

/** One for all requests of an isolate: it holds nothing of them. */
const clientOf = perEnv(async (env) => {
  const { PostgrestClient } = await forTables();
  return new PostgrestClient(`${env.supabaseUrl}/rest/v1`, {
    headers: serviceHeaders(env),
    fetch: boundedFetch(MAX_ANSWER_BYTES),
    // It would repeat a failing read for seconds; a caller should rather hear of it at once.
    retry: false,
  });
});

/** What a function returned. @throws AppError `database_unavailable` for what is no JSON. */
function returned(answer: Uint8Array): unknown {
  if (answer.length === 0) return null;
  const value = jsonIn(answer);
  if (value === undefined) throw databaseError("", 200);
  return value;
}
