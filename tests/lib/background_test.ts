import assert from "node:assert/strict";
import { inBackground } from "../../supabase/functions/_shared/wpp/lib/background.ts";

Deno.test("inBackground hands work to the runtime, which waits for its end and sees no failure", async () => {
  const kept: Promise<unknown>[] = [];
  const runtime = { waitUntil: (task: Promise<unknown>) => void kept.push(task) };
  Object.assign(globalThis, { EdgeRuntime: runtime });
  try {
    const { promise, resolve } = Promise.withResolvers<string>();
    inBackground(promise);
    inBackground(Promise.reject(new Error("logged already")));
    assert.equal(kept.length, 2);
    resolve("done");
    assert.deepEqual(await Promise.all(kept), ["done", undefined]);
  } finally {
    Reflect.deleteProperty(globalThis, "EdgeRuntime");
  }
});

Deno.test("inBackground needs no such runtime", async () => {
  let done = false;
  inBackground(Promise.resolve().then(() => done = true));
  inBackground(Promise.reject(new Error("logged already")));
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(done, true);
});
