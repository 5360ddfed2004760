import type { FunctionName, WppFunctions } from "./contract.ts";
import type { InvokeOptions, Signal, SupabaseLike } from "./supabase.ts";
import { throwIfAborted } from "./pause.ts";
import type { SendAttempt } from "./send_attempt.ts";
import { parseRetryAfter, unexpectedResponse, type WppError, wppErrorFrom } from "./wpp_error.ts";

/** How long to wait for an answer: the functions give theirs within 25 s. */
const TIMEOUT_MS = 30_000;

export interface CallOptions {
  signal?: Signal | undefined;
}

/** One finished call, for a log. */
export interface WppCall {
  name: FunctionName;
  /** Undefined when no answer came. */
  status?: number | undefined;
  error?: WppError | undefined;
  requestId?: string | undefined;
  /** In milliseconds. */
  duration: number;
}

export interface Answer<Data> {
  data: Data;
  /** In seconds. */
  retryAfter: number | undefined;
}

/** Calls functions. Each call rejects with a WppError, or with the signal's reason when aborted. */
export interface Invoke {
  <Name extends FunctionName>(
    name: Name,
    input: WppFunctions[Name]["input"],
    options?: CallOptions,
    attempt?: SendAttempt,
  ): Promise<Answer<WppFunctions[Name]["output"]>>;
  /** By PATCH. */
  patch<Name extends PatchName>(
    name: Name,
    input: WppFunctions[Name]["patch"]["input"],
    options?: CallOptions,
  ): Promise<Answer<WppFunctions[Name]["patch"]["output"]>>;
}

/** The functions that take PATCH. */
type PatchName = {
  [Name in FunctionName]: WppFunctions[Name] extends { patch: object } ? Name : never;
}[FunctionName];

export interface InvokeSettings {
  /** Called after every call, except those that were aborted. */
  onCall: (call: WppCall) => void;
  /** Where the caller is the project's own server: the organization to act for. */
  organizationId?: string | undefined;
}

/** One call, with an input that fits its method. */
interface Call extends CallOptions {
  name: FunctionName;
  method: "POST" | "PATCH" | "GET";
  input: object;
  attempt?: SendAttempt | undefined;
}

export function invokeBy(supabase: SupabaseLike, settings: InvokeSettings): Invoke {
  const caller = new Caller(supabase, settings);
  const invoke = (
    name: FunctionName,
    input: object,
    { signal }: CallOptions = {},
    attempt?: SendAttempt,
  ) => caller.call({ name, input, signal, attempt, method: METHODS[name] ?? "POST" });
  const patch = (name: PatchName, input: object, { signal }: CallOptions = {}) =>
    caller.call({ name, input, signal, method: "PATCH" });
  return Object.assign(invoke, { patch }) as Invoke;
}

/** Of functions that take no POST. */
const METHODS: Partial<Record<FunctionName, "GET">> = { "wpp-connections": "GET" };

class Caller {
  readonly #supabase: SupabaseLike;
  readonly #settings: InvokeSettings;

  constructor(supabase: SupabaseLike, settings: InvokeSettings) {
    this.#supabase = supabase;
    this.#settings = settings;
  }

  async call({ name, signal, attempt, ...call }: Call): Promise<Answer<unknown>> {
    throwIfAborted(signal);
    const startedAt = Date.now();
    const { data, error: cause, response } = await this.#send({ name, signal, attempt, ...call });
    throwIfAborted(signal);
    const status = response?.status;
    const requestId = response?.headers.get("x-request-id") ?? undefined;
    let error: WppError | undefined;
    if (cause) error = await wppErrorFrom(cause, attempt);
    else if (!isAnswerOf(name, data)) error = unexpectedResponse({ status, requestId }, attempt);
    this.#settings.onCall({ name, status, requestId, error, duration: Date.now() - startedAt });
    if (error) throw error;
    return { data, retryAfter: parseRetryAfter(response?.headers.get("retry-after")) };
  }

  #send({ name, method, input, signal, attempt }: Call) {
    const { organizationId } = this.#settings;
    const named = organizationId === undefined ? { ...input } : { ...input, organizationId };
    const options: InvokeOptions = { method, timeout: TIMEOUT_MS };
    if (method !== "GET") options.body = named;
    if (signal) options.signal = signal;
    if (attempt) options.headers = { "idempotency-key": attempt.key };
    const query = method === "GET" ? queryOf(named) : "";
    return this.#supabase.functions.invoke(name + query, options);
  }
}

/** `?name=value&…`; supabase-js has no option for it, and puts what it is given at the path's end. */
function queryOf(fields: object): string {
  const pairs = Object.entries(fields).map(([name, value]) =>
    `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`
  );
  return pairs.length > 0 ? `?${pairs.join("&")}` : "";
}

/** A field that every answer of a function has; a portal's page, answered with 200, has not. */
function isAnswerOf(name: FunctionName, data: unknown): boolean {
  if (typeof data !== "object" || data === null) return false;
  if (name === "wpp-delete") return "deletedAt" in data;
  if (name === "wpp-react") return "emoji" in data;
  return "session" in data || name === "wpp-connections" && "connections" in data;
}
