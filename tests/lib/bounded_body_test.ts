/** Bodies of a bounded size, whatever their headers say. */
import assert from "node:assert/strict";
import {
  BodyTooLargeError,
  readBounded,
} from "../../supabase/functions/_shared/wpp/lib/bounded_body.ts";

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

/** What a header may say of 40 bytes: less, more, twice, or nothing that is a number. */
const LIES = ["0", "1", "10", "30", "-1", "10, 10", "10, 40", "+10", "1e1", "ten", "0x0a", "NaN"];

for (const length of LIES) {
  Deno.test(`readBounded gives up 40 bytes of 30 whose length is "${length}"`, async () => {
    const { seen, stream } = chunks(10);
    const headers = { "content-length": length, "transfer-encoding": "chunked" };
    await assert.rejects(readBounded(new Response(stream, { headers }), 30), BodyTooLargeError);
    assert.deepEqual(seen, { taken: 4, cancelled: true });
  });

  Deno.test(`readBounded gives 30 bytes of 30 whose length is "${length}"`, async () => {
    const headers = { "content-length": length };
    const bytes = await readBounded(new Response(chunks(10, 3).stream, { headers }), 30);
    assert.deepEqual([...bytes], [1, 2, 3].flatMap((n) => Array(10).fill(n)));
  });
}

Deno.test("readBounded gives up a request whose length is a lie, too", async () => {
  const { seen, stream } = chunks(10);
  const headers = { "content-length": "10" };
  const request = new Request("http://a.test", { method: "POST", body: stream, headers });
  await assert.rejects(readBounded(request, 30), BodyTooLargeError);
  assert.deepEqual(seen, { taken: 4, cancelled: true });
});

Deno.test("readBounded counts the bytes of a compressed body as they are decompressed", async () => {
  const zeros = new Blob([new Uint8Array(1_000_000)]).stream();
  const packed = await new Response(zeros.pipeThrough(new CompressionStream("gzip"))).bytes();
  assert.ok(packed.byteLength < 2000);
  const body = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const headers = { "content-length": `${packed.byteLength}` };
  await assert.rejects(readBounded(new Response(body, { headers }), 2000), BodyTooLargeError);
});

Deno.test("readBounded gives chunks in their order, whatever their sizes", async () => {
  const sizes = [0, 1, 0, 100, 1, 1, 3000, 0, 7, 1];
  const parts = sizes.map((size, index) => new Uint8Array(size).fill(index));
  const bytes = await readBounded(new Response(ReadableStream.from(parts)), 3111);
  assert.deepEqual(bytes, await new Response(new Blob(parts)).bytes());
});

Deno.test("readBounded rejects with its signal's reason when the body never ends", async () => {
  const leaving = new AbortController();
  const { seen, stream } = chunks(0);
  const reading = readBounded(new Response(stream), 30, leaving.signal);
  const reason = new Error("time is over");
  leaving.abort(reason);
  await assert.rejects(reading, reason);
  assert.equal(seen.cancelled, true);
});

for (const headers of [{}, { "content-length": "10" }] as Record<string, string>[]) {
  const declared = "content-length" in headers ? "a" : "no";
  Deno.test(`readBounded cancels half a body with ${declared} length at its signal`, async () => {
    const leaving = new AbortController();
    const reason = new Error("time is over");
    let given: unknown;
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => controller.enqueue(new Uint8Array(5)),
      pull: () => leaving.abort(reason), // asked for the half that never comes
      cancel: (cause) => void (given = cause),
    });
    await assert.rejects(
      readBounded(new Response(stream, { headers }), 30, leaving.signal),
      reason,
    );
    assert.equal(given, reason);
  });
}

Deno.test("readBounded reads nothing once its signal has aborted", async () => {
  const { seen, stream } = chunks(10);
  const reason = new Error("time is over");
  const reading = readBounded(new Response(stream), 30, AbortSignal.abort(reason));
  await assert.rejects(reading, reason);
  assert.deepEqual(seen, { taken: 0, cancelled: true });
});

Deno.test("readBounded does not wait for a body that does not let itself be cancelled", async () => {
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new Uint8Array(10)),
    cancel: () => new Promise(() => {}),
  }, { highWaterMark: 0 });
  await assert.rejects(readBounded(new Response(stream), 30), BodyTooLargeError);
});

Deno.test("readBounded rejects with what breaks the body", async () => {
  const broken = new TypeError("connection reset");
  const stream = new ReadableStream({ pull: (controller) => controller.error(broken) });
  await assert.rejects(readBounded(new Response(stream), 30), broken);
});

/** A body of bytes, as those are that come over the network: in chunks of these sizes. */
function byteBody(sizes: number[]) {
  const seen = { cancelled: false };
  const left = [...sizes];
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const size = left.shift();
      if (size !== undefined) {
        return controller.enqueue(new Uint8Array(size).fill(sizes.length - left.length));
      }
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel: () => void (seen.cancelled = true),
  });
  return { seen, response: new Response(stream) };
}

for (const sizes of [[1], [4096], [4097], [10, 1, 4095], [4096, 4096, 1], [200_000, 1, 70_000]]) {
  const size = sizes.reduce((sum, one) => sum + one);
  Deno.test(`readBounded gives a body of bytes whole, in chunks of ${sizes}`, async () => {
    const bytes = await readBounded(byteBody(sizes).response, size);
    const expected = sizes.map((one, index) => new Uint8Array(one).fill(index + 1));
    assert.deepEqual(bytes, await new Response(new Blob(expected)).bytes());
  });

  Deno.test(`readBounded gives up a body of bytes in chunks of ${sizes} at one too many`, async () => {
    const { seen, response } = byteBody(sizes);
    await assert.rejects(readBounded(response, size - 1), BodyTooLargeError);
    assert.equal(seen.cancelled, true);
  });
}

Deno.test("readBounded takes a small buffer for a small body from the network", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { byteLength, buffer } = await readBounded(request, 1_000_000);
      return Response.json({ byteLength, buffer: buffer.byteLength });
    },
  );
  const { port } = server.addr as Deno.NetAddr;
  const response = await fetch(`http://127.0.0.1:${port}`, {
    method: "POST",
    body: "x".repeat(900),
  });
  const answer = await readBounded(response, 1_000_000);
  assert.ok(answer.buffer.byteLength <= 4096, `${answer.buffer.byteLength} bytes`);
  const { byteLength, buffer } = JSON.parse(new TextDecoder().decode(answer));
  assert.equal(byteLength, 900);
  assert.ok(buffer <= 4096, `${buffer} bytes`);
});
