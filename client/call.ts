import type { FunctionName, WppFunctions } from "./contract.ts";
import type { InvokeOptions, Signal, SupabaseLike } from "./supabase.ts";
import { throwIfAborted } from "./pause.ts";
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

/** A send's key, and whether a request went out under it before. */
export interface SendAttempt {
  key: string;
  isRepeated: boolean;
}

export interface Answer<Name extends FunctionName> {
  data: WppFunctions[Name]["output"];
  /** In seconds. */
  retryAfter: number | undefined;
}

/** Calls a function. @throws WppError, or the signal's reason when aborted. */
export type Invoke = <Name extends FunctionName>(
  name: Name,
  input: WppFunctions[Name]["input"],
  options?: CallOptions,
  attempt?: SendAttempt,
) => Promise<Answer<Name>>;

/** @param onCall Called after every call, except those that were aborted. */
export function invokeBy(supabase: SupabaseLike, onCall: (call: WppCall) => void): Invoke {
  return async (name, input, { signal } = {}, attempt) => {
    throwIfAborted(signal);
    const startedAt = Date.now();
    const options: InvokeOptions = { body: { ...input }, timeout: TIMEOUT_MS };
    if (signal) options.signal = signal;
    if (attempt) options.headers = { "idempotency-key": attempt.key };
    const result = await supabase.functions.invoke(name, options);
    throwIfAborted(signal);
    const { response } = result;
    const status = response?.status;
    const requestId = response?.headers.get("x-request-id") ?? undefined;
    let error: WppError | undefined;
    if (result.error) error = await wppErrorFrom(result.error, attempt);
    else if (!hasSession(result.data)) error = unexpectedResponse({ status, requestId }, attempt);
    onCall({ name, status, requestId, error, duration: Date.now() - startedAt });
    if (error) throw error;
    return {
      data: result.data as Answer<typeof name>["data"],
      retryAfter: parseRetryAfter(response?.headers.get("retry-after")),
    };
  };
}

/** Every function's answer has it; a portal's page, answered with 200, has not. */
function hasSession(data: unknown): boolean {
  return typeof (data as { session?: unknown } | null)?.session === "string";
}
