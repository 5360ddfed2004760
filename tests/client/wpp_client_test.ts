import assert from "node:assert/strict";
import { WppError } from "../../client/wpp_client.ts";
import {
  createdAnswer,
  failure,
  json,
  noNetwork,
  REQUEST_ID,
  Script,
  slowly,
} from "../support/script.ts";

Deno.test("calls reject with the function's own error when it answers one", async () => {
  using script = new Script();
  const error = { code: "invalid_request", message: "Correct it", retryable: false };
  const fields = { to: "Must be a phone number" };
  script.answers["wpp-send"] = [json(400, { error: { ...error, fields, requestId: REQUEST_ID } })];
  const thrown = await script.wpp.send({ to: "x", text: "y" }).catch((e) => e);
  assert.ok(thrown instanceof WppError);
  const { code, message, retryable, requestId, status } = thrown;
  assert.deepEqual({ code, message, retryable, requestId, status, fields: thrown.fields }, {
    ...error,
    requestId: REQUEST_ID,
    status: 400,
    fields,
  });
  const [call] = script.calls;
  assert.deepEqual([call.name, call.status, call.error?.code], ["wpp-send", 400, code]);
});

Deno.test("calls reject with unexpected_response when the answer is not a function's", async (t) => {
  const html = (status: number) => () =>
    new Response("<html>", { status, headers: { "content-type": "text/html" } });
  const cases = [
    ["a proxy's error page", html(503), true],
    ["a portal's page", html(200), false],
    ["an answer of another shape", json(200, { hello: 1 }), false],
    ["an error of another shape", json(404, { message: "no such function" }), false],
  ] as const;
  for (const [name, reply, retryable] of cases) {
    await t.step(name, async () => {
      using script = new Script();
      script.answers["wpp-status"] = [reply];
      await assert.rejects(script.wpp.status(), { code: "unexpected_response", retryable });
    });
  }
});

Deno.test("calls reject with network_error when no answer comes", async (t) => {
  await t.step("as the network is down", async () => {
    using script = new Script();
    script.answers["wpp-status"] = [noNetwork()];
    await assert.rejects(script.wpp.status(), { code: "network_error", retryable: true });
  });
  await t.step("in 30 s", async () => {
    using script = new Script();
    script.answers["wpp-status"] = [() => new Promise(() => {})];
    const rejected = assert.rejects(script.wpp.status(), { code: "network_error" });
    await script.pass(30);
    await rejected;
  });
});

Deno.test("calls reject with the signal's reason when aborted", async () => {
  using script = new Script();
  script.answers["wpp-status"] = [() => new Promise(() => {})];
  const abort = new AbortController();
  const reason = new Error("enough");
  const rejected = assert.rejects(script.wpp.status({}, { signal: abort.signal }), reason);
  await script.pass(1);
  abort.abort(reason);
  await rejected;
});

const MESSAGE = { to: "+79991112233", text: "Hello" };
const accepted = json(202, {
  ...createdAnswer(),
  messageId: REQUEST_ID,
  taskId: "t",
  to: MESSAGE.to,
});
const keysOf = (script: Script) => script.sent.map((one) => one.headers.get("idempotency-key"));

Deno.test("send reuses its idempotency key when the message may have gone out", async (t) => {
  const unsettled = {
    "no answer": noNetwork(),
    "a retryable error": failure(504, "gateway_timeout", true),
    "an unknown outcome": failure(504, "delivery_unknown", false),
    "a proxy's page": () => new Response("<html>", { status: 502 }),
    "a portal's page": () => new Response("<html>"),
  };
  for (const [name, reply] of Object.entries(unsettled)) {
    await t.step(name, async () => {
      using script = new Script();
      script.answers["wpp-send"] = [reply, accepted];
      await assert.rejects(script.wpp.send(MESSAGE));
      await script.wpp.send({ ...MESSAGE });
      const [first, second] = keysOf(script);
      assert.match(first!, /^[\da-f-]{36}$/);
      assert.equal(second, first);
    });
  }
});

Deno.test("send makes a new idempotency key when the message is another one", async (t) => {
  await t.step("after a success", async () => {
    using script = new Script();
    script.answers["wpp-send"] = [accepted];
    await script.wpp.send(MESSAGE);
    await script.wpp.send(MESSAGE);
    assert.equal(new Set(keysOf(script)).size, 2);
  });
  await t.step("after a refusal", async () => {
    using script = new Script();
    script.answers["wpp-send"] = [failure(502, "gateway_error", false), accepted];
    await assert.rejects(script.wpp.send(MESSAGE));
    await script.wpp.send(MESSAGE);
    assert.equal(new Set(keysOf(script)).size, 2);
  });
  await t.step("with another text, recipient or session", async () => {
    using script = new Script();
    script.answers["wpp-send"] = [noNetwork()];
    const others = [{ text: "Bye" }, { to: "+79991112244" }, { session: "2" }];
    for (const other of [{}, ...others]) {
      await assert.rejects(script.wpp.send({ ...MESSAGE, ...other }));
    }
    assert.equal(new Set(keysOf(script)).size, 4);
  });
  await t.step("after a hundred others", async () => {
    using script = new Script();
    script.answers["wpp-send"] = [noNetwork()];
    for (const text of [...Array(101).keys(), 0].map(String)) {
      await assert.rejects(script.wpp.send({ ...MESSAGE, text }));
    }
    assert.equal(new Set(keysOf(script)).size, 102);
  });
  await t.step("an hour later", async () => {
    using script = new Script();
    script.answers["wpp-send"] = [noNetwork()];
    await assert.rejects(script.wpp.send(MESSAGE));
    await script.pass(3601);
    await assert.rejects(script.wpp.send(MESSAGE));
    assert.equal(new Set(keysOf(script)).size, 2);
  });
});

Deno.test("send uses the caller's idempotency key when one is given", async () => {
  using script = new Script();
  script.answers["wpp-send"] = [accepted];
  await script.wpp.send(MESSAGE, { idempotencyKey: "mine" });
  assert.deepEqual(keysOf(script), ["mine"]);
});

Deno.test("send polls when a duplicate request, under the same key, is under way", async () => {
  using script = new Script();
  const busy = failure(409, "idempotency_in_progress", true, { "retry-after": "2" });
  script.answers["wpp-send"] = [slowly(3, accepted), busy, busy, accepted];
  const both = Promise.all([script.wpp.send(MESSAGE), script.wpp.send(MESSAGE)]);
  await script.pass(10);
  const [one, other] = await both;
  assert.equal(one.messageId, other.messageId);
  assert.deepEqual(script.timesOf("wpp-send"), [0, 0, 2, 4]);
  assert.equal(new Set(keysOf(script)).size, 1);
});
