/** The headers that supabase-js sends (a test compares the list with its own), and wpp-send's key. */
const ALLOWED_HEADERS = [
  "authorization",
  "x-client-info",
  "apikey",
  "content-type",
  "x-region",
  "x-retry-count",
  "traceparent",
  "tracestate",
  "baggage",
  "idempotency-key",
];
/** A token of HTTP, but `*`, which would stand for every header. */
const HEADER_NAME = /^[\w!#$%&'+.^`|~-]+$/;
/** Of `Access-Control-Request-Headers`, which is repeated in the answer. */
const MAX_REQUESTED_LENGTH = 1_024;
const EXPOSED_HEADERS = "x-request-id, retry-after, idempotency-replayed";

/** Headers that let a page of an allowed origin read the response. */
export function corsHeaders(request: Request, allowedOrigins: string[]): Record<string, string> {
  if (allowedOrigins.includes("*")) {
    return {
      "access-control-allow-origin": "*",
      "access-control-expose-headers": EXPOSED_HEADERS,
    };
  }
  const origin = request.headers.get("origin");
  if (origin === null || !allowedOrigins.includes(origin)) return { vary: "Origin" };
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": EXPOSED_HEADERS,
    vary: "Origin",
  };
}

/**
 * Headers of a preflight's answer. An app may send headers of its own, such as those of its tracing:
 * a page of an allowed origin gets those that it asks for, as nothing here reads them.
 */
export function preflightHeaders(
  request: Request,
  allowedOrigins: string[],
  methods: readonly string[],
): Record<string, string> {
  const headers: Record<string, string> = {
    ...corsHeaders(request, allowedOrigins),
    "access-control-allow-methods": [...methods, "OPTIONS"].join(", "),
    "access-control-allow-headers": ALLOWED_HEADERS.join(", "),
    "access-control-max-age": "3600",
  };
  if (!("access-control-allow-origin" in headers)) return headers;
  const names = new Set([...ALLOWED_HEADERS, ...requestedHeaders(request)]);
  return {
    ...headers,
    "access-control-allow-headers": [...names].join(", "),
    vary: [headers.vary, "Access-Control-Request-Headers"].filter(Boolean).join(", "),
  };
}

/** The names that a preflight asks for; none where they are too many to be an app's. */
function requestedHeaders(request: Request): string[] {
  const names = request.headers.get("access-control-request-headers") ?? "";
  if (names.length > MAX_REQUESTED_LENGTH) return [];
  return names.split(",").map((name) => name.trim().toLowerCase())
    .filter((name) => HEADER_NAME.test(name));
}
