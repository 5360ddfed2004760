/**
 * A typed client of the four functions, for browsers, Deno and Node. It has no dependencies:
 * its caller passes a supabase-js client in, and everything else that it imports is types.
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import type {
  CreateInput,
  CreateOutput,
  FunctionName,
  QrInput,
  QrOutput,
  SendInput,
  SendOutput,
  StatusInput,
  StatusOutput,
} from "./contract.ts";
import { type ConnectOptions, connectStates } from "./connect.ts";
import type { ConnectState } from "./connect_state.ts";
import { sleep } from "./pause.ts";
import { isUnsettled, SendKeys } from "./send_keys.ts";
import { parseRetryAfter, unexpectedResponse, WppError, wppErrorFrom } from "./wpp_error.ts";

export { type WppAction, WppError, type WppErrorCode } from "./wpp_error.ts";
export type { ConnectOptions } from "./connect.ts";
export type * from "./connect_state.ts";
export type { CreateInput, CreateOutput, QrInput, QrOutput, SendInput, SendOutput };
export type { StatusInput, StatusOutput };

/** How long to wait for an answer: the functions give theirs within 25 s. */
const TIMEOUT_MS = 30_000;
/** How often a send is tried while a duplicate request, under the same key, is still running. */
const MAX_DUPLICATE_POLLS = 10;
/** How long to wait between these where the server's answer has no `Retry-After`. */
const DUPLICATE_POLL_S = 2;

export interface CallOptions {
  signal?: AbortSignal;
}

export interface SendOptions extends CallOptions {
  /** Left out, the client makes one, and uses it again when the same message is retried. */
  idempotencyKey?: string;
}

/** One finished call, for a log. */
export interface WppCall {
  name: FunctionName;
  /** Undefined when no answer came. */
  status?: number;
  error?: WppError;
  requestId?: string;
  /** In milliseconds. */
  duration: number;
}

export interface WppClientOptions {
  /** Called after every call, except those that were aborted. */
  onCall?: (call: WppCall) => void;
}

/** Each call rejects with a {@link WppError}, or with the signal's reason when aborted. */
export interface WppClient {
  /** Creates the connection, or returns the existing one. */
  create(input?: CreateInput, options?: CallOptions): Promise<CreateOutput>;
  /** Returns the QR code, or why there is none; `retryAfter` is in seconds. */
  qr(input?: QrInput, options?: CallOptions): Promise<QrOutput & { retryAfter?: number }>;
  status(input?: StatusInput, options?: CallOptions): Promise<StatusOutput>;
  /**
   * Sends a text message. The same message after a failure goes out under the same idempotency
   * key, so that it arrives once; after a success it is a new message.
   */
  send(input: SendInput, options?: SendOptions): Promise<SendOutput>;
  /**
   * Connects from creation to the scan, and reports every state. It never rejects; it resolves
   * with the last state: `connected` or `failed`, or the one in which it was aborted.
   */
  connect(
    options?: ConnectOptions & { onState?: (state: ConnectState) => void },
  ): Promise<ConnectState>;
  /** The same as an iterator: `for await (const state of wpp.connecting()) …` */
  connecting(options?: ConnectOptions): AsyncGenerator<ConnectState, void, undefined>;
}

/** Creates a client that calls the functions as the user who is signed in to `supabase`. */
export function createWppClient(
  supabase: Pick<SupabaseClient, "functions">,
  { onCall = () => {} }: WppClientOptions = {},
): WppClient {
  const invoke: Invoke = async (name, body, options) => {
    const startedAt = Date.now();
    const outcome = await callFunction(supabase, name, body, options);
    const { status, requestId, error } = outcome;
    onCall({ name, status, requestId, error, duration: Date.now() - startedAt });
    if (error) throw error;
    return outcome;
  };
  const keys = new SendKeys();
  const client: Omit<WppClient, "connect"> = {
    create: async (input = {}, options) => (await invoke("wpp-create", input, options)).data,
    async qr(input = {}, options) {
      const { data, retryAfter } = await invoke("wpp-qr", input, options);
      return retryAfter === undefined ? data : { ...data, retryAfter };
    },
    status: async (input = {}, options) => (await invoke("wpp-status", input, options)).data,
    send: (input, options) => send(invoke, keys, input, options),
    connecting: (options = {}) => connectStates(client, options),
  };
  return {
    ...client,
    async connect({ onState, ...options } = {}) {
      let last: ConnectState = { step: "creating" };
      for await (const state of client.connecting(options)) {
        last = state;
        onState?.(state);
      }
      return last;
    },
  };
}

type Invoke = (
  name: WppCall["name"],
  body: object,
  options?: CallOptions & { headers?: Record<string, string> },
) => Promise<Outcome>;

async function send(
  invoke: Invoke,
  keys: SendKeys,
  input: SendInput,
  { idempotencyKey, signal }: SendOptions = {},
): Promise<SendOutput> {
  const key = idempotencyKey ?? keys.keyOf(input);
  const headers = { "idempotency-key": key };
  for (let poll = 1;; poll++) {
    try {
      const { data } = await invoke("wpp-send", input, { headers, signal });
      keys.settle(input, key);
      return data;
    } catch (error) {
      if (!(error instanceof WppError)) throw error;
      if (!isUnsettled(error)) keys.settle(input, key);
      if (error.code !== "idempotency_in_progress" || poll === MAX_DUPLICATE_POLLS) throw error;
      await sleep((error.retryAfter ?? DUPLICATE_POLL_S) * 1000, signal);
    }
  }
}

/** What came of a call: `data` or `error`, and what is known of the answer. */
interface Outcome {
  // deno-lint-ignore no-explicit-any -- each method of the client knows its function's answer
  data?: any;
  error?: WppError;
  status?: number;
  requestId?: string;
  retryAfter?: number;
}

/** @throws the signal's reason when aborted, and nothing else. */
async function callFunction(
  supabase: Pick<SupabaseClient, "functions">,
  name: string,
  body: object,
  { signal, headers }: CallOptions & { headers?: Record<string, string> } = {},
): Promise<Outcome> {
  signal?.throwIfAborted();
  const { data, error, response } = await supabase.functions.invoke(name, {
    body,
    headers,
    signal,
    timeout: TIMEOUT_MS,
  });
  signal?.throwIfAborted();
  const status = response?.status;
  const requestId = response?.headers.get("x-request-id") ?? undefined;
  const retryAfter = parseRetryAfter(response?.headers.get("retry-after"));
  if (error) return { status, requestId, error: await wppErrorFrom(error) };
  if (typeof data?.session === "string") return { status, requestId, retryAfter, data };
  return { status, requestId, error: unexpectedResponse({ status, requestId }) };
}
