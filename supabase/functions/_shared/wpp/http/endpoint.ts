import type { z } from "zod";
import { authenticate } from "../auth/caller.ts";
import { fieldsOf, readInput } from "./input.ts";
import { type Context, createContext } from "../context.ts";
import { corsHeaders, preflightHeaders } from "./cors.ts";
import { isTimeout, withDeadline } from "../lib/deadline.ts";
import { readAllowedOrigins, readEnv } from "../env.ts";
import { AppError } from "../errors.ts";
import { Trace } from "./trace.ts";

/** Milliseconds after which a request's calls are ended, and after which it is answered anyway. */
const CALLS_TIMEOUT = 23_000;
const REQUEST_TIMEOUT = 25_000;

/** A use case: what goes in, what comes out, and what happens between. */
export interface Endpoint<Input extends z.ZodType, Output extends z.ZodType> {
  name: string;
  methods: readonly ("GET" | "POST")[];
  input: Input;
  output: Output;
  handle(input: z.output<Input>, context: Context): Promise<Reply<z.input<Output>>>;
}

/** A successful outcome; `status` is 200 unless given. */
export interface Reply<Body> {
  status?: number;
  body: Body;
  headers?: Record<string, string>;
}

/**
 * The HTTP side of a use case: CORS, method, caller, input, output, deadline, log line. It never
 * rejects: whatever is thrown inside becomes a response here, and nowhere else.
 */
export function endpoint<Input extends z.ZodType, Output extends z.ZodType>(
  definition: Endpoint<Input, Output>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const trace = new Trace(definition.name);
    let response: Response;
    let failure: unknown;
    try {
      response = request.method === "OPTIONS"
        ? new Response(null, { status: 204, headers: preflightHeaders(definition.methods) })
        : await answer(definition, request, trace);
    } catch (error) {
      failure = error;
      response = errorResponse(error, trace.requestId);
    }
    const cors = corsHeaders(request, readAllowedOrigins());
    for (const [name, value] of Object.entries(cors)) response.headers.set(name, value);
    response.headers.set("x-request-id", trace.requestId);
    trace.log(response.status, failure);
    return response;
  };
}

async function answer<Input extends z.ZodType, Output extends z.ZodType>(
  { methods, input, output, handle }: Endpoint<Input, Output>,
  request: Request,
  trace: Trace,
): Promise<Response> {
  if (!(methods as readonly string[]).includes(request.method)) {
    throw new AppError("method_not_allowed", {
      headers: { allow: [...methods, "OPTIONS"].join(", ") },
    });
  }
  const calls = new AbortController();
  const timer = setTimeout(
    () => calls.abort(new DOMException("The request took too long", "TimeoutError")),
    CALLS_TIMEOUT,
  );
  try {
    const reply = await withDeadline(REQUEST_TIMEOUT, undefined, async () => {
      const env = readEnv();
      const caller = await authenticate(request, env);
      const parsed = parseInput(input, await readInput(request));
      return await handle(parsed, createContext(request, caller, env, trace, calls.signal));
    });
    return json(reply.status ?? 200, output.parse(reply.body), reply.headers);
  } finally {
    clearTimeout(timer);
  }
}

function parseInput<Input extends z.ZodType>(schema: Input, value: unknown): z.output<Input> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue): [string, string][] =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => [key, "Unknown field"])
      : issue.path.length > 0
      ? [[issue.path.join("."), issue.message]]
      : []
  );
  if (problems.length > 0) throw new AppError("invalid_request", { fields: fieldsOf(problems) });
  throw new AppError("invalid_request", { message: "Send a JSON object." });
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

/** Everything here is one user's and of this moment. */
function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store", ...headers } });
}
