/** connect() where the server tells of connections, and where it says that it would and does not. */
import assert from "node:assert/strict";
import { createWppClient } from "../../client/wpp_client.ts";
import { FakeRealtime } from "../support/fake_realtime.ts";
import { json, pending, ready, Script, slowly, status } from "../support/script.ts";

const SESSION = "0000000000001";
const TOPIC = "messenger:shop";
const CHANGES = "messenger_changes_since";

/** A connection under way, on a client with channels. */
class ToldScript extends Script {
  readonly realtime = new FakeRealtime();
  readonly told = createWppClient(Object.assign(this.supabase, this.realtime.parts) as never);

  constructor() {
    super();
    this.answers[CHANGES] = [json(200, { change: 0, chats: [], messages: [], topic: TOPIC })];
    this.hasEvents(false);
    this.answers["wpp-qr"] = [ready(60)];
  }

  /** Whether an event of the platform has come since the webhook was registered. */
  hasEvents(isSo: boolean): void {
    const lastEventAt = isSo ? "2026-01-01T00:00:01Z" : null;
    const webhook = { registeredAt: "2026-01-01T00:00:00Z", lastEventAt };
    this.answers["wpp-connections"] = [json(200, { connections: [{ session: SESSION, webhook }] })];
  }

  hint(word: string, session = SESSION): void {
    this.realtime.push(TOPIC, "connection", { integrationId: "i", session, status: word });
  }

  begin() {
    const signal = new AbortController();
    const steps: string[] = [];
    const ended = this.told.connect({
      signal: signal.signal,
      onState: ({ step }) => steps.at(-1) === step || steps.push(step),
    });
    return { steps, ended, stop: () => signal.abort() };
  }
}

Deno.test("connect shows connected at once when the server tells of the scan", async () => {
  using script = new ToldScript();
  const { steps, ended } = script.begin();
  await script.pass(4.1);
  script.answers["wpp-status"] = [status("connected")];
  script.hint("connected", "another");
  await script.pass(0.1);
  assert.equal(steps.at(-1), "scan");
  script.hint("connected");
  await script.pass(0);
  assert.deepEqual(steps, ["creating", "waiting_for_qr", "scan", "connected"]);
  assert.equal((await ended).step, "connected");
  assert.deepEqual(script.realtime.open, [], "nobody listens any more");
  await script.pass(60);
  assert.equal(script.clock.countTimers(), 0);
});

Deno.test("connect asks for the status every 3 s until events are known to come, then every 30 s", async () => {
  using script = new ToldScript();
  const { stop } = script.begin();
  await script.pass(10);
  assert.deepEqual(script.timesOf("wpp-status"), [3, 6, 9]);
  script.hasEvents(true);
  script.hint("qr_required"); // by the platform's first event
  await script.pass(45);
  assert.deepEqual(script.timesOf("wpp-status"), [3, 6, 9, 39]);
  assert.deepEqual(
    script.timesOf("wpp-qr"),
    [0],
    "a code is shown: it is asked for when it is old",
  );
  stop();
});

Deno.test("connect asks for no status when events came before, but for the net", async () => {
  using script = new ToldScript();
  script.hasEvents(true);
  const { stop } = script.begin();
  await script.pass(58);
  assert.deepEqual(script.timesOf("wpp-status"), [30]);
  assert.equal(script.timesOf("wpp-connections").length, 1);
  assert.equal(script.timesOf(CHANGES).length, 1);
  stop();
});

Deno.test("connect is no slower than without channels when the webhook never fires", async () => {
  using script = new ToldScript();
  const { stop } = script.begin();
  for (let i = 0; i < 6; i++) {
    await script.pass(3);
    script.hint("qr_required"); // of the functions, which have asked the platform
  }
  assert.deepEqual(script.timesOf("wpp-status"), [3, 6, 9, 12, 15, 18]);
  stop();
});

Deno.test("connect asks every 3 s again when its channel is lost", async () => {
  using script = new ToldScript();
  script.hasEvents(true);
  const { stop } = script.begin();
  await script.pass(10);
  script.realtime.last.say("CHANNEL_ERROR", new Error("socket closed: 1006"));
  await script.pass(8);
  assert.equal(script.timesOf("wpp-status").length, 3);
  stop();
});

Deno.test("connect asks for the code at once when the server tells of it, and waits a little when it tells again", async () => {
  using script = new ToldScript();
  script.answers["wpp-qr"] = [pending(30), pending(30), ready(60)];
  const { steps, stop } = script.begin();
  await script.pass(5);
  script.hint("qr_required");
  await script.pass(0.1);
  assert.deepEqual(script.timesOf("wpp-qr"), [0, 5]);
  script.hint("qr_required");
  await script.pass(0.1);
  assert.equal(script.timesOf("wpp-qr").length, 2);
  await script.pass(1);
  assert.equal(script.timesOf("wpp-qr").length, 3);
  assert.equal(steps.at(-1), "scan");
  stop();
});

Deno.test("connect asks once more when it is told of the scan while the status is under way", async () => {
  using script = new ToldScript();
  script.answers["wpp-status"] = [slowly(1, status("qr_required")), status("connected")];
  const { steps } = script.begin();
  await script.pass(3.5);
  script.hint("connected");
  await script.pass(1);
  assert.equal(steps.at(-1), "connected");
  assert.equal(script.timesOf("wpp-status").length, 2);
});

Deno.test("connect asks once when it is told of a scan that the status does not confirm", async () => {
  using script = new ToldScript();
  const { stop } = script.begin();
  await script.pass(4);
  script.hint("connected");
  await script.pass(2.9);
  assert.deepEqual(script.timesOf("wpp-status"), [3, 4]);
  stop();
});

Deno.test("connect does not wait for the channel, and shows nothing of it, when it fails", async (t) => {
  const cases: [string, (script: ToldScript) => void][] = [
    ["the database is older", ({ answers }) => void (answers[CHANGES] = [json(404, {})])],
    ["no answer comes", ({ answers }) => void (answers[CHANGES] = [() => new Promise(() => {})])],
    ["there is no topic", ({ answers }) => {
      answers[CHANGES] = [json(200, { change: 0, chats: [], messages: [], topic: null })];
    }],
    [
      "the channel is denied",
      ({ realtime }) => void (realtime.plan = { afterMs: 1, error: "Unauthorized" }),
    ],
    ["the channel never joins", ({ realtime }) => void (realtime.plan = {})],
  ];
  for (const [name, prepare] of cases) {
    await t.step(name, async () => {
      using script = new ToldScript();
      prepare(script);
      const { steps, stop } = script.begin();
      await script.pass(10);
      assert.deepEqual(script.timesOf("wpp-qr"), [0]);
      assert.deepEqual(script.timesOf("wpp-status"), [3, 6, 9]);
      assert.equal(steps.at(-1), "scan");
      stop();
      await script.pass(1);
      assert.equal(script.clock.countTimers(), 0);
      assert.deepEqual(script.realtime.open, []);
    });
  }
});
