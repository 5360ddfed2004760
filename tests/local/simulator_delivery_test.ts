/** How the simulator posts events: again, twice, out of order, or not at all. */
import assert from "node:assert/strict";
import { install } from "@sinonjs/fake-timers";
import { serveSimulator } from "../../local/simulator/serve.ts";
import { connect, json, MESSAGE } from "../support/simulated.ts";
import { connected, register, WEBHOOK_URL } from "../support/simulated_webhook.ts";

const FROM = "79991112233";

function fakeTime() {
  const time = install({ now: 0, toFake: ["Date", "setTimeout", "clearTimeout"] });
  return Object.assign(time, { [Symbol.dispose]: () => time.uninstall() });
}

/** Texts of the messages that were posted. */
const texts = (bodies: { text: string }[]) => bodies.map(({ text }) => text);

Deno.test("an event is posted again after each refusal, until it is taken", async () => {
  using time = fakeTime();
  const { simulator, webhook, session } = await connected({ eventRetryDelay: 2 });
  webhook.answers.push(503, "break", 404);
  const event = simulator.incoming({ session, from: FROM, text: "Hi" });
  await time.tickAsync(1_999);
  assert.equal(webhook.bodies.length, 1);
  await time.tickAsync(1);
  assert.equal(webhook.bodies.length, 2);
  await time.tickAsync(4_000);
  assert.deepEqual((await event)!.answers, [503, null, 404, 200]);
  assert.deepEqual(new Set(texts(webhook.bodies)), new Set(["Hi"]));
  assert.equal(time.countTimers(), 0);
});

Deno.test("an event is given up after eventRetries, and the next one follows", async () => {
  using time = fakeTime();
  const { simulator, webhook, session } = await connected({ eventRetries: 1 });
  webhook.answers.push(503, 503);
  const lost = simulator.incoming({ session, from: FROM, text: "Lost" });
  const next = simulator.incoming({ session, from: FROM, text: "Next" });
  await time.tickAsync(1_000);
  assert.deepEqual([(await lost)!.answers, (await next)!.answers], [[503, 503], [200]]);
  assert.deepEqual(texts(webhook.bodies), ["Lost", "Lost", "Next"]);
});

Deno.test("no answer counts as none after eventTimeout", async () => {
  using time = fakeTime();
  const { simulator, webhook, session } = await connected({ eventTimeout: 5, eventRetries: 0 });
  webhook.answers.push("nothing");
  const event = simulator.incoming({ session, from: FROM, text: "Hi" });
  await time.tickAsync(4_999);
  assert.deepEqual(simulator.events.at(-1)!.answers, []);
  await time.tickAsync(1);
  assert.deepEqual((await event)!.answers, [null]);
  assert.equal(time.countTimers(), 0);
});

Deno.test("a retry goes to the webhook that is registered by then", async () => {
  using time = fakeTime();
  const { simulator, webhook, session } = await connected();
  webhook.answers.push(503);
  const event = simulator.incoming({ session, from: FROM, text: "Hi" });
  await time.tickAsync(500);
  simulator.forgetWebhooks();
  await time.tickAsync(500);
  assert.deepEqual([(await event)!.answers, webhook.bodies.length], [[503], 1]);
});

Deno.test("events of a session wait for each other, those of another do not", async () => {
  using time = fakeTime();
  const { simulator, webhook, session, account } = await connected();
  const other = await connect(simulator);
  await json(register(simulator, other));
  simulator.scan(other.session);
  await simulator.settled();
  webhook.bodies.length = 0;
  webhook.answers.push("nothing");
  await json(account.send(MESSAGE));
  const incoming = simulator.incoming({ session, from: FROM, text: "Hi" });
  await time.tickAsync(0);
  assert.deepEqual(webhook.types, ["message.sent"]);
  await simulator.incoming({ session: other.session, from: FROM, text: "Hi" });
  assert.deepEqual(webhook.types, ["message.sent", "chat"]);
  await time.tickAsync(21_000);
  await incoming;
  const receipts = ["delivery sent", "delivery delivered", "delivery read"];
  assert.deepEqual(webhook.types.slice(2), ["message.sent", ...receipts, "chat"]);
});

