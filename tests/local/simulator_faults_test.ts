import assert from "node:assert/strict";
import { serveSimulator } from "../../local/simulator/serve.ts";
import { type Fault, SimulatedReset } from "../../local/simulator/simulator.ts";
import { call, connect, MESSAGE, still } from "../support/simulated.ts";

/** The answer to a send that the fault strikes, and how many messages went out by it. */
async function strike(fault: Fault, signal?: AbortSignal) {
  const { simulator } = still();
  const { session, token } = await connect(simulator);
  simulator.scan(session);
  simulator.misbehave("send", fault);
  const answer = call(simulator, "/api/messages/text", {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ account: session, ...MESSAGE }),
    signal,
  });
  const settled = await answer.catch((error: unknown) => error);
  return { answer: settled as Response, sent: simulator.messages.length };
}

Deno.test("respond answers as configured, with or without the work", async () => {
  const limited = { kind: "respond", status: 429, headers: { "retry-after": "3" } } as const;
  const plain = await strike(limited);
  assert.deepEqual([plain.answer.status, plain.sent], [429, 0]);
  assert.equal(plain.answer.headers.get("retry-after"), "3");
  const worked = await strike({ kind: "respond", status: 500, body: { e: 1 }, execute: true });
  assert.deepEqual([await worked.answer.json(), worked.sent], [{ e: 1 }, 1]);
});

Deno.test("html, empty, wrong-shape and unsuccessful answer without the work", async () => {
  const html = await strike({ kind: "html", status: 502 });
  assert.match(await html.answer.text(), /<html>/);
  const empty = await strike({ kind: "empty", status: 200 });
  assert.equal(await empty.answer.text(), "");
  const wrong = await strike({ kind: "wrong-shape", body: ["?"] });
  assert.deepEqual(await wrong.answer.json(), ["?"]);
  const unsuccessful = await strike({ kind: "unsuccessful" });
  assert.equal((await unsuccessful.answer.json()).success, false);
  assert.deepEqual([html, empty, wrong, unsuccessful].map((one) => one.sent), [0, 0, 0, 0]);
});

Deno.test("truncated and slow-body do the work and deliver half, or half at first", async () => {
  const truncated = await strike({ kind: "truncated" });
  assert.equal(truncated.sent, 1);
  const half = await truncated.answer.text();
  assert.throws(() => JSON.parse(half), SyntaxError);
  const slow = await strike({ kind: "slow-body", ms: 5 });
  assert.equal((await slow.answer.json()).success, true);
  const abandoned = await strike({ kind: "slow-body", ms: 60_000 });
  const reader = abandoned.answer.body!.getReader();
  await reader.read();
  await reader.cancel();
});

Deno.test("endless-body goes on until the reader stops", async () => {
  const { answer } = await strike({ kind: "endless-body" });
  let size = 0;
  for await (const chunk of answer.body!) if ((size += chunk.length) > 1_000_000) break;
  assert.ok(size > 1_000_000);
});

Deno.test("delay and hang end when the request is aborted", async () => {
  const delayed = await strike({ kind: "delay", ms: 5, then: { kind: "empty", status: 503 } });
  assert.equal(delayed.answer.status, 503);
  assert.equal((await strike({ kind: "delay", ms: 5 })).sent, 1);
  for (const fault of [{ kind: "delay", ms: 60_000 }, { kind: "hang" }] as Fault[]) {
    const gaveUp = new AbortController();
    const struck = strike(fault, gaveUp.signal);
    setTimeout(() => gaveUp.abort(new Error("gave up")), 5);
    assert.match(String((await struck).answer), /gave up/);
  }
});

Deno.test("reset breaks before the headers or in the body", async () => {
  const before = await strike({ kind: "reset", when: "before" });
  assert.ok(before.answer as unknown instanceof SimulatedReset);
  const after = await strike({ kind: "reset", when: "after", execute: true });
  assert.deepEqual([after.answer.status, before.sent, after.sent], [200, 0, 1]);
  await assert.rejects(after.answer.text(), SimulatedReset);
});

Deno.test("faults strike in order, after and for as many calls as configured", async () => {
  const { simulator } = still();
  const { status } = await connect(simulator);
  simulator.misbehave("status", { kind: "empty", status: 503 }, { times: 2, after: 1 });
  simulator.misbehave("status", { kind: "empty", status: 429 });
  const seen: number[] = [];
  for (let i = 0; i < 5; i++) seen.push((await status()).status);
  assert.deepEqual(seen, [200, 503, 503, 429, 200]);
});

Deno.test("served, it answers, and its resets break the connection", async () => {
  const { simulator } = still();
  const { url, stop } = await serveSimulator(simulator);
  try {
    const answer = await fetch(`${url}/auth/token`, { method: "POST", body: '{"apiKey":"no"}' });
    assert.deepEqual([answer.status, await answer.json()], [403, { error: "Invalid API key" }]);
    simulator.misbehave("other", { kind: "reset", when: "before" });
    simulator.misbehave("other", { kind: "reset", when: "after" });
    simulator.misbehave("other", { kind: "hang" });
    await assert.rejects(fetch(url), TypeError);
    const broken = await fetch(url);
    assert.equal(broken.status, 200);
    await assert.rejects(broken.text());
    await assert.rejects(fetch(url, { signal: AbortSignal.timeout(50) }), { name: "TimeoutError" });
    simulator.misbehave("other", { kind: "endless-body" });
    const endless = await fetch(url);
    await endless.body!.cancel();
  } finally {
    await stop();
  }
});
