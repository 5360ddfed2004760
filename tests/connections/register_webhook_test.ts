/** Telling the platform where to post: when, how often, and that nobody waits for it. */
import { configurationWarnings } from "../../supabase/functions/_shared/wpp/diagnosis.ts";
import { readEnv } from "../../supabase/functions/_shared/wpp/env.ts";
import assert from "node:assert/strict";
import { withEnvironment } from "../support/environment.ts";
import {
  pass,
  registeredAt,
  Registrations,
  sendOne,
  succeed,
  WEBHOOK_URL,
  webhookRow,
  WITH_WEBHOOK,
} from "../support/registrations.ts";
import { databaseCalls } from "../support/webhook.ts";
import { inWorld, type World } from "../support/world.ts";

// First in its file: it counts what is said once in a process.
inWorld(
  "no webhook is registered, and one warning says so, when the URL is internal",
  async (world) => {
    const platform = new Registrations(world);
    const { token, session } = await world.connect();
    for (const name of ["wpp-status", "wpp-qr"] as const) await succeed(world, name, token);
    await sendOne(world, token);
    await platform.assertNoneAfter(0);
    assert.equal((await webhookRow(world, session)).webhook_digest, null);
    const warnings = world.logs.filter(({ message }) =>
      String(message).includes("WPP_WEBHOOK_URL")
    );
    assert.ok(warnings.length <= 1); // this isolate may have warned in an earlier test
    assert.match(configurationWarnings(readEnv()).join(), /WPP_WEBHOOK_URL is not set/);
  },
);

inWorld("wpp-create registers the webhook of what it created", async (world) => {
  const platform = new Registrations(world);
  const { token, session } = await platform.connect();
  const [{ path, body, authorization }] = platform.requests;
  assert.equal(path, `/internal/session/${session}/webhook`);
  assert.deepEqual(Object.keys(body), ["url"]);
  assert.match(body.url, /^https:\/\/project\.example\.com\/functions\/v1\/wpp-webhook\?token=/);
  assert.match(platform.tokens[0], /^[\w-]{43}$/);
  assert.match(authorization!, /^Bearer /);
  const { webhook_url, due_in_s } = await webhookRow(world, session);
  assert.equal(webhook_url, WEBHOOK_URL);
  assert.ok(due_in_s! > 3500 && due_in_s! <= 3600, `${due_in_s} s`);
  assert.ok(Math.abs(Date.parse((await registeredAt(world, token))!) - Date.now()) < 60_000);
}, WITH_WEBHOOK);

inWorld("wpp-create does not wait for the platform to take the webhook", async (world) => {
  const platform = new Registrations(world);
  const held = Promise.withResolvers<Response>();
  platform.answer = () => held.promise;
  const { token } = await world.connect();
  await platform.came(1);
  assert.equal(await registeredAt(world, token), null);
  await succeed(world, "wpp-status", token);
  held.resolve(Response.json({}));
  await platform.noted(1);
  assert.notEqual(await registeredAt(world, token), null);
}, WITH_WEBHOOK);

const CALLS: Record<string, (world: World, token: string, sent: string) => Promise<unknown>> = {
  "wpp-status": (world, token) => succeed(world, "wpp-status", token),
  "wpp-qr": (world, token) => succeed(world, "wpp-qr", token),
  "wpp-send": (world, token) => sendOne(world, token),
  "wpp-delete": (world, token, messageId) => succeed(world, "wpp-delete", token, { messageId }),
};
for (const [name, call] of Object.entries(CALLS)) {
  inWorld(`${name} registers the webhook again after an hour, and not sooner`, async (world) => {
    const platform = new Registrations(world);
    const { token } = await platform.connect();
    const { messageId } = await sendOne(world, token);
    const first = await registeredAt(world, token);
    await pass(world, "59 minutes 30 seconds");
    const calls = databaseCalls(world);
    if (name !== "wpp-delete") await call(world, token, messageId);
    await platform.assertNoneAfter(1);
    assert.ok(!calls().includes("messenger_claim_webhook"));
    await pass(world, "30 seconds");
    await call(world, token, messageId);
    await platform.noted(2);
    assert.equal(platform.tokens[1], platform.tokens[0]);
    const hourBefore = Date.parse(first!) - 3_600_000;
    assert.equal(Date.parse((await registeredAt(world, token))!), hourBefore, "it stays");
    if (name !== "wpp-delete") await call(world, token, messageId);
    await platform.assertNoneAfter(2);
  }, WITH_WEBHOOK);
}

