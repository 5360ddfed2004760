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
].join(", ");
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

/** Headers of a preflight's answer, besides those of every response. */
export function preflightHeaders(methods: readonly string[]): Record<string, string> {
  return {
    "access-control-allow-methods": [...methods, "OPTIONS"].join(", "),
    "access-control-allow-headers": ALLOWED_HEADERS,
    "access-control-max-age": "3600",
  };
}
