import assert from "node:assert/strict";
import {
  isTimeout,
  sleep,
  withDeadline,
} from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { FakeTime } from "../support/wpp.ts";

const never = () => new Promise<never>(() => {});
const reasonOf = (work: Promise<unknown>) => work.then(() => assert.fail("resolved"), (e) => e);

/** How many listeners a signal has, counted by its own methods. */
function watched(signal: AbortSignal): { listeners: number } {
  const count = { listeners: 0 };
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...all: Parameters<typeof addEventListener>) => {
    count.listeners++;
    addEventListener.apply(signal, all);
  };
  signal.removeEventListener = (...all: Parameters<typeof removeEventListener>) => {
    count.listeners--;
    removeEventListener.apply(signal, all);
  };
  return count;
}

Deno.test("withDeadline gives what the work gives when that is in time", async () => {
  using time = new FakeTime();
  const work = withDeadline(1_000, undefined, () => sleep(999).then(() => "done"));
  time.pass(999);
  assert.equal(await work, "done");
  assert.equal(time.timers(), 0);
});

Deno.test("withDeadline rejects with a TimeoutError at the deadline when the work does not listen", async () => {
  using time = new FakeTime();
  let reason: unknown;
  const work = withDeadline(1_000, undefined, never).catch((error) => reason = error);
  time.pass(999);
  await Promise.resolve();
  assert.equal(reason, undefined);
  time.pass(1);
  await time.run(work);
  assert.ok(isTimeout(reason));
  assert.equal(time.timers(), 0);
});

Deno.test("withDeadline aborts the signal of its work when the deadline passes", async () => {
  using time = new FakeTime();
  let signal: AbortSignal | undefined;
  const work = withDeadline(1_000, undefined, (given) => (signal = given, never()));
  assert.equal(signal!.aborted, false);
  time.pass(1_000);
  assert.equal(await time.run(reasonOf(work)), signal!.reason);
  assert.ok(isTimeout(signal!.reason));
});

Deno.test("withDeadline rejects with the parent's reason when the parent aborts first", async () => {
  using time = new FakeTime();
  const parent = new AbortController();
  const { signal } = parent;
  const count = watched(signal);
  const reason = new Error("the caller left");
  let inner: AbortSignal | undefined;
  const work = withDeadline(1_000, signal, (given) => (inner = given, never()));
  time.pass(500);
  parent.abort(reason);
  assert.equal(await time.run(reasonOf(work)), reason);
  assert.equal(inner!.reason, reason);
  assert.deepEqual([time.timers(), count.listeners], [0, 0]);
});

Deno.test("withDeadline rejects at once when the parent has aborted before", async () => {
  using time = new FakeTime();
  const reason = new Error("the caller left");
  const work = withDeadline(1_000, AbortSignal.abort(reason), never);
  assert.equal(await time.run(reasonOf(work)), reason);
  assert.equal(time.timers(), 0);
});

Deno.test("withDeadline leaves no timer and no listener when the work ends first", async () => {
  using time = new FakeTime();
  const parent = new AbortController();
  const count = watched(parent.signal);
  const failure = new Error("it failed");
  assert.equal(await withDeadline(1_000, parent.signal, () => Promise.resolve(1)), 1);
  const rejecting = withDeadline(1_000, parent.signal, () => Promise.reject(failure));
  assert.equal(await time.run(reasonOf(rejecting)), failure);
  const throwing = withDeadline(1_000, parent.signal, () => {
    throw failure;
  });
  assert.equal(await time.run(reasonOf(throwing)), failure);
  assert.deepEqual([time.timers(), count.listeners], [0, 0]);
});

Deno.test("withDeadline swallows what the work rejects with when the deadline passed before", async () => {
  using time = new FakeTime();
  const work = withDeadline(1_000, undefined, async () => {
    await sleep(2_000);
    throw new Error("too late to matter: unhandled, it would fail this test");
  });
  time.pass(1_000);
  assert.ok(isTimeout(await time.run(reasonOf(work))));
  time.pass(1_000);
  await time.run(sleep(1));
});

Deno.test("isTimeout is true of deadlines alone", () => {
  assert.equal(isTimeout(new DOMException("", "TimeoutError")), true);
  assert.equal(isTimeout(new DOMException("", "AbortError")), false);
  assert.equal(isTimeout(Object.assign(new Error(), { name: "TimeoutError" })), false);
  assert.equal(isTimeout(undefined), false);
});

Deno.test("sleep ends when its time has passed, and not before", async () => {
  using time = new FakeTime();
  const controller = new AbortController();
  const count = watched(controller.signal);
  let awake = false;
  const nap = sleep(1_000, controller.signal).then(() => awake = true);
  time.pass(999);
  await Promise.resolve();
  assert.equal(awake, false);
  time.pass(1);
  await time.run(nap);
  assert.deepEqual([time.timers(), count.listeners], [0, 0]);
});

Deno.test("sleep rejects with the signal's reason and leaves no timer when it aborts", async () => {
  using time = new FakeTime();
  const controller = new AbortController();
  const reason = new Error("the caller left");
  const nap = reasonOf(sleep(1_000, controller.signal));
  controller.abort(reason);
  assert.equal(await nap, reason);
  assert.equal(await reasonOf(sleep(1_000, controller.signal)), reason);
  assert.equal(time.timers(), 0);
});
