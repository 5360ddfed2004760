import { corsHeaders as supabaseHeaders } from "@supabase/supabase-js/cors";

/** What supabase-js sends (its own list leaves out the region), and what wpp-send accepts. */
const ALLOWED_HEADERS = [
  supabaseHeaders["Access-Control-Allow-Headers"],
  "x-region",
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
