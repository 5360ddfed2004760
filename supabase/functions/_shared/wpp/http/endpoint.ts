import { type FunctionContract, type FunctionName, FUNCTIONS } from "../contract.ts";
import { type Env, readAllowedOrigins, readEnv } from "../env.ts";
import { AppError } from "../errors.ts";
import { isTimeout, withDeadline } from "../lib/deadline.ts";
import { corsHeaders, preflightHeaders } from "./cors.ts";
import type { z } from "../deps/zod.ts";
import { parseInput, readInput } from "./input.ts";
import { Trace } from "./trace.ts";

/** Outgoing calls are aborted after this, so that a use case can still say what came of them. */
const CALLS_TIMEOUT_MS = 23_000;
/** The request is answered with `gateway_timeout` after this, even if a call ignores its abort. */
const REQUEST_TIMEOUT_MS = 25_000;

/** A successful outcome; `status` is 200 unless given. */
export interface Reply<Body> {
  status?: number;
  body: Body;
  headers?: Record<string, string>;
}

/** One request, as a use case's context is built from it. */
export interface Call<Caller> {
  request: Request;
  caller: Caller;
  env: Env;
  trace: Trace;
  /** Aborts when the request's time is over. */
  signal: AbortSignal;
}

/** Who may call a function, and what then happens. */
export interface Door<Caller> {
  /** Answers in place of the function when the request asks how the functions run. */
  diagnose?(request: Request, env: Env): Promise<object | undefined>;
  /** Decides who calls, before the input is read. @throws AppError for whom it does not let in. */
  admit(request: Request, env: Env): Promise<Caller>;
  /** What this caller must send, where that is not what the contract says for all. */
  inputOf?(contract: z.ZodObject, caller: Caller): z.ZodObject;
  /** Gets what `inputOf` lets through, else the contract. Answers what the contract says. */
  handle(input: unknown, call: Call<Caller>): Promise<Reply<unknown>>;
}

/**
 * The HTTP side of a function: CORS, method, input, output, deadline, log line. It never rejects:
 * whatever is thrown inside becomes a response here, and nowhere else.
 */
export function endpoint<Caller>(
  name: FunctionName,
  door: Door<Caller>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const trace = new Trace(name);
    const isPreflight = request.method === "OPTIONS";
    let response: Response;
    let failure: unknown;
    try {
      response = isPreflight
        ? new Response(null, { status: 204 })
        : await answer(name, door, request, trace);
    } catch (error) {
      failure = error;
      response = errorResponse(error, trace.requestId);
    }
    const cors = isPreflight
      ? preflightHeaders(request, readAllowedOrigins(), FUNCTIONS[name].methods)
      : corsHeaders(request, readAllowedOrigins());
    for (const [name, value] of Object.entries(cors)) response.headers.set(name, value);
    response.headers.set("x-request-id", trace.requestId);
    response.headers.set("x-content-type-options", "nosniff");
    trace.log(response.status, failure);
    return response;
  };
}

async function answer<Caller>(
  name: FunctionName,
  { diagnose, admit, inputOf = (contract) => contract, handle }: Door<Caller>,
  request: Request,
  trace: Trace,
): Promise<Response> {
  const { methods, patch, ...contract }: FunctionContract = FUNCTIONS[name];
  const { input, output } = request.method === "PATCH" && patch ? patch : contract;
  if (!(methods as readonly string[]).includes(request.method)) {
    throw new AppError("method_not_allowed", {
      headers: { allow: [...methods, "OPTIONS"].join(", ") },
    });
  }
  const calls = new AbortController();
  const timer = setTimeout(
    () => calls.abort(new DOMException("The request took too long", "TimeoutError")),
    CALLS_TIMEOUT_MS,
  );
  try {
    return await withDeadline(REQUEST_TIMEOUT_MS, undefined, async () => {
      const env = readEnv();
      const diagnosis = await diagnose?.(request, env);
      if (diagnosis) return json(200, diagnosis);
      const caller = await admit(request, env);
      const parsed = parseInput(inputOf(input, caller), await readInput(request));
      const reply = await handle(parsed, { request, caller, env, trace, signal: calls.signal });
      return json(reply.status ?? 200, output.parse(reply.body), reply.headers);
    });
  } finally {
    clearTimeout(timer);
  }
}

function errorResponse(error: unknown, requestId: string): Response {
  const known = error instanceof AppError
    ? error
    : new AppError(isTimeout(error) ? "gateway_timeout" : "internal");
  const { code, message, retryable, fields, retryAfter } = known;
  return json(known.status, { error: { code, message, retryable, requestId, fields } }, {
    ...known.headers,
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
  });
}

/** Never cached: responses are personal, and of this moment. */
function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, {
    status,
    headers: { "cache-control": "no-store", ...headers },
  });
}
