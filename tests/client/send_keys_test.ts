import assert from "node:assert/strict";
import { failure } from "../support/script.ts";
import { accepted, Browser, lost, MESSAGE, refused, unauthorized } from "../support/browser.ts";

Deno.test("send keeps its key over a reload when the message may have gone out", async () => {
  using browser = new Browser();
  await browser.send(lost);
  await browser.send(accepted);
  await browser.send(accepted);
  assert.deepEqual(browser.keys, [0, 0, 1]);
});

Deno.test("send keeps its key when the page goes before an answer comes", async () => {
  using browser = new Browser();
  browser.script.answers["wpp-send"] = [() => new Promise(() => {})];
  browser.page().send(MESSAGE).catch(() => {});
  await browser.script.pass(1);
  await browser.send(accepted);
  assert.deepEqual(browser.keys, [0, 0]);
});

Deno.test("send keeps its key when aborted on the way, and makes none when before", async () => {
  using browser = new Browser();
  const abort = new AbortController();
  browser.script.answers["wpp-send"] = [() => new Promise(() => {})];
  const aborted = assert.rejects(browser.page().send(MESSAGE, { signal: abort.signal }));
  await browser.script.pass(1);
  abort.abort();
  await aborted;
  await browser.send(accepted);
  await assert.rejects(browser.page().send(MESSAGE, { signal: abort.signal }));
  const error = await browser.send(unauthorized);
  assert.deepEqual(browser.keys, [0, 0, 1]);
  assert.equal(error.mayHaveSent, false);
});

Deno.test("send keeps an open key when a retry fails before the key is looked up", async () => {
  using browser = new Browser();
  await browser.send(lost);
  const error = await browser.send(unauthorized);
  assert.deepEqual([error.code, error.action, error.mayHaveSent], [
    "unauthorized",
    "sign_in",
    true,
  ]);
  await browser.send(accepted);
  assert.deepEqual(browser.keys, [0, 0, 0]);
});

Deno.test("send makes a new key when the open one was refused", async () => {
  for (const reply of [refused, failure(422, "idempotency_key_reused", false)]) {
    using browser = new Browser();
    await browser.send(lost);
    await browser.send(reply);
    await browser.send(accepted);
    assert.deepEqual(browser.keys, [0, 0, 1]);
  }
});

Deno.test("mayHaveSent is true when a duplicate ran and the poll was then refused", async () => {
  using browser = new Browser();
  const busy = failure(409, "idempotency_in_progress", true, { "retry-after": "1" });
  browser.script.answers["wpp-send"] = [busy, unauthorized];
  const failed = assert.rejects(browser.page().send(MESSAGE), { mayHaveSent: true });
  await browser.script.pass(1);
  await failed;
});

Deno.test("send has one key in two tabs when the same message goes out at once", async () => {
  using browser = new Browser();
  let fail = (_: Response) => {};
  browser.script.answers["wpp-send"] = [
    () => new Promise((resolve) => fail = resolve),
    () => new Promise(() => {}),
  ];
  const one = browser.page().send(MESSAGE).catch((error) => error);
  await browser.script.pass(0);
  browser.page().send(MESSAGE).catch(() => {}); // its page goes before an answer comes
  await browser.script.pass(0);
  fail(await unauthorized());
  assert.equal((await one).mayHaveSent, false);
  await browser.send(accepted);
  assert.deepEqual(browser.keys, [0, 0, 0], "the first tab leaves the second one's key alone");
});

Deno.test("send keeps the newer key when a tab's older request ends late", async () => {
  using browser = new Browser();
  let fail = (_: Error) => {};
  await browser.send(lost);
  browser.script.answers["wpp-send"] = [() => new Promise((_, reject) => fail = reject)];
  const late = browser.page().send(MESSAGE).catch((error) => error);
  await browser.script.pass(0);
  await browser.send(accepted); // the same message: it has gone out
  await browser.send(lost); // another one
  fail(new TypeError("Failed to fetch"));
  await late;
  await browser.send(accepted);
  assert.deepEqual(browser.keys, [0, 0, 0, 1, 1]);
});

Deno.test("send has another key when another user writes the same", async () => {
  using browser = new Browser();
  await browser.send(lost);
  await browser.send(accepted, browser.page("grace"));
  await browser.send(accepted);
  assert.deepEqual(browser.keys, [0, 1, 0]);
});

Deno.test("send makes a new key when it is to go out again", async () => {
  using browser = new Browser();
  await browser.send(failure(504, "delivery_unknown", false));
  await browser.send(lost, browser.page(), { again: true });
  await browser.send(accepted);
  assert.deepEqual(browser.keys, [0, 1, 1]);
});

Deno.test("send forgets its open key when the message went out under the caller's", async () => {
  using browser = new Browser();
  await browser.send(lost);
  await browser.send(accepted, browser.page(), { idempotencyKey: "mine" });
  await browser.send(accepted);
  assert.deepEqual(browser.keys, [0, 1, 2]);
});

Deno.test("mayHaveSent is true when an earlier send under the caller's key is open", async () => {
  using browser = new Browser();
  await browser.send(lost, browser.page(), { idempotencyKey: "mine" });
  const error = await browser.send(unauthorized, browser.page(), { idempotencyKey: "mine" });
  assert.equal(error.mayHaveSent, true);
});

Deno.test("send makes a key when the page is on http and has no crypto.randomUUID", async () => {
  const { crypto } = globalThis;
  const insecure = { getRandomValues: crypto.getRandomValues.bind(crypto) };
  Object.defineProperty(globalThis, "crypto", { configurable: true, value: insecure });
  try {
    using browser = new Browser();
    await browser.send(accepted);
    const key = browser.script.sent[0].headers.get("idempotency-key")!;
    assert.match(key, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  } finally {
    Object.defineProperty(globalThis, "crypto", { configurable: true, value: crypto });
  }
});