inWorld("what does not ask the platform registers nothing", async (world) => {
  const platform = new Registrations(world);
  const { token, session } = await platform.connect();
  const { messageId } = await sendOne(world, token);
  await succeed(world, "wpp-delete", token, { messageId });
  await pass(world, "2 hours");
  await succeed(world, "wpp-connections", token);
  await succeed(world, "wpp-connections", token, { session, name: "Shop" });
  await succeed(world, "wpp-create", token);
  await succeed(world, "wpp-delete", token, { messageId }); // deleted before
  await platform.assertNoneAfter(1);
}, WITH_WEBHOOK);

inWorld("callers at once register the webhook once", async (world) => {
  const platform = new Registrations(world);
  const { token } = await platform.connect();
  await pass(world, "1 hour");
  const held = Promise.withResolvers<Response>();
  platform.answer = () => held.promise;
  await Promise.all(Array.from({ length: 5 }, () => succeed(world, "wpp-status", token)));
  await platform.came(2);
  await platform.assertNoneAfter(2);
  held.resolve(Response.json({}));
  await platform.noted(2);
}, WITH_WEBHOOK);

const FAILURES: Record<string, { answer: () => Response; after: string; before: string }> = {
  "does not know that call": {
    answer: () => new Response("Cannot POST /internal/session/1/webhook", { status: 404 }),
    before: "59 minutes 30 seconds",
    after: "30 seconds",
  },
  "fails": {
    answer: () => new Response(null, { status: 500 }),
    before: "45 seconds",
    after: "15 seconds",
  },
  "fails with a 200": {
    answer: () => Response.json({ success: false }),
    before: "45 seconds",
    after: "15 seconds",
  },
};
for (const [what, { answer, before, after }] of Object.entries(FAILURES)) {
  inWorld(
    `wpp-status registers the webhook again later when the platform ${what}`,
    async (world) => {
      const platform = new Registrations(world);
      platform.answer = answer;
      const { token } = await world.connect();
      await platform.came(1);
      await platform.assertNoneAfter(1);
      assert.equal(await registeredAt(world, token), null);
      const failed = JSON.stringify(world.logs).includes("webhook_not_registered");
      assert.equal(failed, what.startsWith("fails"));
      await pass(world, before);
      await succeed(world, "wpp-status", token);
      await platform.assertNoneAfter(1);
      await pass(world, after);
      platform.answer = () => Response.json({});
      await succeed(world, "wpp-status", token);
      await platform.came(2);
      assert.equal(platform.tokens[1], platform.tokens[0]);
      await platform.noted(what.startsWith("fails") ? 1 : 2);
      assert.notEqual(await registeredAt(world, token), null);
    },
    WITH_WEBHOOK,
  );
}

inWorld("another WPP_WEBHOOK_URL is registered at once, with the same token", async (world) => {
  const platform = new Registrations(world);
  const { token } = await platform.connect();
  await pass(world, "10 minutes");
  const first = await registeredAt(world, token);
  const url = "https://other.example.com/hook";
  using _environment = withEnvironment({ WPP_WEBHOOK_URL: url });
  await succeed(world, "wpp-status", token);
  await platform.noted(2);
  assert.equal(platform.requests[1].body.url, `${url}?token=${platform.tokens[0]}`);
  assert.ok(Date.parse((await registeredAt(world, token))!) > Date.parse(first!));
}, WITH_WEBHOOK);
