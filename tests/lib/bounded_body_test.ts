/** Bodies of a bounded size, whatever their headers say. */
import assert from "node:assert/strict";
import {
  BodyTooLargeError,
  readBounded,
} from "../../supabase/functions/_shared/wpp/lib/bounded_body.ts";
import { BoundedMap } from "../../supabase/functions/_shared/wpp/lib/lru_map.ts";

/** A body in chunks of that size, which counts those taken and knows whether it was cancelled. */
function chunks(size: number, count = 100) {
  const seen = { taken: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (seen.taken === count) return controller.close();
      seen.taken++;
      controller.enqueue(new Uint8Array(size).fill(seen.taken));
    },
    cancel: () => void (seen.cancelled = true),
  }, { highWaterMark: 0 });
  return { seen, stream };
}

for (const [what, headers] of [["a declared", { "content-length": "30" }], ["no", {}]] as const) {
  Deno.test(`readBounded gives the whole body when it has ${what} length`, async () => {
    const bytes = await readBounded(new Response(chunks(10, 3).stream, { headers }), 30);
    assert.deepEqual([...bytes], [1, 2, 3].flatMap((n) => Array(10).fill(n)));
  });
}

Deno.test("readBounded gives nothing when there is no body", async () => {
  assert.equal((await readBounded(new Response(null), 10)).byteLength, 0);
});

Deno.test("readBounded reads nothing of a body that says it is too large", async () => {
  const { seen, stream } = chunks(10);
  const response = new Response(stream, { headers: { "content-length": "31" } });
  await assert.rejects(readBounded(response, 30), BodyTooLargeError);
  assert.deepEqual(seen, { taken: 0, cancelled: true });
});

Deno.test("readBounded gives up a body without a length once it is too large", async () => {
  const { seen, stream } = chunks(10);
  await assert.rejects(readBounded(new Response(stream), 30), BodyTooLargeError);
  assert.deepEqual(seen, { taken: 4, cancelled: true });
});

Deno.test("readBounded takes the length of a compressed body for what it is: another's", async () => {
  const { seen, stream } = chunks(10);
  const headers = { "content-length": "5", "content-encoding": "gzip" };
  await assert.rejects(readBounded(new Response(stream, { headers }), 30), BodyTooLargeError);
  assert.deepEqual(seen, { taken: 4, cancelled: true });
});

for (const length of ["1", "0", "-1"]) {
  Deno.test(`readBounded refuses a body of 40 bytes that says it has ${length}`, async () => {
    const headers = { "content-length": length };
    const response = new Response(chunks(10, 4).stream, { headers });
    await assert.rejects(readBounded(response, 30), BodyTooLargeError);
  });
}

Deno.test("readBounded ends with its signal when the body never does", async () => {
  const leaving = new AbortController();
  const { seen, stream } = chunks(0);
  const reading = readBounded(new Response(stream), 30, leaving.signal);
  leaving.abort();
  await reading;
  assert.equal(seen.cancelled, true);
});

Deno.test("BoundedMap forgets what was set first when there is too much", () => {
  const map = new BoundedMap<string, number>(2).set("a", 1).set("b", 2).set("a", 3).set("c", 4);
  assert.deepEqual([...map], [["a", 3], ["c", 4]]);
});
