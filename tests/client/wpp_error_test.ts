import assert from "node:assert/strict";
import { install } from "@sinonjs/fake-timers";
import { createWppClient, WppError } from "../../client/wpp_client.ts";
import { parseRetryAfter } from "../../client/wpp_error.ts";

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

Deno.test("an error's retryAfter is undefined when Retry-After is unreadable", async () => {
  const context = new Response("{}", { status: 503, headers: { "retry-after": "-5" } });
  const invoke = () => Promise.resolve({ data: null, error: { context }, response: context });
  const wpp = createWppClient({ functions: { invoke } } as never);
  const error = await wpp.status().catch((error: unknown) => error);
  assert.ok(error instanceof WppError);
  assert.deepEqual([error.status, error.retryAfter], [503, undefined]);
});
