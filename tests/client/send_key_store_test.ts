import assert from "node:assert/strict";
import type { SendKeyStore } from "../../client/wpp_client.ts";
import { memoryStore } from "../../client/send_key_store.ts";
import { Script } from "../support/script.ts";
import { accepted, Browser, lost, MESSAGE } from "../support/browser.ts";

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
  for (const text of ["{", "null", "7", '[["a"]]', "[3]"]) {
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

/** Gives this process this `localStorage`, and a page or none, until disposed. */
function fakeStorage(localStorage: PropertyDescriptor, document?: object): Disposable {
  const own = Object.getOwnPropertyDescriptor(globalThis, "localStorage")!;
  Object.defineProperty(globalThis, "localStorage", { ...localStorage, configurable: true });
  Object.assign(globalThis, { document });
  return {
    [Symbol.dispose]() {
      Object.defineProperty(globalThis, "localStorage", own);
      Reflect.deleteProperty(globalThis, "document");
    },
  };
}

Deno.test("send keeps its keys in localStorage when there is a page", async () => {
  const localStorage = memoryStore();
  using _ = fakeStorage({ value: localStorage }, {});
  using script = new Script();
  script.answers["wpp-send"] = [lost];
  await assert.rejects(script.wpp.send(MESSAGE));
  assert.match(localStorage.getItem("wpp-messenger-send-keys")!, /^\[\["[\da-f]{28}",/);
});

Deno.test("send keeps its keys in memory when there is no page or it is blocked", async () => {
  const blocked = () => {
    throw new DOMException("Blocked", "SecurityError");
  };
  const serverStore = memoryStore();
  const cases = [[{ get: blocked }, {}], [{ value: null }, {}], [{ value: serverStore }]] as const;
  for (const [localStorage, document] of cases) {
    using _ = fakeStorage(localStorage, document);
    using script = new Script();
    script.answers["wpp-send"] = [lost, accepted];
    await assert.rejects(script.wpp.send(MESSAGE));
    await script.wpp.send(MESSAGE);
    const [first, second] = script.sent.map(({ headers }) => headers.get("idempotency-key"));
    assert.equal(first, second);
  }
  assert.equal(serverStore.getItem("wpp-messenger-send-keys"), null);
});
