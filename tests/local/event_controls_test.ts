/** The controls over HTTP that are about webhooks and what comes to them. */
import assert from "node:assert/strict";
import { serve } from "../../local/http.ts";
import { serveSimulator } from "../../local/simulator/serve.ts";
import { connect, json, still } from "../support/simulated.ts";
import { connected, register } from "../support/simulated_webhook.ts";

/** A served simulator with a connected session and a webhook, and its controls. */
async function served() {
  const world = await connected();
  const { url, stop } = await serveSimulator(world.simulator);
  // deno-lint-ignore no-explicit-any -- the tests assert the shape
  async function control(name: string, input?: unknown, status = 200): Promise<any> {
    const init = { method: "POST", body: JSON.stringify(input) };
    const response = await fetch(`${url}/simulator/${name}`, init);
    const answer = await response.json();
    assert.equal(response.status, status, JSON.stringify(answer));
    return answer;
  }
  return { ...world, control, [Symbol.asyncDispose]: stop };
}

Deno.test("the state shows what was posted and answered, and no webhook's token", async () => {
  await using world = await served();
  world.webhook.answers.push(200);
  const state = await world.control("incoming", { from: "+79991112233", text: "Hi" });
  const { body, answers, session } = state.events.at(-1);
  assert.deepEqual([body.text, answers, session], ["Hi", [200], world.session]);
  assert.equal(state.clients[0].webhook, "https://project.test/functions/v1/wpp-webhook");
  assert.ok(!JSON.stringify(state).includes("secret"));
});

Deno.test("an event reaches a webhook over HTTP, with the query of its URL, as JSON", async () => {
  const got: unknown[] = [];
  const webhook = await serve(async (request) => {
    const { pathname, search } = new URL(request.url);
    got.push(request.method, pathname + search, request.headers.get("content-type"));
    got.push((await request.json()).text);
    return new Response("{}");
  });
  const { simulator } = still({ startingFor: 0 });
  const account = await connect(simulator);
  await json(register(simulator, account, `${webhook.url}/hook?token=secret`));
  simulator.scan(account.session);
  const { session } = account;
  simulator.settings.eventRetries = 0;
  const event = await simulator.incoming({ session, from: "79991112233", text: "Hi" });
  assert.deepEqual(event!.answers, [200]);
  assert.deepEqual(got.slice(-4), ["POST", "/hook?token=secret", "application/json", "Hi"]);
  await webhook.stop();
  const unreachable = await simulator.incoming({ session, from: "79991112233", text: "Hi" });
  assert.deepEqual(unreachable!.answers, [null]);
});

Deno.test("incoming hands on each of its fields", async () => {
  await using world = await served();
  const given = { kind: "ptt", messageId: "1", timestamp: 5, name: "Anna", group: "120363001" };
  const media = { mimetype: "audio/ogg", filename: "a", base64: "QQ==" };
  const { session } = world;
  await world.control("incoming", { ...given, session, lid: "98765", media, caption: "c" });
  assert.deepEqual(world.webhook.bodies, [{
    ...{ account: session, from: "+98765", raw_from: "120363001@g.us", author: "98765@lid" },
    ...{ text: "[Ptt] c", type: "ptt", media, messageId: "1", timestamp: 5, senderName: "Anna" },
  }]);
  await world.control("incoming", { from: "79991112233", picture: true });
  assert.equal(world.webhook.bodies[1].media.mimetype, "image/png");
});

Deno.test("phone-writes, reaction and deletion post what they say", async () => {
  await using world = await served();
  await world.control("phone-writes", { to: "+79991112233", text: "Hello", messageId: "3EB0" });
  await world.control("deletion", { messageId: "3EB0" });
  await world.control("settings", { eventForm: "wppconnect" });
  await world.control("reaction", { messageId: "3EB0", emoji: "👍" });
  const { fromMe, text, messageId } = world.webhook.bodies[0];
  assert.deepEqual([fromMe, text, messageId], [true, "Hello", "3EB0"]);
  assert.deepEqual(world.webhook.types.slice(1), ["delivery deleted", "onreactionmessage"]);
});

Deno.test("settings changes those that are named, until reset", async () => {
  await using world = await served();
  const { settings } = world.simulator;
  await world.control("settings", { receiptsUpTo: "sent", eventDrops: 0.5 });
  assert.deepEqual([settings.receiptsUpTo, settings.eventDrops, settings.eventRetries], [
    ...["sent", 0.5, 3],
  ]);
  await world.control("reset");
  assert.deepEqual([settings.receiptsUpTo, settings.eventDrops], ["read", 0]);
});

Deno.test("forget-webhooks forgets them, and incoming then posts nothing", async () => {
  await using world = await served();
  const state = await world.control("forget-webhooks");
  assert.equal(state.clients[0].webhook, null);
  await world.control("incoming", { from: "79991112233", text: "Lost" });
  assert.deepEqual(world.webhook.bodies, []);
});

Deno.test("the controls of events answer 400 and say why when they cannot obey", async (t) => {
  await using world = await served();
  const from = "79991112233";
  const cases: [string, unknown, RegExp][] = [
    ["incoming", { text: "Hi" }, /from or lid is required/],
    ["incoming", { from: "Anna" }, /from: must be digits/],
    ["incoming", { from, picture: false }, /picture: /],
    ["incoming", { from, session: "9" }, /There is no session 9/],
    ["incoming", { from, txt: "Hi" }, /Unrecognized key: "txt"/],
    ["incoming", { from, media: {} }, /media: must be image, .* or have mimetype/],
    ["phone-writes", { to: from }, /text: /],
    ["reaction", { messageId: "1", emoji: "👍" }, /flat know no reaction/],
    ["deletion", {}, /messageId: /],
    ["settings", { eventForm: "new" }, /eventForm: /],
    ["settings", { eventDrops: 2 }, /eventDrops: Too big/],
    ["settings", { fetch: 1 }, /Unrecognized key: "fetch"/],
    ["forget-webhooks", { session: "1" }, /Unrecognized key: "session"/],
  ];
  for (const [name, input, says] of cases) {
    await t.step(`${name} ${JSON.stringify(input)}`, async () => {
      assert.match((await world.control(name, input, 400)).error, says);
    });
  }
  world.simulator.disconnect(world.session);
  const { error } = await world.control("incoming", { from }, 400);
  assert.match(error, /is not connected/);
});
