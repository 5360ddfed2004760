import assert from "node:assert/strict";
import { createWppClient, type SendKeyStore } from "../../client/wpp_client.ts";
import { memoryStore } from "../../client/send_key_store.ts";
import {
  createdAnswer,
  failure,
  json,
  noNetwork,
  type Reply,
  REQUEST_ID,
  Script,
} from "../support/script.ts";

const MESSAGE = { to: "+79991112233", text: "Hello, Ada" };
const lost = noNetwork();
const refused = failure(502, "gateway_error", false);
const unauthorized = failure(401, "unauthorized", false);
const accepted = json(202, { ...createdAnswer(), messageId: REQUEST_ID, taskId: "t", to: "+7" });

/** A browser on one store, in which pages come and go: each a client of its own. */
class Browser implements Disposable {
  readonly script = new Script();
  readonly store: SendKeyStore;

  constructor(store: SendKeyStore = memoryStore()) {
    this.store = store;
  }

  page(user = "ada") {
    const { functions } = this.script.supabase;
    const session = { user: { id: user } };
    const auth = { getSession: () => Promise.resolve({ data: { session } }) };
    return createWppClient({ functions, auth }, { sendKeys: this.store });
  }

  /** Sends from a page of its own; the error, if one comes. */
  async send(reply: Reply, page = this.page(), options = {}, message = MESSAGE) {
    this.script.answers["wpp-send"] = [reply];
    return await page.send({ ...message }, options).then(() => undefined, (error) => error);
  }

  /** The key of each send so far, named in the order of their coming. */
  get keys(): number[] {
    const keys = this.script.sent.map(({ headers }) => headers.get("idempotency-key")!);
    return keys.map((key) => [...new Set(keys)].indexOf(key));
  }

  [Symbol.dispose](): void {
    this.script[Symbol.dispose]();
  }
}

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

Deno.test("a store of keys holds neither number nor text, is bounded, and forgets in an hour", async () => {
  using browser = new Browser();
  const page = browser.page();
  for (let i = 0; i < 120; i++) {
    await browser.send(lost, page, {}, { ...MESSAGE, text: `Hello, Ada ${i}` });
  }
  const text = browser.store.getItem("wpp-messenger-send-keys")!;
  assert.doesNotMatch(text, /9991112233|Ada/);
  assert.equal(JSON.parse(text).length, 100);
  await browser.script.pass(3600);
  await browser.send(accepted, page, {}, { ...MESSAGE, text: "Hello, Ada 119" });
  assert.equal(browser.keys.at(-1), 120);
  assert.equal(browser.store.getItem("wpp-messenger-send-keys"), "[]");
});

Deno.test("a key lives on when the clock is set back a little", async () => {
  using browser = new Browser();
  await browser.send(lost);
  browser.script.clock.setSystemTime(Date.now() - 60_000);
  await browser.send(accepted);
  assert.deepEqual(browser.keys, [0, 0]);
});

Deno.test("send takes a store for empty when what it holds is unreadable", async () => {
  for (const text of ["{", "null", "7", '[["a"]]', '[["a",["k",1,"now"]],3]']) {
    using browser = new Browser();
    browser.store.setItem("wpp-messenger-send-keys", text);
    await browser.send(lost);
    await browser.send(accepted);
    assert.deepEqual(browser.keys, [0, 0], text);
  }
});

Deno.test("send keeps its keys in memory when the store throws", async () => {
  const full = () => {
    throw new DOMException("Full", "QuotaExceededError");
  };
  const stores: SendKeyStore[] = [
    { getItem: full, setItem: full, removeItem: full },
    { ...memoryStore(), setItem: full },
    { ...memoryStore(), setItem: full, removeItem: full },
  ];
  for (const store of stores) {
    using browser = new Browser(store);
    const page = browser.page();
    await browser.send(lost, page);
    await browser.send(accepted, page);
    await browser.send(accepted, page);
    assert.deepEqual(browser.keys, [0, 0, 1]);
  }
});

Deno.test("send leaves no key behind in a store that has become full", async () => {
  const store = memoryStore();
  let isFull = false;
  using browser = new Browser({
    ...store,
    setItem(name, value) {
      if (isFull) throw new DOMException("Full", "QuotaExceededError");
      store.setItem(name, value);
    },
  });
  const page = browser.page();
  await browser.send(lost, page);
  isFull = true;
  await browser.send(accepted, page);
  await browser.send(accepted); // a stale key would have this one answered and not sent
  assert.deepEqual(browser.keys, [0, 0, 1]);
});

/** Gives this process a page with this `localStorage`, until disposed. */
function fakeStorage(localStorage: PropertyDescriptor): Disposable {
  const own = Object.getOwnPropertyDescriptor(globalThis, "localStorage")!;
  Object.assign(globalThis, { document: {} });
  Object.defineProperty(globalThis, "localStorage", { ...localStorage, configurable: true });
  return {
    [Symbol.dispose]() {
      Object.defineProperty(globalThis, "localStorage", own);
      Reflect.deleteProperty(globalThis, "document");
    },
  };
}

Deno.test("send keeps its keys in localStorage when there is a page", async () => {
  const localStorage = memoryStore();
  using _ = fakeStorage({ value: localStorage });
  using script = new Script();
  script.answers["wpp-send"] = [lost];
  await assert.rejects(script.wpp.send(MESSAGE));
  assert.match(localStorage.getItem("wpp-messenger-send-keys")!, /^\[\["[\da-f]{28}",/);
});

Deno.test("send keeps its keys in memory when there is no page or it is blocked", async () => {
  const blocked = () => {
    throw new DOMException("Blocked", "SecurityError");
  };
  for (const descriptor of [{ get: blocked }, { value: null }, undefined]) {
    using _ = descriptor && fakeStorage(descriptor);
    using script = new Script();
    script.answers["wpp-send"] = [lost, accepted];
    await assert.rejects(script.wpp.send(MESSAGE));
    await script.wpp.send(MESSAGE);
    const [first, second] = script.sent.map(({ headers }) => headers.get("idempotency-key"));
    assert.equal(first, second);
    if (!descriptor) assert.equal(localStorage.getItem("wpp-messenger-send-keys"), null);
  }
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
