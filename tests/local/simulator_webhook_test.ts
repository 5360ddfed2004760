/** The simulator's calls about webhooks and reactions. */
import assert from "node:assert/strict";
import { call, connect, json, MESSAGE, post, still } from "../support/simulated.ts";
import { connected, register, WEBHOOK_URL, withWebhook } from "../support/simulated_webhook.ts";

Deno.test("the register call takes a http or https URL, by the session's own token", async () => {
  const { simulator } = still();
  const account = await connect(simulator);
  const other = await connect(simulator);
  for (const url of ["ftp://a.test/", "/path", "", 7, undefined]) {
    await json(
      post(simulator, `/internal/session/${account.session}/webhook`, { url }, {
        authorization: `Bearer ${account.token}`,
      }),
      400,
    );
  }
  await json(register(simulator, { ...account, token: "other" }), 401);
  await json(register(simulator, { ...account, token: other.token }), 404);
  assert.equal(simulator.webhookOf(account.session), null);
  await json(register(simulator, account, "http://127.0.0.1:1/hook"));
  await json(register(simulator, account));
  assert.equal(simulator.webhookOf(account.session), WEBHOOK_URL.split("?")[0]);
  assert.equal(simulator.countOf("webhook"), 9);
  await simulator.close();
});

Deno.test("the register call is unknown as Express says it when webhookUnsupported is set", async () => {
  const { simulator } = still({ webhookUnsupported: true });
  const account = await connect(simulator);
  const answer = await register(simulator, account);
  assert.equal(answer.status, 404);
  assert.match(await answer.text(), /Cannot POST \/internal\/session\/0000000000001\/webhook/);
  assert.equal(simulator.webhookOf(account.session), null);
});

Deno.test("forgetWebhooks ends events until the webhook is registered again", async () => {
  const { simulator, webhook, account, session } = await connected();
  simulator.forgetWebhooks();
  assert.equal(simulator.webhookOf(session), null);
  assert.equal(await simulator.incoming({ session, from: "79991112233", text: "Lost" }), null);
  simulator.disconnect(session);
  await json(register(simulator, account));
  await simulator.settled();
  assert.deepEqual(webhook.bodies, []);
  simulator.scan(session);
  await simulator.settled();
  assert.deepEqual(webhook.types, ["connected"]);
});

Deno.test("a webhook that was forgotten is told the code again when it is registered", async () => {
  const { simulator, webhook, account } = await withWebhook();
  await simulator.settled();
  simulator.forgetWebhooks();
  await json(register(simulator, account));
  await simulator.settled();
  assert.deepEqual(webhook.types, ["qr", "qr"]);
});

Deno.test("react takes a message that the session knows, and a number with +", async () => {
  const { simulator, account, session } = await connected();
  const other = await connect(simulator);
  await json(account.send(MESSAGE));
  const { waMessageId } = simulator.messages[0];
  const reaction = { to: "+79991112233", waMessageId, emoji: "🔥" };
  const react = (body: object, token = account.token) =>
    post(simulator, "/api/messages/react", body, { authorization: `Bearer ${token}` });
  await json(react(reaction, "other"), 401);
  await json(react({ ...reaction, to: "79991112233" }), 400);
  await json(react({ ...reaction, emoji: undefined }), 400);
  await json(react({ ...reaction, waMessageId: undefined }), 400);
  await json(react({ ...reaction, waMessageId: "unknown" }), 404);
  simulator.scan(other.session);
  await json(react(reaction, other.token), 404);
  assert.equal(simulator.reactions.length, 0);
  await json(react(reaction));
  await simulator.incoming({ session, from: "79991112233", text: "Hi", messageId: "3EB0HEARD" });
  await json(react({ ...reaction, waMessageId: "3EB0HEARD" }));
  assert.deepEqual(simulator.reactions.map((one) => one.waMessageId), [waMessageId, "3EB0HEARD"]);
  assert.equal(simulator.countOf("react"), 8);
  await simulator.close();
});

Deno.test("react needs a connected session", async () => {
  const { simulator, account, session } = await connected();
  await json(account.send(MESSAGE));
  simulator.disconnect(session);
  const { waMessageId } = simulator.messages[0];
  const reaction = { to: "+79991112233", waMessageId, emoji: "🔥" };
  const headers = { authorization: `Bearer ${account.token}` };
  await json(post(simulator, "/api/messages/react", reaction, headers), 409);
  await simulator.close();
});

Deno.test("react removes a reaction only when removesReactions is set", async () => {
  const { simulator, account } = await connected();
  await json(account.send(MESSAGE));
  const { waMessageId } = simulator.messages[0];
  const removal = { to: "+79991112233", waMessageId, emoji: "" };
  const headers = { authorization: `Bearer ${account.token}` };
  const react = () => post(simulator, "/api/messages/react", removal, headers);
  await json(react(), 400);
  simulator.settings.removesReactions = true;
  await json(react());
  assert.equal(simulator.reactions[0].emoji, "");
  await simulator.close();
});

Deno.test("faults strike the register call as any other", async () => {
  const { simulator, account } = await withWebhook();
  simulator.misbehave("webhook", { kind: "respond", status: 503 });
  assert.equal((await register(simulator, account, "https://other.test/")).status, 503);
  assert.equal(simulator.webhookOf(account.session), WEBHOOK_URL.split("?")[0]);
  await json(call(simulator, "/internal/session/1/other", { method: "POST" }), 404);
  await simulator.close();
});
