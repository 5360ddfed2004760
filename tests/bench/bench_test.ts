/** What the benchmark computes with. */
import assert from "node:assert/strict";
import { grown } from "./backend.ts";
import { CASES, plainCase } from "./cases.ts";
import { targetOf } from "./contestants.ts";
import { load, type Target } from "./load.ts";
import { RecentFiles } from "./recent_files.ts";
import { errorOfMedian, median, medianRatio, quantile } from "./statistics.ts";
import { fixed, table, withError } from "./table.ts";
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

Deno.test("load makes the next call when they differ, over all batches", async () => {
  using network = mockNetwork();
  const asked: string[] = [];
  network.serve("http://bench.test", async (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`);
    return Response.json("ok");
  });
  let made = 0;
  const next = () => ({ url: `http://bench.test/${++made}`, token: "t", body: undefined });
  await load({ ...target, next }, { calls: 2, concurrency: 1 });
  await load({ ...target, next }, { calls: 1, concurrency: 4 });
  assert.deepEqual(asked, ["GET /1 ", "GET /2 ", "GET /3 "]);
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

Deno.test("errorOfMedian falls with the root of the number of rounds", () => {
  const values = Array.from({ length: 100 }, (_, index) => index); // the middle half is 50 wide
  assert.equal(errorOfMedian(values), 0.93 * 50 / 10);
  assert.equal(errorOfMedian([2, 2, 2, 99]), 0.93 * 97 / 2);
  assert.equal(errorOfMedian([2, 2, 99]), undefined); // too few to tell
});

const organizations = ["a", "b"].map((name) => ({
  ...{ id: name, organizationId: `org ${name}`, token: `jwt ${name}` },
  ...{ session: `000000000000${name}`, apiKey: "", webhookToken: name.repeat(43) },
}));

/** The first calls of a case, as JSON. */
function callsOf(title: string, contestant: "floor" | "ours", count: number): string[] {
  const one = CASES.find((one) => one.title === title)!;
  const { next } = targetOf(one, contestant, "http://f.test", organizations);
  return Array.from({ length: count }, () => JSON.stringify(next!()));
}

Deno.test("targetOf goes from one organization to the next, and names it to the floor", () => {
  const { name, good } = plainCase("wpp-connections");
  const { next: _, ...first } = targetOf(plainCase(name), "ours", "http://f.test", organizations);
  assert.deepEqual(first, {
    url: "http://f.test/wpp-connections",
    ...{ token: "jwt a", body: undefined, good },
  });
  const tokens = (contestant: "floor" | "ours") =>
    callsOf("wpp-connections", contestant, 3).map((call) => JSON.parse(call).token);
  assert.deepEqual(tokens("ours"), ["jwt a", "jwt b", "jwt a"]);
  assert.deepEqual(tokens("floor"), ["org a", "org b", "org a"]);
});

Deno.test("a receipt rises its message by one, long after the receipt before it", () => {
  const told = callsOf("wpp-webhook, receipt", "ours", 2 * 3 * 128 + 2)
    .map((call) => JSON.parse(call).body)
    .filter(({ account }) => account === organizations[0].session)
    .map(({ messageId, status }) => `${messageId.split("-").at(-1)} ${status}`);
  assert.deepEqual([0, 1, 127, 128, 256, 383, 384].map((n) => told[n]), [
    ...["0 sent", "1 sent", "127 sent", "0 delivered", "0 read", "127 read", "128 sent"],
  ]);
});

Deno.test("RecentFiles lets go of what was neither stored nor read of late", async () => {
  const files = new RecentFiles(10);
  const file = (size: number) => ({
    ...{ bytes: new Uint8Array(size), mimetype: "image/png", cacheControl: "" },
    lastModified: new Date(0),
  });
  await files.put("a", file(4));
  await files.put("b", file(4));
  await files.get("a");
  await files.put("c", file(4));
  const kept = await Promise.all(["a", "b", "c"].map((name) => files.get(name)));
  assert.deepEqual(kept.map((one) => one?.bytes.length), [4, undefined, 4]);
});

Deno.test("withError shows a ratio alone where its error is not known", () => {
  assert.equal(withError(1.104, 0.026), "1.10 ± 0.03");
  assert.equal(withError(1.104, undefined), "1.10");
});

Deno.test("table is one of Markdown, its names to the left and its figures to the right", () => {
  assert.equal(
    table(["what", "ms"], [["a long name", fixed(1.005, 1)], ["b", fixed(undefined)]]),
    [
      "| what        |  ms |",
      "| ----------- | --: |",
      "| a long name | 1.0 |",
      "| b           |   – |",
    ].join("\n"),
  );
});
