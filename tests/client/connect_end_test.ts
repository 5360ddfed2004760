import assert from "node:assert/strict";
import {
  createdAnswer,
  failure,
  fakeNetwork,
  fakePage,
  json,
  noNetwork,
  ready,
  REQUEST_ID,
  Script,
  slowly,
} from "../support/script.ts";

Deno.test("connect fails at once with what to do when an error will not pass", async (t) => {
  const cases = [
    [401, "unauthorized", "sign_in"],
    [409, "reconnect_required", "reconnect"],
    [404, "integration_not_found", "try_again"],
    [502, "gateway_error", "try_again"],
    [500, "misconfigured", "report"],
  ] as const;
  for (const [httpStatus, code, action] of cases) {
    await t.step(code, async () => {
      using script = new Script();
      script.answers["wpp-qr"] = [failure(httpStatus, code, false)];
      const { states, ended } = script.connect();
      await script.pass(60);
      const last = await ended;
      assert.ok(last.step === "failed");
      assert.deepEqual([last.code, last.action], [code, action]);
      assert.equal(last.message, `About ${code}`);
      assert.equal(last.error.requestId, REQUEST_ID);
      assert.equal(script.sent.length, 2);
      assert.equal(states.at(-1), last);
    });
  }
});

Deno.test("connect fails with scan_expired when nobody scans", async () => {
  using script = new Script();
  const { ended } = script.connect({ giveUpAfter: 60 });
  await script.pass(61);
  const last = await ended;
  assert.ok(last.step === "failed" && last.code === "scan_expired");
  assert.equal(last.action, "try_again");
  const asked = script.sent.length;
  await script.pass(600);
  assert.equal(script.sent.length, asked);
});

Deno.test("connect fails with the last error when the server stays unavailable", async () => {
  using script = new Script();
  script.answers["wpp-create"] = [noNetwork()];
  const { ended } = script.connect({ giveUpAfter: 60 });
  await script.pass(100);
  const last = await ended;
  assert.ok(last.step === "failed" && last.code === "network_error");
});

Deno.test("connect asks nothing while the page is hidden and at once when it is shown", async () => {
  using page = fakePage();
  using script = new Script();
  const { states } = script.connect({ giveUpAfter: 60 });
  await script.pass(4);
  page.hide();
  await script.pass(2);
  const before = script.sent.length;
  await script.pass(3600);
  assert.equal(script.sent.length, before);
  page.show();
  await script.pass(0);
  assert.deepEqual(script.sent.slice(before).map((one) => one.name), ["wpp-qr"]);
  const last = states.at(-1)!;
  assert.ok(last.step === "scan" && last.secondsLeft === 15, "time hidden is no time to give up");
});

Deno.test("connect asks at once when the network returns", async () => {
  using network = fakeNetwork();
  using script = new Script();
  script.answers["wpp-qr"] = [noNetwork()];
  network.onLine = false;
  script.connect();
  await script.pass(40); // backs off by up to 30 s now
  const before = script.sent.length;
  script.answers["wpp-qr"] = [ready()];
  network.onLine = true;
  await script.pass(1);
  assert.equal(script.sent.length, before + 1);
});

Deno.test("connect stops without a further state when aborted", async (t) => {
  const moments = { "before it starts": -1, "in a call": 0, "between calls": 2 };
  for (const [moment, at] of Object.entries(moments)) {
    await t.step(moment, async () => {
      using script = new Script();
      if (at === 0) script.answers["wpp-create"] = [slowly(5, json(201, createdAnswer()))];
      const abort = new AbortController();
      if (at < 0) abort.abort();
      const { states, ended } = script.connect({ signal: abort.signal });
      await script.pass(Math.max(at, 1));
      abort.abort();
      const [shown, asked] = [states.length, script.sent.length];
      await script.pass(600);
      const last = await ended;
      assert.notEqual(last.step, "failed");
      if (at < 0) assert.equal(shown, 0);
      assert.equal(states.length, shown);
      assert.equal(script.sent.length, asked);
      assert.equal(asked, at < 0 ? 0 : at === 0 ? 1 : 2);
      assert.equal(script.clock.countTimers(), 0);
    });
  }
});

Deno.test("connect stops when aborted by its own listener", async () => {
  using script = new Script();
  const abort = new AbortController();
  let scans = 0;
  const ended = script.wpp.connect({
    signal: abort.signal,
    onState: ({ step }) => step === "scan" && ++scans && abort.abort(),
  });
  await script.pass(600);
  assert.equal((await ended).step, "scan");
  assert.equal(scans, 1);
  assert.equal(script.sent.length, 2);
});

Deno.test("connect stops when aborted while the page is hidden", async () => {
  using page = fakePage();
  using script = new Script();
  const abort = new AbortController();
  const { states, ended } = script.connect({ signal: abort.signal });
  page.hide();
  await script.pass(5);
  abort.abort();
  await ended;
  const shown = states.length;
  page.show();
  await script.pass(600);
  assert.deepEqual([states.length, script.sent.length], [shown, 2]);
});

Deno.test("connecting asks nothing more when its reader leaves the loop", async () => {
  using script = new Script();
  for await (const state of script.wpp.connecting()) if (state.step === "scan") break;
  const asked = script.sent.length;
  await script.pass(600);
  assert.equal(script.sent.length, asked);
  assert.equal(script.clock.countTimers(), 0);
});
