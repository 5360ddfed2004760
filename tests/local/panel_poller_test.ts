import FakeTimers from "@sinonjs/fake-timers";
import assert from "node:assert/strict";
import { Poller } from "../../examples/panel/poller.ts";

const PAUSE_MS = 3_000;

/** A poller on a page with a clock of its own. Each read takes `readMs`. */
async function polling(
  readMs: number,
  test: (on: {
    poller: Poller;
    page: EventTarget & { visibilityState: string };
    pass(ms: number): Promise<unknown>;
    reads(): number;
  }) => Promise<void>,
): Promise<void> {
  const clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout"] });
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  Object.assign(globalThis, { document: page });
  let reads = 0;
  let running = 0;
  const poller = new Poller(async () => {
    reads++;
    assert.equal(++running, 1, "two reads at once");
    await new Promise((resolve) => setTimeout(resolve, readMs));
    running--;
    return PAUSE_MS;
  });
  try {
    await test({ poller, page, pass: (ms) => clock.tickAsync(ms), reads: () => reads });
  } finally {
    poller.stop();
    clock.uninstall();
    Reflect.deleteProperty(globalThis, "document");
  }
}

Deno.test("Poller reads again after each pause, until it is stopped", () =>
  polling(0, async ({ poller, pass, reads }) => {
    poller.start();
    poller.start();
    await pass(0);
    assert.equal(reads(), 1);
    await pass(PAUSE_MS);
    assert.equal(reads(), 2);
    poller.stop();
    await pass(10 * PAUSE_MS);
    assert.equal(reads(), 2);
    poller.start();
    await pass(0);
    assert.equal(reads(), 3);
  }));

Deno.test("Poller reads at once, one read at a time, when it is woken or the page is online again", () =>
  polling(500, async ({ poller, pass, reads }) => {
    poller.start();
    await pass(100);
    poller.wake();
    poller.wake();
    await pass(500);
    assert.equal(reads(), 2);
    await pass(500);
    assert.equal(reads(), 2);
    dispatchEvent(new Event("online"));
    await pass(0);
    assert.equal(reads(), 3);
  }));

Deno.test("Poller reads nothing while the page is hidden, and at once when it is shown", () =>
  polling(0, async ({ poller, page, pass, reads }) => {
    poller.start();
    await pass(0);
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    await pass(10 * PAUSE_MS);
    assert.equal(reads(), 1);
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    await pass(0);
    assert.equal(reads(), 2);
  }));
