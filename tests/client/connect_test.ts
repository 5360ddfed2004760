import assert from "node:assert/strict";
import {
  createdAnswer,
  failure,
  json,
  pending,
  ready,
  Script,
  slowly,
  status,
} from "../support/script.ts";

const steps = (states: { step: string }[]) =>
  states.map((state) => state.step).filter((step, i, all) => step !== all[i - 1]);

Deno.test("connect goes through every state when a code is scanned", async () => {
  using script = new Script();
  script.answers["wpp-qr"] = [pending(2), ready()];
  script.answers["wpp-status"] = [status("qr_required"), status("connected")];
  const { states, ended } = script.connect({ name: "Shop" });
  await script.pass(10);
  const last = await ended;
  assert.deepEqual(steps(states), ["creating", "waiting_for_qr", "scan", "connected"]);
  assert.deepEqual(last, {
    step: "connected",
    session: "0000000000001",
    checkedAt: "2026-01-01T00:00:08.000Z",
  });
  assert.deepEqual(script.sent[0].body, { name: "Shop" });
  assert.deepEqual(script.timesOf("wpp-qr"), [0, 2]);
  assert.deepEqual(script.timesOf("wpp-status"), [5, 8]);
});

Deno.test("connect resolves with the last state when nobody listens to the others", async () => {
  using script = new Script();
  script.answers["wpp-create"] = [failure(401, "unauthorized", false)];
  const last = await script.wpp.connect();
  assert.ok(last.step === "failed" && last.action === "sign_in");
});

Deno.test("connect asks for a new code when refreshAfter has passed", async () => {
  using script = new Script();
  script.answers["wpp-qr"] = [ready(15, "data:image/png;base64,AAAA"), ready(10)];
  const { states } = script.connect();
  await script.pass(46);
  assert.deepEqual(script.timesOf("wpp-qr"), [0, 15, 25, 35, 45]);
  assert.deepEqual(script.timesOf("wpp-status").slice(0, 6), [3, 6, 9, 12, 18, 21]);
  assert.deepEqual(
    states.flatMap((state) => state.step === "scan" ? [state.secondsLeft] : []).slice(0, 18),
    [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 10, 9],
  );
});

Deno.test("connect asks for no status when wpp-qr answers that the code was scanned", async () => {
  using script = new Script();
  const connected = json(200, { session: "0000000000001", state: "connected" });
  script.answers["wpp-qr"] = [ready(3), connected];
  const { ended } = script.connect();
  await script.pass(3);
  assert.equal((await ended).step, "connected");
  assert.deepEqual(script.sent.map((one) => one.name), ["wpp-create", "wpp-qr", "wpp-qr"]);
});

Deno.test("connect asks whether the code was scanned before it gives up", async () => {
  using script = new Script();
  script.answers["wpp-qr"] = [ready(15)];
  script.answers["wpp-status"] = [...Array(4).fill(status("qr_required")), status("connected")];
  const { ended } = script.connect({ giveUpAfter: 15 });
  await script.pass(15);
  assert.equal((await ended).step, "connected");
  assert.deepEqual(script.timesOf("wpp-status"), [3, 6, 9, 12, 15]);
});

Deno.test("connect waits for Retry-After when the code is still to come", async () => {
  using script = new Script();
  script.answers["wpp-qr"] = [pending(7), pending(), pending(0), ready()];
  script.connect();
  await script.pass(11);
  assert.deepEqual(script.timesOf("wpp-qr"), [0, 7, 9, 10]);
});

Deno.test("connect does not ask in a tight loop when the server names no time at all", async () => {
  using script = new Script();
  script.answers["wpp-qr"] = [ready(0)];
  script.connect();
  await script.pass(10);
  assert.equal(script.timesOf("wpp-qr").length, 11);
});

Deno.test("connect never asks two questions at once when answers are slow", async () => {
  using script = new Script();
  script.answers["wpp-qr"] = [slowly(9, ready(4))];
  script.answers["wpp-status"] = [slowly(6, status("qr_required"))];
  script.connect();
  await script.pass(100);
  assert.ok(script.sent.length > 10);
  assert.equal(script.maxConcurrent, 1);
});

Deno.test("connect asks for a status alone when the connection is there already", async () => {
  using script = new Script();
  script.answers["wpp-create"] = [
    json(200, createdAnswer({ status: "connected", created: false })),
  ];
  script.answers["wpp-status"] = [status("connected")];
  const { states, ended } = script.connect();
  await script.pass(0);
  await ended;
  assert.deepEqual(steps(states), ["creating", "connected"]);
  assert.deepEqual(script.sent.map((one) => one.name), ["wpp-create", "wpp-status"]);
});

Deno.test("connect backs off and shows the problem when the server fails", async () => {
  using script = new Script();
  script.answers["wpp-qr"] = [failure(502, "gateway_unreachable", true)];
  const { states } = script.connect();
  await script.pass(120);
  const times = script.timesOf("wpp-qr");
  const gaps = times.slice(1).map((time, i) => time - times[i]);
  [1, 2, 4, 8, 16, 30].forEach((longest, i) => {
    assert.ok(gaps[i] >= longest / 2 && gaps[i] <= longest, `wait ${i + 1}: ${gaps[i]} s`);
  });
  const problem = states.at(-1)?.problem;
  assert.equal(states.at(-1)?.step, "waiting_for_qr");
  assert.equal(problem?.code, "gateway_unreachable");
  script.answers["wpp-qr"] = [ready()];
  await script.pass(31);
  assert.equal(states.at(-1)?.step, "scan");
  assert.equal(states.at(-1)?.problem, undefined);
});

Deno.test("connect waits for the Retry-After of an error", async () => {
  using script = new Script();
  script.answers["wpp-create"] = [
    failure(409, "creation_in_progress", true, { "retry-after": "12" }),
    json(200, createdAnswer({ created: false })),
  ];
  const date = "Thu, 01 Jan 2026 00:00:40 GMT";
  script.answers["wpp-qr"] = [
    failure(429, "rate_limited", true, { "retry-after": date }),
    pending(600),
  ];
  script.connect();
  await script.pass(60);
  assert.deepEqual(script.timesOf("wpp-create"), [0, 12]);
  assert.deepEqual(script.timesOf("wpp-qr"), [12, 40]);
});

Deno.test("connect counts a code down to 0 when it cannot be renewed", async () => {
  using script = new Script();
  script.answers["wpp-qr"] = [ready(6)];
  const { states } = script.connect();
  await script.pass(1);
  script.answers["wpp-status"] = [failure(504, "gateway_timeout", true)];
  await script.pass(9);
  const last = states.at(-1)!;
  assert.ok(last.step === "scan" && last.secondsLeft === 0);
  assert.equal(last.problem?.code, "gateway_timeout");
});
