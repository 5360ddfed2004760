/** Answers of a bounded size, for libraries that have no bound of their own. */
import assert from "node:assert/strict";
import { BodyTooLargeError } from "../../supabase/functions/_shared/wpp/lib/bounded_body.ts";
import { boundedFetch } from "../../supabase/functions/_shared/wpp/lib/bounded_fetch.ts";

const ANSWER = '{"name":"Zoë"}';
const bytes = new TextEncoder().encode(ANSWER).length;
const url = `data:application/json,${encodeURIComponent(ANSWER)}`;

Deno.test("boundedFetch gives text and JSON when the answer is as large as it may be", async () => {
  assert.equal(await (await boundedFetch(bytes)(url)).text(), ANSWER);
  assert.deepEqual(await (await boundedFetch(bytes)(url)).json(), { name: "Zoë" });
});

for (const method of ["text", "json"] as const) {
  Deno.test(`boundedFetch gives an answer whose ${method} rejects when it is larger`, async () => {
    const response = await boundedFetch(bytes - 1)(url);
    await assert.rejects(response[method](), BodyTooLargeError);
  });
}

Deno.test("boundedFetch gives an answer that rejects when its signal aborts", async () => {
  const leaving = new AbortController();
  const reason = new Error("time is over");
  const response = await boundedFetch(bytes)(url, { signal: leaving.signal });
  leaving.abort(reason);
  await assert.rejects(response.text(), reason);
});
