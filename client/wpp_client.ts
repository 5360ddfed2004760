/**
 * A typed client of the four functions, for browsers, Deno and Node. It has no dependencies:
 * supabase-js is given to it, and everything else is types.
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import type {
  CreateInput,
  CreateOutput,
  QrInput,
  QrOutput,
  SendInput,
  SendOutput,
  StatusInput,
  StatusOutput,
} from "../supabase/functions/_shared/wpp/contract.ts";
import { type ConnectOptions, connectStates } from "./connect.ts";
import type { ConnectState } from "./connect_state.ts";
import { sleep } from "./pause.ts";
import { isOpen, SendKeys } from "./send_keys.ts";
import { secondsOf, unexpectedResponse, WppError, wppErrorFrom } from "./wpp_error.ts";

export { type WppAction, WppError, type WppErrorCode } from "./wpp_error.ts";
export type { ConnectOptions } from "./connect.ts";
export type * from "./connect_state.ts";
export type { CreateInput, CreateOutput, QrInput, QrOutput, SendInput, SendOutput };
export type { StatusInput, StatusOutput };

/** Milliseconds to wait for an answer: the functions give theirs within 25 s. */
const TIMEOUT = 30_000;
/** How often a send asks again whether its twin, under the same key, has finished. */
const TWIN_LOOKS = 10;

export interface CallOptions {
  signal?: AbortSignal;
}

export interface SendOptions extends CallOptions {
  /** Left out, one is made, and made again the same when the same message is retried. */
  idempotencyKey?: string;
}

/** One finished call, for a log. */
export interface WppCall {
  name: "wpp-create" | "wpp-qr" | "wpp-status" | "wpp-send";
  /** Undefined when no answer came. */
  status?: number;
  error?: WppError;
  requestId?: string;
  /** In ms. */
  duration: number;
}

export interface WppClientOptions {
  /** Told of every call when it is over, except those that were aborted. */
  onCall?: (call: WppCall) => void;
}

/** Each call rejects with a {@link WppError}, or with the signal's reason when aborted. */
export interface WppClient {
  /** Creates the connection, or gives the one that is there. */
  create(input?: CreateInput, options?: CallOptions): Promise<CreateOutput>;
  /** Gives the QR code, or tells why there is none; `retryAfter` is in seconds. */
  qr(input?: QrInput, options?: CallOptions): Promise<QrOutput & { retryAfter?: number }>;
  status(input?: StatusInput, options?: CallOptions): Promise<StatusOutput>;
  /**
   * Hands a text message over. The same message after a failure goes out under the same
   * idempotency key, so it is sent once; after a success it is a new message.
   */
  send(input: SendInput, options?: SendOptions): Promise<SendOutput>;
  /**
   * Runs the whole connection and tells every state. Resolves, never rejects, with the last one:
   * `connected` or `failed`, or wherever it was aborted.
   */
  connect(
    options?: ConnectOptions & { onState?: (state: ConnectState) => void },
  ): Promise<ConnectState>;
  /** The same as an iterator: `for await (const state of wpp.connecting()) …` */
  connecting(options?: ConnectOptions): AsyncGenerator<ConnectState, void, undefined>;
}

/** Makes a client that calls as whoever is signed in to `supabase`. */
export function createWppClient(
  supabase: Pick<SupabaseClient, "functions">,
  { onCall = () => {} }: WppClientOptions = {},
): WppClient {
  const invoke: Invoke = async (name, body, options) => {
    const startedAt = Date.now();
    const outcome = await ask(supabase, name, body, options);
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
  for (let look = 1;; look++) {
    try {
      const { data } = await invoke("wpp-send", input, { headers, signal });
      keys.settle(input, key);
      return data;
    } catch (error) {
      if (!(error instanceof WppError)) throw error;
      if (!isOpen(error)) keys.settle(input, key);
      if (error.code !== "idempotency_in_progress" || look === TWIN_LOOKS) throw error;
      await sleep((error.retryAfter ?? 2) * 1000, signal);
    }
  }
}

interface Outcome {
  // deno-lint-ignore no-explicit-any -- each method of the client names its function's answer
  data?: any;
  error?: WppError;
  status?: number;
  requestId?: string;
  retryAfter?: number;
}

/** @throws the signal's reason when aborted, and nothing else. */
async function ask(
  supabase: Pick<SupabaseClient, "functions">,
  name: string,
  body: Record<string, unknown> | object,
  { signal, headers }: CallOptions & { headers?: Record<string, string> } = {},
): Promise<Outcome> {
  signal?.throwIfAborted();
  const { data, error, response } = await supabase.functions.invoke(name, {
    body,
    headers,
    signal,
    timeout: TIMEOUT,
  });
  signal?.throwIfAborted();
  const status = response?.status;
  const requestId = response?.headers.get("x-request-id") ?? undefined;
  const retryAfter = secondsOf(response?.headers.get("retry-after"));
  if (error) return { status, requestId, error: await wppErrorFrom(error) };
  if (typeof data?.session === "string") return { status, requestId, retryAfter, data };
  return { status, requestId, error: unexpectedResponse({ status, requestId }) };
}