Deno.test("eventDoubles posts twice, eventDrops never, and the list shows both", async () => {
  const { simulator, webhook, session } = await connected();
  const write = (text: string) => simulator.incoming({ session, from: FROM, text });
  simulator.settings.eventDoubles = 1;
  assert.deepEqual((await write("Twice"))!.answers, [200, 200]);
  Object.assign(simulator.settings, { eventDoubles: 0, eventDrops: 1 });
  assert.deepEqual((await write("Never"))!.answers, []);
  simulator.settings.eventDrops = 0;
  await write("Once");
  assert.deepEqual(texts(webhook.bodies), ["Twice", "Twice", "Once"]);
  const shown = simulator.events.slice(-3).map(({ body }) => body.text);
  assert.deepEqual(shown, ["Twice", "Never", "Once"]);
});

Deno.test("eventReorders lets an event overtake the one before it that waits", async () => {
  const { simulator, webhook, account } = await connected({ eventReorders: 1 });
  await json(account.send(MESSAGE));
  await simulator.settled();
  assert.deepEqual(webhook.types, [
    ...["delivery sent", "delivery delivered", "delivery read", "message.sent"],
  ]);
});

Deno.test("shares strike some events, and the same ones with the same seed", async () => {
  const struck = async (eventSeed: number) => {
    const { simulator, session } = await connected({ eventDrops: 0.5, eventSeed });
    for (let i = 0; i < 20; i++) await simulator.incoming({ session, from: FROM, text: "Hi" });
    return simulator.events.slice(-20).map(({ answers }) => answers.length).join("");
  };
  const [first, again, other] = [await struck(1), await struck(1), await struck(2)];
  assert.match(first, /^(?=.*0)(?=.*1)/);
  assert.equal(first, again);
  assert.notEqual(first, other);
});

Deno.test("close gives up what waits, and leaves no request and no timer", async () => {
  using time = fakeTime();
  const { simulator, webhook, session } = await connected({ scanAfter: 8 });
  webhook.answers.push(503);
  const retried = simulator.incoming({ session, from: FROM, text: "Retried" });
  const waiting = simulator.incoming({ session, from: FROM, text: "Waiting" });
  await time.tickAsync(0);
  assert.equal(time.countTimers(), 1 + 1, "the retry, and the session that was to scan itself");
  await simulator.close();
  assert.deepEqual([(await retried)!.answers, await waiting], [[503], null]);
  assert.equal(time.countTimers(), 0);
  assert.equal(await simulator.incoming({ session, from: FROM, text: "After" }), null);
  assert.deepEqual(texts(webhook.bodies), ["Retried"]);
});

Deno.test("close ends a request that waits for its answer", async () => {
  using time = fakeTime();
  const { simulator, webhook, session } = await connected();
  webhook.answers.push("nothing");
  const event = simulator.incoming({ session, from: FROM, text: "Hi" });
  await time.tickAsync(0);
  await simulator.close();
  assert.deepEqual((await event)!.answers, [null]);
  assert.equal(time.countTimers(), 0);
});

Deno.test("a served simulator is closed when its server stops", async () => {
  const { simulator, webhook, session } = await connected({ eventRetryDelay: 3600 });
  const { stop } = await serveSimulator(simulator);
  webhook.answers.push(503);
  const event = simulator.incoming({ session, from: FROM, text: "Hi" });
  await new Promise((resolve) => setTimeout(resolve, 0));
  await stop();
  assert.deepEqual((await event)!.answers, [503]);
});

Deno.test("reset forgets webhooks and events, and posts none any more", async () => {
  using time = fakeTime();
  const { simulator, webhook, session } = await connected();
  webhook.answers.push(503);
  const event = simulator.incoming({ session, from: FROM, text: "Hi" });
  await time.tickAsync(0);
  simulator.reset();
  assert.deepEqual((await event)!.answers, [503]);
  assert.deepEqual([simulator.events, simulator.webhookOf(session)], [[], null]);
  await time.tickAsync(10_000);
  assert.equal(webhook.bodies.length, 1);
});

Deno.test("the webhook's token is in the URL that is called, and nowhere that is shown", async () => {
  const { simulator, webhook, session } = await connected({ eventRetries: 0 });
  webhook.answers.push("break");
  await simulator.incoming({ session, from: FROM, text: "Hi" });
  assert.deepEqual(webhook.urls, [WEBHOOK_URL]);
  const { url } = simulator.events.at(-1)!;
  assert.equal(url, "https://project.test/functions/v1/wpp-webhook");
  assert.ok(!JSON.stringify(simulator.events).includes("secret"));
});

Deno.test("nothing is kept of events where requests are not recorded", async () => {
  const { simulator, webhook, session } = await connected({ recordsRequests: false });
  assert.deepEqual((await simulator.incoming({ session, from: FROM }))!.answers, [200]);
  assert.deepEqual([simulator.events.length, webhook.bodies.length], [0, 1]);
});
