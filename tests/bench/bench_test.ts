/** What the benchmark computes with. */
import assert from "node:assert/strict";
import { grown } from "./backend.ts";
import { load, type Target } from "./load.ts";
import { median, medianRatio, quantile } from "./statistics.ts";
import { fixed, table } from "./table.ts";
import { mockNetwork } from "../support/network.ts";

const target: Target = { url: "http://bench.test/f", token: "t", body: { a: 1 }, good: /"ok"/ };

Deno.test("load makes so many calls, and so many of them at once", async () => {
  using network = mockNetwork();
  const bodies: string[] = [];
  let waiting: (() => void)[] = [];
  let most = 0;
  network.serve("http://bench.test", async (request) => {
    bodies.push(`${request.headers.get("authorization")} ${await request.text()}`);
    const turn = Promise.withResolvers<void>();
    most = Math.max(most, waiting.push(turn.resolve));
    if (waiting.length === 3) { // nobody goes on before three have come
      waiting.forEach((resolve) => resolve());
      waiting = [];
    }
    await turn.promise;
    return Response.json("ok");
  });
  const { p50, p99, throughput } = await load(target, { calls: 6, concurrency: 3 });
  assert.deepEqual(bodies, Array(6).fill('Bearer t {"a":1}'));
  assert.equal(most, 3);
  assert.ok(p50 > 0 && p99 >= p50 && throughput > 0);
});

Deno.test("load throws when an answer is not good", async () => {
  using network = mockNetwork();
  let calls = 0;
  network.serve(
    "http://bench.test",
    () => Promise.resolve(Response.json(++calls < 3 ? "ok" : "oh", { status: 500 })),
  );
  await assert.rejects(load(target, { calls: 9, concurrency: 1 }), {
    message: 'Cannot measure http://bench.test/f: it answered 500 "oh"',
  });
  assert.equal(calls, 3);
});

Deno.test("median takes the middle, or the mean of the two middle ones", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

Deno.test("quantile takes what that share lies below, and no more than the last", () => {
  const sorted = Array.from({ length: 100 }, (_, index) => index);
  assert.deepEqual([0, 0.5, 0.99, 1].map((share) => quantile(sorted, share)), [0, 50, 99, 99]);
});

Deno.test("medianRatio compares pair by pair, so that a slow moment counts once", () => {
  assert.equal(medianRatio([2, 20, 2], [1, 10, 2]), 2);
});

Deno.test("grown tells what has been added to each count", () => {
  assert.deepEqual(grown({ rest: 2, auth: 1 }, { rest: 5, auth: 1, qr: 4 }), { rest: 3, qr: 4 });
});

Deno.test("table aligns its columns, the first to the left", () => {
  assert.equal(
    table(["what", "ms"], [["a long name", fixed(1.005, 1)], ["b", fixed(undefined)]]),
    "what          ms\na long name  1.0\nb              –",
  );
});
