import FakeTimers from "@sinonjs/fake-timers";
import assert from "node:assert/strict";
import { Reachability } from "../../supabase/functions/_shared/wpp/platform/reachability.ts";

const ADDRESS = { wppBaseUrl: "https://wpp.test/base" };

/** Answers in place of the network, and keeps the requests. */
function withFetch(answer: (request: Request) => Promise<Response>) {
  const [requests, present] = [[] as Request[], globalThis.fetch];
  globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    requests.push(request);
    return answer(request);
  };
  return { requests, [Symbol.dispose]: () => void (globalThis.fetch = present) };
}

Deno.test("Reachability takes any answer for an answer, and sends no credentials", async () => {
  for (const status of [200, 302, 401, 404, 500]) {
    using network = withFetch(() => Promise.resolve(new Response(null, { status })));
    assert.equal(await new Reachability(ADDRESS).isReachable(), true, `${status}`);
    const [{ method, url, headers }, ...more] = network.requests;
    assert.deepEqual([method, url, [...headers], more], ["GET", ADDRESS.wppBaseUrl, [], []]);
  }
});

Deno.test("Reachability is false when the connection fails", async () => {
  using _network = withFetch(() => Promise.reject(new TypeError("connection refused")));
  assert.equal(await new Reachability(ADDRESS).isReachable(), false);
});

Deno.test("Reachability is false when no answer comes within 5 s", async () => {
  using _network = withFetch(() => new Promise(() => {}));
  const clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const answer = new Reachability(ADDRESS).isReachable();
    await clock.tickAsync(5_000);
    assert.equal(await answer, false);
    assert.equal(clock.countTimers(), 0);
  } finally {
    clock.uninstall();
  }
});

Deno.test("Reachability sends one request in 10 s, however often it is asked", async () => {
  using network = withFetch(() => Promise.resolve(new Response()));
  const clock = FakeTimers.install({ toFake: ["performance"] });
  try {
    const reachability = new Reachability(ADDRESS);
    await Promise.all(Array.from({ length: 100 }, () => reachability.isReachable()));
    clock.tick(9_999);
    await reachability.isReachable();
    assert.equal(network.requests.length, 1);
    clock.tick(1);
    await reachability.isReachable();
    assert.equal(network.requests.length, 2);
  } finally {
    clock.uninstall();
  }
});
