import { readAllowedOrigins } from "../env.ts";
import { AppError } from "../errors.ts";
import { isTimeout } from "../lib/deadline.ts";
import { corsHeaders, preflightHeaders } from "./cors.ts";
import { Trace } from "./trace.ts";

/** A successful outcome; `status` is 200 unless given. */
export interface Reply<Body> {
  status?: number;
  body: Body;
  headers?: Record<string, string>;
}

/**
 * Where requests become responses: it never rejects, since whatever is thrown inside becomes a response
 * here, and nowhere else. Each has an id, and one log line.
 *
 * @param corsMethods What pages may call it with; left out, no page may.
 */
export function boundary(
  name: string,
  answer: (request: Request, trace: Trace) => Promise<Reply<unknown>>,
  corsMethods?: readonly string[],
): (request: Request) => Promise<Response> {
  return async (request) => {
    const trace = new Trace(name);
    const isPreflight = corsMethods !== undefined && request.method === "OPTIONS";
    let response: Response;
    let failure: unknown;
    try {
      response = isPreflight
        ? new Response(null, { status: 204 })
        : replyResponse(await answer(request, trace));
    } catch (error) {
      failure = error;
      response = errorResponse(error, trace.requestId);
    }
    if (corsMethods) addCors(request, response, isPreflight ? corsMethods : undefined);
    response.headers.set("x-request-id", trace.requestId);
    response.headers.set("x-content-type-options", "nosniff");
    trace.log(response.status, failure);
    return response;
  };
}

function addCors(
  request: Request,
  { headers }: Response,
  preflightMethods: readonly string[] | undefined,
): void {
  const cors = preflightMethods
    ? preflightHeaders(request, readAllowedOrigins(), preflightMethods)
    : corsHeaders(request, readAllowedOrigins());
  for (const [name, value] of Object.entries(cors)) headers.set(name, value);
}

function replyResponse({ status = 200, body, headers }: Reply<unknown>): Response {
  return json(status, body, headers);
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
