import FakeTimers from "@sinonjs/fake-timers";
import assert from "node:assert/strict";
import { type Connection, type InboxSnapshot, WppError } from "../../client/wpp_client.ts";
import { StatusWatch } from "../../examples/panel/watch_status.ts";

type Status = Connection["status"];

/** Of a number that is connected, and whose events come. */
const HEARD = { registeredAt: "2026-11-26T00:00:00Z", lastEventAt: "2026-11-26T00:00:01Z" };
const UNHEARD = { ...HEARD, lastEventAt: "2026-11-25T23:59:59Z" };
const row = (status: Status, webhook: Connection["webhook"]) =>
  ({ session: "1", status, webhook }) as Connection;

/** A watch on a page with a clock of its own. `says` is what the platform answers, or fails with. */
async function watching(
  { channel, webhook = HEARD, known }: {
    channel: InboxSnapshot["channel"];
    webhook?: Connection["webhook"];
    known?: string;
  },
  test: (on: {
    platform: { says: Status | WppError };
    page: EventTarget & { visibilityState: string };
    shown: string[];
    inbox(channel: InboxSnapshot["channel"], status?: Status): void;
    pass(seconds: number): Promise<unknown>;
    asked(): number;
    stop(): void;
  }) => Promise<void>,
): Promise<void> {
  const clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  Object.assign(globalThis, { document: page });
  const running = new AbortController();
  const platform: { says: Status | WppError } = { says: "connected" };
  const shown: string[] = [];
  let snapshot: Pick<InboxSnapshot, "channel" | "connections"> = {
    channel,
    connections: [row("connected", webhook)],
  };
  let asked = 0;
  const status = () => {
    asked++;
    if (platform.says instanceof WppError) return Promise.reject(platform.says);
    const answer = { session: "1", status: platform.says, providerStatus: "", checkedAt: "" };
    return Promise.resolve(answer);
  };
  const watch = new StatusWatch({ status }, {
    signal: running.signal,
    known,
    inbox: () => snapshot,
    onStatus: ({ status }) => shown.push(status),
    onProblem: ({ code }) => shown.push(code),
  });
  try {
    await test({
      ...{ platform, page, shown, asked: () => asked, stop: () => running.abort() },
      pass: (seconds) => clock.tickAsync(seconds * 1000),
      inbox(channel, status = "connected") {
        snapshot = { channel, connections: [row(status, webhook)] };
        watch.look();
      },
    });
  } finally {
    running.abort();
    clock.uninstall();
    Reflect.deleteProperty(globalThis, "document");
  }
}

Deno.test("StatusWatch asks every 15 s when nothing tells it, until it is aborted", () =>
  watching({ channel: "polling" }, async ({ pass, asked, stop }) => {
    await pass(0);
    assert.equal(asked(), 1);
    await pass(60);
    assert.equal(asked(), 5);
    stop();
    await pass(600);
    assert.equal(asked(), 5);
  }));

Deno.test("StatusWatch asks every 5 minutes when the inbox is live, and soon when it is no longer", () =>
  watching({ channel: "live" }, async ({ inbox, pass, asked }) => {
    await pass(290);
    assert.equal(asked(), 1);
    await pass(15);
    assert.equal(asked(), 2);
    inbox("polling");
    await pass(15);
    assert.equal(asked(), 3);
  }));

Deno.test("StatusWatch asks every 15 s when no event has come since the webhook was registered", () =>
  watching({ channel: "live", webhook: UNHEARD }, async ({ pass, asked }) => {
    await pass(60);
    assert.equal(asked(), 5);
  }));

Deno.test("StatusWatch waits before it asks when the status is known", () =>
  watching({ channel: "polling", known: "1" }, async ({ pass, asked }) => {
    await pass(14);
    assert.equal(asked(), 0);
    await pass(1);
    assert.equal(asked(), 1);
  }));

Deno.test("StatusWatch asks nothing while the page is hidden, and at once when it is shown", () =>
  watching({ channel: "live" }, async ({ page, pass, asked }) => {
    await pass(0);
    page.visibilityState = "hidden";
    await pass(100);
    assert.equal(asked(), 1);
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    await pass(0);
    assert.equal(asked(), 2);
  }));

Deno.test("StatusWatch shows what the inbox tells, and asks where that may be over", () =>
  watching({ channel: "live" }, async ({ platform, inbox, shown, pass, asked }) => {
    await pass(0);
    inbox("live");
    inbox("live", "disconnected");
    inbox("live", "disconnected");
    inbox("live", "connected");
    assert.deepEqual(shown, ["connected", "disconnected", "connected"]);
    assert.equal(asked(), 1);
    platform.says = "disconnected";
    inbox("live", "starting");
    await pass(0);
    assert.equal(asked(), 2);
    assert.equal(shown.at(-1), "disconnected");
  }));

Deno.test("StatusWatch asks again after a failure that may pass, and never after another", () =>
  watching({ channel: "live" }, async ({ platform, inbox, shown, pass, asked }) => {
    const failure = (retryable: boolean) =>
      new WppError({ code: "gateway_error", message: "…", retryable });
    platform.says = failure(true);
    await pass(0);
    inbox("live", "starting");
    await pass(4);
    assert.ok(asked() >= 4, "within the longest pauses of 1 and 2 s");
    platform.says = failure(false);
    await pass(30);
    const last = asked();
    await pass(1000);
    assert.equal(asked(), last);
    assert.equal(shown.at(-1), "gateway_error");
  }));
