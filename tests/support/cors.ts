import assert from "node:assert/strict";
import type { FunctionName } from "../../supabase/functions/_shared/wpp/contract.ts";
import { direct } from "./direct.ts";

export const APP = "https://app.example.com";

/** The words of a header that is a list, in lower case. */
export function listed(response: Response, header: string): string[] {
  return (response.headers.get(header) ?? "").split(",").map((name) => name.trim().toLowerCase());
}

/** What a browser asks before a page of `origin` sends headers of these names. */
export function preflight(
  name: FunctionName,
  origin = APP,
  asked = "authorization, idempotency-key",
): Promise<Response> {
  return direct(name, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": asked,
    },
  });
}

/** What a browser must find in order to show a page the response, its body and our headers. */
export function assertReadable(response: Response, origin = "*") {
  assert.equal(response.headers.get("access-control-allow-origin"), origin);
  for (const header of ["x-request-id", "retry-after", "idempotency-replayed"]) {
    assert.ok(listed(response, "access-control-expose-headers").includes(header), header);
  }
  assert.ok(response.headers.get("x-request-id"));
  assert.equal(response.headers.get("access-control-allow-credentials"), null);
}

/** A page of an origin that is not listed gets nothing. */
export function assertUnreadable(response: Response) {
  assert.equal(response.headers.get("access-control-allow-origin"), null);
  assert.equal(response.headers.get("vary"), "Origin");
}
