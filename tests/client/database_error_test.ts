import assert from "node:assert/strict";
import { install } from "@sinonjs/fake-timers";
import { createClient } from "@supabase/supabase-js";
import { createWppClient, type WppClient } from "../../client/wpp_client.ts";

/** A client whose database answers so. */
function answering(answer: () => Promise<Response> | Response): WppClient {
  return createWppClient(createClient("http://project.test", "sb_publishable_test", {
    accessToken: () => Promise.resolve("token"),
    global: { fetch: () => Promise.resolve(answer()) },
  }));
}

/** Runs with time that passes by itself: supabase-js tries some reads again, seconds later. */
async function inTime<T>(start: () => Promise<T>): Promise<T> {
  const clock = install({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const result = start();
    result.catch(() => {});
    await clock.tickAsync(30_000);
    return await result;
  } finally {
    clock.uninstall();
  }
}

const JWT_EXPIRED = "PGRST303";

/** What PostgREST answers, and the code, its action and whether it is retryable. */
const ANSWERS: [status: number, body: unknown, code: string, action: string, again: boolean][] = [
  [401, { code: JWT_EXPIRED, message: "JWT expired" }, "unauthorized", "sign_in", false],
  [401, { code: "42501", message: "permission denied" }, "unauthorized", "sign_in", false],
  [401, { message: "No API key found in request" }, "unauthorized", "sign_in", false],
  [403, { code: "42501", message: "permission denied" }, "misconfigured", "report", false],
  [400, { code: "P0001", message: "No member" }, "misconfigured", "report", false],
  [404, { code: "PGRST202", message: "No function" }, "not_deployed", "report", false],
  [404, { code: "PGRST205", message: "No table" }, "not_deployed", "report", false],
  [406, { code: "PGRST106", message: "No schema" }, "not_deployed", "report", false],
  [400, { code: "22P02", message: "invalid uuid" }, "invalid_request", "report", false],
  [503, { code: "PGRST001", message: "M" }, "database_unavailable", "try_again", true],
  [504, { code: "PGRST003", message: "M" }, "database_unavailable", "try_again", true],
  [500, { code: "57014", message: "timeout" }, "database_unavailable", "try_again", true],
  [503, { code: "53300", message: "M" }, "database_unavailable", "try_again", true],
  [500, { code: "40P01", message: "deadlock" }, "database_unavailable", "try_again", true],
  [502, "<html>", "unexpected_response", "try_again", true],
  [400, { code: "PGRST100", message: "M" }, "unexpected_response", "try_again", false],
  [200, { hello: 1 }, "unexpected_response", "try_again", false],
];

for (const [status, body, code, action, retryable] of ANSWERS) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  Deno.test(`reads reject with ${code} when the database answers ${status} ${text}`, async () => {
    const wpp = answering(() => new Response(text, { status }));
    const id = crypto.randomUUID();
    const calls = [
      () => wpp.chats(),
      () => wpp.messages(id),
      () => wpp.changesSince(0),
      () => wpp.renameChat(id, "x"),
    ];
    for (const call of calls) {
      const error = await inTime(() => call().then(() => undefined, (error) => error));
      assert.deepEqual(
        [error?.name, error?.code, error?.action, error?.retryable, error?.status],
        ["WppError", code, action, retryable, status],
      );
    }
  });
}

Deno.test("reads reject with network_error when no answer comes", async (t) => {
  const expected = { code: "network_error", retryable: true, status: undefined };
  const none = {
    "as the network is down": () => Promise.reject(new TypeError("Failed to fetch")),
    "in 30 s": () => new Promise<Response>(() => {}),
  };
  for (const [name, answer] of Object.entries(none)) {
    await t.step(name, async () => {
      const wpp = answering(answer);
      await assert.rejects(inTime(() => wpp.chats()), expected);
      await assert.rejects(inTime(() => wpp.changesSince(0)), expected);
    });
  }
});
