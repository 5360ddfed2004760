import assert from "node:assert/strict";
import { install } from "@sinonjs/fake-timers";
import { createWppClient, type WppClient, WppError } from "../../client/wpp_client.ts";
import { parseRetryAfter } from "../../client/wpp_error.ts";
import { ERRORS } from "../../supabase/functions/_shared/wpp/errors.ts";

const MAY_HAVE_SENT = "The message may have been sent all the same; sent again, it arrives once.";

/** `Retry-After`, and the seconds that it means on 1 January 2026 at 00:00:00. */
const RETRY_AFTER: [string | null | undefined, number | undefined][] = [
  ["0", 0],
  ["7", 7],
  [" 7 ", 7],
  ["007", 7],
  ["999999999", 999_999_999],
  ["1000000000", undefined],
  ["1.5", undefined],
  ["-5", undefined],
  ["+5", undefined],
  ["1e3", undefined],
  ["7 s", undefined],
  ["Thu, 01 Jan 2026 00:00:40 GMT", 40],
  ["Thursday, 01-Jan-26 00:00:40 GMT", 40],
  ["Thu Jan  1 00:00:40 2026 GMT", 40],
  ["Wed, 31 Dec 2025 23:59:59 GMT", 0],
  ["2026-01-01T00:00:40Z", undefined],
  ["Thursday", undefined],
  ["soon", undefined],
  ["", undefined],
  [null, undefined],
  [undefined, undefined],
];

Deno.test("parseRetryAfter reads whole seconds and HTTP dates, and nothing else", () => {
  const clock = install({ now: Date.UTC(2026, 0, 1), toFake: ["Date"] });
  try {
    for (const [header, seconds] of RETRY_AFTER) {
      assert.equal(parseRetryAfter(header), seconds, String(header));
    }
    clock.setSystemTime(Date.UTC(2026, 0, 1) + 100);
    assert.equal(parseRetryAfter("Thu, 01 Jan 2026 00:00:40 GMT"), 40, "is rounded up");
  } finally {
    clock.uninstall();
  }
});

/** Calls a function whose invocation fails with this answer. */
async function errorOf(
  answer: Response,
  call: (wpp: WppClient) => Promise<unknown> = (wpp) => wpp.status(),
): Promise<WppError> {
  const invoke = () =>
    Promise.resolve({ data: null, error: { context: answer }, response: answer });
  const error = await call(createWppClient({ functions: { invoke } })).catch((error) => error);
  assert.ok(error instanceof WppError);
  return error;
}

/** What stands before the functions, and answers for them. */
const GATEWAYS: [says: string, status: number, code: string, action: string][] = [
  ['{"code":401,"message":"Invalid JWT"}', 401, "unauthorized", "sign_in"],
  ['{"code":"UNAUTHORIZED_NO_AUTH_HEADER","message":"M"}', 401, "unauthorized", "sign_in"],
  ['{"message":"No API key found in request"}', 401, "unauthorized", "sign_in"],
  ['{"msg":"Error: Missing authorization header"}', 401, "unauthorized", "sign_in"],
  ["<html>Password, please</html>", 401, "unexpected_response", "try_again"],
  [
    '{"code":"NOT_FOUND","message":"Requested function was not found"}',
    ...[404, "not_deployed", "report"] as const,
  ],
  ["Function not found", 404, "not_deployed", "report"],
  ["Function not found", 400, "unexpected_response", "try_again"],
  ["<html>Page not found</html>", 404, "unexpected_response", "try_again"],
  ['{"message":"no Route matched with those values"}', 404, "unexpected_response", "try_again"],
];

for (const [says, status, code, action] of GATEWAYS) {
  Deno.test(`calls reject with ${code} when a gateway answers ${status} ${says}`, async () => {
    const error = await errorOf(new Response(says, { status }));
    assert.deepEqual([error.code, error.action, error.status], [code, action, status]);
    assert.equal(error.retryable, false);
    assert.equal(error.message.includes("JWT"), false);
  });
}

const MESSAGE = { to: "+79991112233", text: "Hello" };

Deno.test("mayHaveSent is false when the code proves that nothing was sent, else true", async () => {
  const proves = [
    ...["invalid_request", "invalid_json", "unauthorized", "no_organization"],
    ...["integration_not_found", "method_not_allowed", "payload_too_large"],
    ...["unsupported_media_type", "idempotency_key_reused", "misconfigured", "auth_unavailable"],
    ...["database_unavailable", "not_connected", "reconnect_required", "rate_limited"],
    ...["gateway_error", "gateway_unreachable", "chat_not_found", "message_not_addressable"],
    ...["media_not_found", "storage_unavailable"],
  ];
  for (const code of [...Object.keys(ERRORS), "a_newer_code"]) {
    if (code === "idempotency_in_progress") continue; // polled for seconds
    const answer = Response.json({ error: { code, message: "M.", retryable: false } });
    const error = await errorOf(answer, (wpp) => wpp.send(MESSAGE));
    assert.equal(error.mayHaveSent, !proves.includes(code), code);
    const isTold = error.mayHaveSent && code !== "delivery_unknown"; // whose message says it
    assert.equal(error.message, isTold ? `M. ${MAY_HAVE_SENT}` : "M.");
  }
});

Deno.test("mayHaveSent tells of answers that are no function's", async () => {
  const send = (wpp: WppClient) => wpp.send(MESSAGE);
  for (const [says, status, code] of GATEWAYS) {
    const error = await errorOf(new Response(says, { status }), send);
    assert.equal(error.mayHaveSent, code === "unexpected_response", says);
  }
  const invoke = () => Promise.resolve({ data: null, error: new TypeError("Failed to fetch") });
  const wpp = createWppClient({ functions: { invoke } });
  await assert.rejects(wpp.send(MESSAGE), { code: "network_error", mayHaveSent: true });
});

Deno.test("mayHaveSent is false when the call is no send", async () => {
  for (const code of ["internal", "gateway_timeout"]) {
    const answer = Response.json({ error: { code, message: "M.", retryable: false } });
    const error = await errorOf(answer);
    assert.deepEqual([error.mayHaveSent, error.message], [false, "M."]);
  }
});

Deno.test("an error's retryAfter is undefined when Retry-After is unreadable", async () => {
  const headers = { "retry-after": "-5" };
  const error = await errorOf(new Response("{}", { status: 503, headers }));
  assert.deepEqual([error.status, error.retryAfter], [503, undefined]);
});
